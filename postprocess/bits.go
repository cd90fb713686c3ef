package postprocess

// bits reads a codec's header bit by bit, most significant first. Reading
// past the end gives zeros and sets short, so that a parser checks once.
type bits struct {
	b []byte
	// emulated: 00 00 03 stands for 00 00 (H.264, section 7.4.1).
	emulated bool

	at    int // the next byte
	zeros int // zero bytes just before it
	cur   byte
	left  int // unread bits of cur
	short bool
}

func (r *bits) bit() uint32 {
	if r.left == 0 && !r.next() {
		return 0
	}
	r.left--
	return uint32(r.cur>>r.left) & 1
}

func (r *bits) flag() bool { return r.bit() == 1 }

// next takes a byte, and leaves out one of emulation prevention before it.
func (r *bits) next() bool {
	if r.emulated && r.zeros >= 2 && r.at < len(r.b) && r.b[r.at] == 3 {
		r.at++
		r.zeros = 0
	}
	if r.at >= len(r.b) {
		r.short = true
		return false
	}
	r.cur, r.left = r.b[r.at], 8
	r.at++
	if r.cur == 0 {
		r.zeros++
	} else {
		r.zeros = 0
	}
	return true
}

// bits reads an unsigned number of n ≤ 32 bits.
func (r *bits) bits(n int) uint32 {
	var v uint32
	for range n {
		v = v<<1 | r.bit()
	}
	return v
}

func (r *bits) skip(n int) {
	for ; n > 0 && !r.short; n-- {
		r.bit()
	}
}

// ue reads an Exp-Golomb number (H.264, section 9.1).
func (r *bits) ue() uint32 {
	zeros := 0
	for !r.flag() {
		zeros++
		if r.short || zeros > 31 {
			r.short = true
			return 0
		}
	}
	return 1<<zeros - 1 + r.bits(zeros)
}

// se reads a signed Exp-Golomb number (H.264, section 9.1.1).
func (r *bits) se() int32 {
	v := r.ue()
	if v&1 == 1 {
		return int32(v/2) + 1
	}
	return -int32(v / 2)
}

// uvlc reads a number as AV1 writes them (AV1, section 4.10.3); one with 32
// leading zeros is the highest.
func (r *bits) uvlc() uint32 {
	zeros := 0
	for !r.flag() {
		if r.short {
			return 0
		}
		if zeros++; zeros >= 32 {
			// The bits after the first one are not read, as the value is set.
			for !r.short && !r.flag() {
			}
			return 1<<32 - 1
		}
	}
	return 1<<zeros - 1 + r.bits(zeros)
}
