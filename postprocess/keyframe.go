package postprocess

// picture is what the plaintext of a video frame says of itself. Each look
// function reads a whole frame; what breaks its codec's rules is no key frame.
type picture struct {
	Key bool // decoding can start here
	// Width and Height in pixels, 0 where the frame does not say.
	Width, Height int
}

// lookVP8 reads the frame tag, and the header of a key frame (RFC 6386,
// section 9.1):
//
//	 0 1 2 3 4 5 6 7
//	+-+-+-+-+-+-+-+-+
//	|size |S| ver |P|  P: 0 is a key frame
//	+-+-+-+-+-+-+-+-+
//
// then two more bytes of size, 9D 01 2A, and width and height, little-endian,
// 14 bits each below 2 of scaling.
func lookVP8(b []byte) picture {
	if len(b) < 10 || b[0]&1 != 0 || b[3] != 0x9d || b[4] != 0x01 || b[5] != 0x2a {
		return picture{}
	}
	return picture{
		Key:    true,
		Width:  int(b[6]) | int(b[7]&0x3f)<<8,
		Height: int(b[8]) | int(b[9]&0x3f)<<8,
	}
}

// lookVP9 reads the uncompressed header (VP9 bitstream specification, section
// 6.2), of a superframe that of its first frame. An intra-only frame has a
// size, but those after it may need older ones: it is no place to start.
func lookVP9(b []byte) picture {
	r := bits{b: b}
	if r.bits(2) != 2 { // frame_marker
		return picture{}
	}
	profile := r.bit() | r.bit()<<1
	if profile == 3 && r.flag() { // reserved_zero
		return picture{}
	}
	if r.flag() { // show_existing_frame
		return picture{}
	}
	key := !r.flag() // frame_type
	show := r.flag()
	resilient := r.flag()
	if !key {
		intraOnly := !show && r.flag()
		if !resilient {
			r.skip(2) // reset_frame_context
		}
		if !intraOnly {
			return lookVP9Inter(&r)
		}
	}
	if r.bits(24) != 0x498342 { // frame_sync_code
		return picture{}
	}
	if (key || profile > 0) && !skipVP9Color(&r, profile) {
		return picture{}
	}
	if !key {
		r.skip(8) // refresh_frame_flags
	}
	return sizeVP9(&r, key)
}

// lookVP9Inter reads the size of a predicted frame, if it has one of its own,
// as the higher spatial layers of a key picture do (section 7.2.5).
func lookVP9Inter(r *bits) picture {
	r.skip(8 + 3*(3+1)) // refresh_frame_flags; ref_frame_idx and sign_bias of three
	for range 3 {
		if r.flag() { // found_ref: as large as that one
			return picture{}
		}
	}
	return sizeVP9(r, false)
}

func sizeVP9(r *bits, key bool) picture {
	p := picture{Key: key, Width: int(r.bits(16)) + 1, Height: int(r.bits(16)) + 1}
	if r.short {
		return picture{}
	}
	return p
}

// skipVP9Color reads over color_config (section 6.2.2), and tells whether it
// keeps to its profile.
func skipVP9Color(r *bits, profile uint32) bool {
	const rgb = 7
	odd := profile == 1 || profile == 3
	if profile >= 2 {
		r.skip(1) // ten_or_twelve_bit
	}
	if r.bits(3) == rgb { // color_space
		r.skip(1) // reserved_zero
		return odd
	}
	r.skip(1) // color_range
	if odd {
		r.skip(3) // subsampling_x, subsampling_y, reserved_zero
	}
	return true
}
