package mjr

import (
	"encoding/json"
	"time"
)

// Origin is what the recorder of this project says of a recording beyond
// Janus's members: the header member "mjr", see the package record. Everything
// in it may be missing, and none of it is authenticated.
type Origin struct {
	Software string // "v": what wrote the file
	MID, RID string // of the medium in the SDP, and of a simulcast layer
	// Part is the number of this part of a recording, from 2 on; 0 if it says
	// none, as first parts do.
	Part  int
	Start time.Time // of the first part: its FirstFrame
	// Reports are the first sender report known and the last, two at most.
	Reports []SenderReport
}

// SenderReport says which RTP timestamp belongs to which time of the sender's
// wall clock (RFC 3550, section 6.4.1).
type SenderReport struct {
	Clock     time.Time // the sender's
	Timestamp uint32    // as those of the packets in the file
	// Arrival is when the report came, since Header.FirstFrame. In a further
	// part it can be below 0.
	Arrival time.Duration
}

const (
	originMember = "mjr"
	// maxPart is the highest number of a part that is believed.
	maxPart = 1 << 20
	// Reports outside of these are none: what NTP's 64 bits can say, in
	// microseconds since 1970, and 34 years in milliseconds.
	minReport  = -61_505_152_000_000
	maxReport  = 4_233_462_144_000_000
	maxArrival = 1 << 40
)

// Origin reads the header member "mjr". What of it is of the wrong type, or
// out of all bounds, is left out.
func (h *Header) Origin() Origin {
	var m map[string]json.RawMessage
	if json.Unmarshal(h.Unknown[originMember], &m) != nil {
		return Origin{}
	}
	d := members{left: m}
	o := Origin{Software: d.text("v"), MID: d.text("mid"), RID: d.text("rid")}
	if d.get("part", &o.Part) && (o.Part < 2 || o.Part > maxPart) {
		o.Part = 0
	}
	if _, ok := m["start"]; ok {
		o.Start = d.time("start")
	}
	var reports [][]int64
	if !d.get("sr", &reports) {
		return o
	}
	for _, r := range reports[:min(len(reports), 2)] {
		if len(r) != 3 || r[0] < minReport || r[0] >= maxReport || r[1] < 0 || r[1] > 1<<32-1 || r[2] < -maxArrival || r[2] > maxArrival {
			return o
		}
		o.Reports = append(o.Reports, SenderReport{time.UnixMicro(r[0]).UTC(), uint32(r[1]), time.Duration(r[2]) * time.Millisecond})
	}
	return o
}
