package record

import (
	"encoding/binary"
	"time"
)

// rebase renumbers packets as Janus's recorder does: the first one that is
// written has the sequence number 1 and the timestamp 0, and what follows
// keeps its distance. With a new SSRC the numbers go on, and the timestamps
// by the time that passed.
type rebase struct {
	begun bool
	ssrc  uint32
	seq   uint16 // to be added
	ts    uint32 // to be added

	lastSeq uint16 // as written
	lastTS  uint32
	lastAt  time.Duration
}

func (r *rebase) apply(packet []byte, at time.Duration, rate int) {
	seq, ts, ssrc := binary.BigEndian.Uint16(packet[2:]), binary.BigEndian.Uint32(packet[4:]), binary.BigEndian.Uint32(packet[8:])
	switch {
	case !r.begun:
		r.begun = true
		r.seq, r.ts = 1-seq, -ts
	case ssrc != r.ssrc:
		passed := max(at-r.lastAt, 0)
		ticks := uint32(passed.Seconds() * float64(rate))
		r.seq, r.ts = r.lastSeq+1-seq, r.lastTS+max(ticks, 1)-ts
	}
	r.ssrc = ssrc
	r.lastSeq, r.lastTS, r.lastAt = seq+r.seq, ts+r.ts, at
	binary.BigEndian.PutUint16(packet[2:], r.lastSeq)
	binary.BigEndian.PutUint32(packet[4:], r.lastTS)
}

// timestamp is what a timestamp of the sender's became.
func (r *rebase) timestamp(ts uint32) uint32 { return ts + r.ts }
