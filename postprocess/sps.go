package postprocess

import "bytes"

// NAL unit types of H.264, table 7-1.
const (
	nalSlice = 1
	nalIDR   = 5
	nalSPS   = 7
)

var startCode = []byte{0, 0, 1}

// lookH264 reads the NAL units of an Annex B frame up to its first slice.
// Decoding can start at an IDR slice, and at parameter sets without a slice:
// some senders give them a frame of their own.
func lookH264(b []byte) picture {
	var p picture
	for {
		i := bytes.Index(b, startCode)
		if i < 0 || i+len(startCode) == len(b) {
			return p
		}
		b = b[i+len(startCode):]
		switch t := b[0] & 0x1f; {
		case t == nalIDR:
			p.Key = true
			return p
		case t >= nalSlice && t < nalIDR:
			p.Key = false
			return p
		case t == nalSPS:
			p.Key = true
			p.Width, p.Height = sizeSPS(b[1:])
		}
	}
}

// sizeSPS reads the cropped size from a sequence parameter set behind its NAL
// header (H.264, section 7.3.2.1.1); what follows it in b is not looked at.
// It is 0 where the set breaks a rule.
func sizeSPS(b []byte) (width, height int) {
	r := bits{b: b, emulated: true}
	profile := r.bits(8)
	r.skip(8 + 8) // constraint flags, level_idc
	r.ue()        // seq_parameter_set_id
	chroma := uint32(1)
	if hasChroma(profile) {
		chroma = r.ue() // chroma_format_idc
		if chroma > 3 {
			return 0, 0
		}
		if chroma == 3 && r.flag() { // separate_colour_plane_flag
			chroma = 0
		}
		r.ue()    // bit_depth_luma_minus8
		r.ue()    // bit_depth_chroma_minus8
		r.skip(1) // qpprime_y_zero_transform_bypass_flag
		if r.flag() {
			skipScaling(&r, chroma)
		}
	}
	r.ue() // log2_max_frame_num_minus4
	if !skipOrder(&r) {
		return 0, 0
	}
	r.ue()    // max_num_ref_frames
	r.skip(1) // gaps_in_frame_num_value_allowed_flag
	columns, rows := r.ue(), r.ue()
	fields := 1 + uint32(1-r.bit()) // frame_mbs_only_flag
	if fields == 2 {
		r.skip(1) // mb_adaptive_frame_field_flag
	}
	r.skip(1)            // direct_8x8_inference_flag
	const most = 1 << 12 // macroblocks a side, 65,536 pixels: beyond every level
	if r.short || columns >= most || rows >= most {
		return 0, 0
	}
	width, height = int(columns+1)*16, int(rows+1)*16*int(fields)
	if r.flag() { // frame_cropping_flag
		left, right, top, bottom := r.ue(), r.ue(), r.ue(), r.ue()
		x, y := cropUnit(chroma, fields)
		width -= cropped(left, right, x)
		height -= cropped(top, bottom, y)
	}
	if r.short || width <= 0 || height <= 0 {
		return 0, 0
	}
	return width, height
}

// cropped is how many pixels two offsets take away; too many of them more
// than any picture has.
func cropped(a, b, unit uint32) int {
	return int((int64(a) + int64(b)) * int64(unit))
}

// cropUnit is the size of a cropping offset in pixels (H.264, table 6-1 and
// equations 7-19 to 7-22).
func cropUnit(chroma, fields uint32) (x, y uint32) {
	switch chroma {
	case 1:
		return 2, 2 * fields
	case 2:
		return 2, fields
	}
	return 1, fields
}

func hasChroma(profile uint32) bool {
	switch profile {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
		return true
	}
	return false
}

// skipScaling reads over the scaling matrix (section 7.3.2.1.1.1).
func skipScaling(r *bits, chroma uint32) {
	lists := 8
	if chroma == 3 {
		lists = 12
	}
	for i := range lists {
		if !r.flag() {
			continue
		}
		size := 16
		if i >= 6 {
			size = 64
		}
		last, next := int32(8), int32(8)
		for range size {
			if next != 0 {
				next = (last + r.se() + 256) & 0xff
			}
			if next != 0 {
				last = next
			}
		}
	}
}

// skipOrder reads over the picture order count, and tells whether it keeps to
// the limits.
func skipOrder(r *bits) bool {
	switch r.ue() { // pic_order_cnt_type
	case 0:
		r.ue() // log2_max_pic_order_cnt_lsb_minus4
	case 1:
		r.skip(1) // delta_pic_order_always_zero_flag
		r.se()    // offset_for_non_ref_pic
		r.se()    // offset_for_top_to_bottom_field
		n := r.ue()
		if n > 255 {
			return false
		}
		for range n {
			r.se() // offset_for_ref_frame
		}
	case 2:
	default:
		return false
	}
	return true
}
