package perc

import "math"

// rollover counts how often a sender's sequence numbers wrapped since its
// first packet. Only packets that were authenticated move it, so that none
// can lead it astray.
type rollover struct {
	seen bool
	last int64 // the latest sequence number, and 65536 times its wraps
}

// extend is the number that seq stands for: the one next to the latest.
func (r *rollover) extend(seq uint16) int64 {
	if !r.seen {
		return int64(seq)
	}
	return r.last + int64(int16(seq-uint16(r.last)))
}

// wraps is the count for seq; -1 for late packets from before the first wrap.
func (r *rollover) wraps(seq uint16) int64 { return r.extend(seq) >> 16 }

func (r *rollover) follow(seq uint16) {
	if ext := r.extend(seq); !r.seen || ext > r.last {
		r.seen, r.last = true, ext
	}
}

// roc is the rollover counter (RFC 3711, section 3.3.1) that a candidate comes
// to for seq, if there is one: what the key file starts from, the steps of the
// search, and the wraps since the first packet.
func (r *rollover) roc(start uint32, step int, seq uint16) (uint32, bool) {
	n := int64(start) + int64(step) + r.wraps(seq)
	return uint32(n), n >= 0 && n <= math.MaxUint32
}
