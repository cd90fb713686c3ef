package webm

// bitReader reads from the highest bit down. Beyond the end it reads zeros,
// and says so.
type bitReader struct {
	b     []byte
	pos   int // in bits
	short bool
}

// bits reads an n-bit number, n ≤ 32.
func (r *bitReader) bits(n int) uint32 {
	var v uint32
	for range n {
		v <<= 1
		if i := r.pos >> 3; i < len(r.b) {
			v |= uint32(r.b[i]>>(7-r.pos&7)) & 1
		} else {
			r.short = true
		}
		r.pos++
	}
	return v
}

func (r *bitReader) flag() bool { return r.bits(1) == 1 }

// golomb reads ue(v) of ITU-T H.264, section 9.1, which is uvlc() of AV1,
// section 4.10.3.
func (r *bitReader) golomb() uint32 {
	zeros := 0
	for !r.flag() {
		if zeros++; zeros == 32 || r.short {
			r.short = true
			return 0
		}
	}
	return 1<<zeros - 1 + r.bits(zeros)
}
