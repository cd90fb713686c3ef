package stream

import "time"

// Report counts the packets of a recording by what became of them.
type Report struct {
	Read      int64            // records of the file
	Delivered int64            // passed on, in order
	Lost      int64            // sequence numbers that no packet had in time
	Gaps      int64            // runs of lost sequence numbers
	Duplicate int64            // the same sequence number again
	Reordered int64            // passed on, but not in the order of the file
	Late      int64            // came when the window had moved on; dropped
	Padding   int64            // no payload; dropped
	NotRTP    int64            // RTCP, or not RTP at all; dropped
	Stray     int64            // did not fit, and too few others confirmed it; dropped
	Restarts  int64            // the sender started its numbers afresh, or was replaced
	Payloads  map[uint8]int64  // packets delivered by payload type
	SSRCs     map[uint32]int64 // the same by SSRC; the first 256 of them

	// FirstArrival and LastArrival are the received times of the first and the
	// last packet passed on, retransmissions aside; as stored, and 0 where
	// none were.
	FirstArrival, LastArrival time.Duration
	// StartTimestamp is the RTP timestamp at which Packet.Time is 0: that of
	// the first packet written.
	StartTimestamp uint32
	// FirstTime and LastTime are the least and the greatest Packet.Time.
	FirstTime, LastTime int64
	// LastDuration is how long the last frame lasts, in ticks, if it lasts as
	// long as the one before it.
	LastDuration int64
	// ClockResets counts the jumps of timestamps that are neither loss nor a
	// wrap, and that Packet.Time was carried over.
	ClockResets int64
	// ArrivalBelieved: received times agree with RTP time often enough to be
	// used. The two sums below are of packets behind those that earned it.
	ArrivalBelieved bool
	// PauseTotal is the received time that RTP time does not show, in steps of
	// a second and more: the recorder was paused.
	PauseTotal time.Duration
	// ClockDrift is what else received time ran ahead of RTP time (behind, if
	// negative): jitter, and clocks of different speed.
	ClockDrift time.Duration
}

// maxSSRCs bounds Report.SSRCs.
const maxSSRCs = 256

// counts is a Report in the making.
type counts struct {
	Report
	arrived  bool
	payloads [128]int64
	ssrcs    []ssrcCount
	current  int // in ssrcs; of the packet before
}

type ssrcCount struct {
	ssrc uint32
	n    int64
}

// deliver counts a packet that is passed on.
func (c *counts) deliver(h *held) {
	c.Delivered++
	if h.late {
		c.Reordered++
	} else if h.hasArrival {
		if !c.arrived {
			c.arrived, c.FirstArrival = true, h.arrival
		}
		c.LastArrival = h.arrival
	}
	c.payloads[h.header.PayloadType&0x7F]++
	if c.current >= len(c.ssrcs) || c.ssrcs[c.current].ssrc != h.header.SSRC {
		c.find(h.header.SSRC)
	}
	if c.current < len(c.ssrcs) {
		c.ssrcs[c.current].n++
	}
}

func (c *counts) find(ssrc uint32) {
	for c.current = range c.ssrcs {
		if c.ssrcs[c.current].ssrc == ssrc {
			return
		}
	}
	c.current = len(c.ssrcs)
	if c.current < maxSSRCs {
		c.ssrcs = append(c.ssrcs, ssrcCount{ssrc: ssrc})
	}
}

func (c *counts) report(k *clock) Report {
	r := c.Report
	r.Payloads = make(map[uint8]int64)
	for pt, n := range c.payloads {
		if n > 0 {
			r.Payloads[uint8(pt)] = n
		}
	}
	r.SSRCs = make(map[uint32]int64)
	for _, s := range c.ssrcs {
		r.SSRCs[s.ssrc] = s.n
	}
	r.StartTimestamp = k.begin
	if !k.running {
		return r
	}
	r.FirstTime, r.LastTime, r.LastDuration = k.oldest, k.newest, k.step
	r.ClockResets = k.resets
	r.ArrivalBelieved = k.trust.ok()
	r.PauseTotal, r.ClockDrift = k.duration(k.pause), k.duration(k.drift)
	return r
}
