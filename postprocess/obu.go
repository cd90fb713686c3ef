package postprocess

// OBU types of AV1, section 6.2.2.
const (
	obuSequence  = 1
	obuDelimiter = 2
	obuHeader    = 3
	obuFrame     = 6
)

// lookAV1 reads the OBUs of a temporal unit up to its first frame header.
// Decoding can start at a key frame with its sequence header.
func lookAV1(b []byte) picture {
	var p picture
	sequence, still := false, false
	for {
		typ, payload, rest, ok := nextOBU(b)
		if !ok {
			return p
		}
		b = rest
		switch typ {
		case obuSequence:
			p.Width, p.Height, still = sizeSequence(payload)
			sequence = p.Width > 0
		case obuHeader, obuFrame:
			r := bits{b: payload}
			// show_existing_frame, then frame_type, where 0 is a key frame; both
			// are left out of a still picture (section 5.9.2).
			p.Key = sequence && (still || r.bits(3) == 0) && !r.short
			return p
		}
	}
}

// nextOBU takes an OBU with its size from the front of b (AV1, section 5.3):
//
//	 0 1 2 3 4 5 6 7
//	+-+-+-+-+-+-+-+-+
//	|F| type  |X|S|-|  X: an extension byte follows, S: the size follows
//	+-+-+-+-+-+-+-+-+
func nextOBU(b []byte) (typ byte, payload, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, nil, nil, false
	}
	typ = b[0] >> 3 & 15
	n := obuHeaderLen(b[0])
	if len(b) < n || b[0]&obuHasSize == 0 {
		return 0, nil, nil, false
	}
	size, k := leb128(b[n:])
	if k == 0 || size > len(b)-n-k {
		return 0, nil, nil, false
	}
	b = b[n+k:]
	return typ, b[:size], b[size:], true
}

const (
	obuHasSize      = 0x02
	obuHasExtension = 0x04
)

// obuHeaderLen is the length of an OBU's header by its first byte.
func obuHeaderLen(first byte) int {
	if first&obuHasExtension != 0 {
		return 2
	}
	return 1
}

// leb128 reads a size (AV1, section 4.10.5) and how many bytes it stands in; 0
// where it is cut or 2 GiB and more.
func leb128(b []byte) (v, n int) {
	var u uint64
	for i := 0; i < 8 && i < len(b); i++ {
		u |= uint64(b[i]&0x7f) << (7 * i)
		if b[i]&0x80 == 0 {
			if u > 1<<31-1 {
				return 0, 0
			}
			return int(u), i + 1
		}
	}
	return 0, 0
}

// appendLEB128 writes a size as short as it can be.
func appendLEB128(b []byte, v int) []byte {
	for ; v > 0x7f; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v))
}

// sizeSequence reads the largest frame size from a sequence header (AV1,
// section 5.5), and whether the stream is a single still picture with short
// headers. The size is 0 where the header is cut.
func sizeSequence(b []byte) (width, height int, still bool) {
	r := bits{b: b}
	r.skip(3 + 1) // seq_profile, still_picture
	if still = r.flag(); still {
		r.skip(5) // seq_level_idx
	} else {
		skipOperating(&r)
	}
	w, h := int(r.bits(4))+1, int(r.bits(4))+1
	width, height = int(r.bits(w))+1, int(r.bits(h))+1
	if r.short {
		return 0, 0, still
	}
	return width, height, still
}

// skipOperating reads over the timing and the operating points.
func skipOperating(r *bits) {
	model, delay := false, 0
	if r.flag() { // timing_info_present_flag
		r.skip(32 + 32) // num_units_in_display_tick, time_scale
		if r.flag() {   // equal_picture_interval
			r.uvlc() // num_ticks_per_picture_minus_1
		}
		if model = r.flag(); model {
			delay = int(r.bits(5)) + 1 // buffer_delay_length_minus_1
			r.skip(32 + 5 + 5)
		}
	}
	display := r.flag() // initial_display_delay_present_flag
	for range r.bits(5) + 1 {
		r.skip(12)         // operating_point_idc
		if r.bits(5) > 7 { // seq_level_idx
			r.skip(1) // seq_tier
		}
		if model && r.flag() {
			r.skip(2*delay + 1)
		}
		if display && r.flag() {
			r.skip(4)
		}
	}
}
