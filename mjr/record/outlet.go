package record

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
)

// outlet is a medium that is looked for, and its file.
type outlet struct {
	media   Media
	file    *File
	warn    func(string)
	settled bool                // on a payload type
	last    time.Time           // when a packet was taken
	beside  map[uint8]time.Time // when a payload type was refused first
	warned  bool
	changed bool          // warned of a second SSRC
	ssrc    atomic.Uint64 // that came last, and knownSSRC
	dead    bool          // the file takes no more
}

const knownSSRC = 1 << 32

// openOutlets makes a file for each medium.
func openOutlets(r *Recorder, media []Media) ([]*outlet, error) {
	var all []*outlet
	for _, m := range media {
		f, err := r.Open(m.Track)
		if err != nil {
			return nil, err
		}
		all = append(all, &outlet{media: m, file: f, warn: r.options.Warn, settled: !m.AnyType})
	}
	return all, nil
}

// wants reports whether an RTP packet of at least 12 bytes is of this medium.
func (o *outlet) wants(packet []byte) bool {
	m := &o.media
	pt := packet[1] & 0x7F
	return m.sends(packet) && (o.settled && pt == m.Track.PayloadType || m.Track.REDType != 0 && int(pt) == m.Track.REDType)
}

// sends reports whether a packet is of an SSRC that is taken.
func (m *Media) sends(packet []byte) bool {
	return !m.HasSSRC || binary.BigEndian.Uint32(packet[8:]) == m.SSRC
}

// write records a packet that is wanted.
func (o *outlet) write(packet []byte, at time.Time, wait bool) {
	o.last = at
	ssrc := binary.BigEndian.Uint32(packet[8:])
	before := o.ssrc.Swap(knownSSRC | uint64(ssrc))
	if other := knownSSRC | uint64(ssrc); before != 0 && before != other && !o.changed {
		o.changed = true
		o.warn(fmt.Sprintf("%s: SSRC %#x after %#x: the sender began anew, or there are two; ssrc=N takes one alone", o.file.stem, ssrc, uint32(before)))
	}
	if o.file.write(packet, at, wait) != nil {
		o.dead = true // the recorder has told why; the file goes on counting
	}
}

// refuse counts a packet that no outlet of its address wants.
func refuse(outlets []*outlet, packet []byte, at time.Time) {
	o := outlets[0]
	o.file.otherPacket()
	if !isRTP(packet) {
		return
	}
	if i := slices.IndexFunc(outlets, func(o *outlet) bool { return o.media.AnyType && o.media.sends(packet) }); i >= 0 {
		outlets[i].leave(packet, at)
	}
	if o.warned {
		return
	}
	o.warned = true
	why := "no two came in sequence"
	if o.settled {
		why = fmt.Sprintf("payload type %d is recorded", o.media.Track.PayloadType)
	}
	o.warn(fmt.Sprintf("%s: packets of payload type %d and SSRC %#x are left out: %s",
		o.file.stem, packet[1]&0x7F, binary.BigEndian.Uint32(packet[8:]), why))
}

func isRTP(packet []byte) bool { return len(packet) >= rtpHead && packet[0]>>6 == 2 }

// control takes RTCP, of which sender reports are kept.
func control(outlets []*outlet, packet []byte, at time.Time) {
	senderReports(packet, func(ssrc uint32, ntp uint64, rtp uint32) {
		for _, o := range outlets {
			if o.ssrc.Load() == knownSSRC|uint64(ssrc) {
				o.file.SenderReport(ntp, rtp, at)
			}
		}
	})
}

// allDead reports whether no file takes any more.
func allDead(outlets []*outlet) bool {
	for _, o := range outlets {
		if !o.dead {
			return false
		}
	}
	return true
}
