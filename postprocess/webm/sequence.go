package webm

import "errors"

// sequence is what the AV1 configuration repeats of a sequence header. All of
// the header before the colours must be read to come to them.
type sequence struct {
	profile, level, tier         byte
	high, twelve, mono           byte
	subX, subY, position         byte
	reduced, delays, hasDecoding bool
	delayLen                     int // bits of a buffer delay
}

// parseSequence reads sequence_header_obu: AV1 bitstream specification,
// section 5.5.
func parseSequence(b []byte) (*sequence, error) {
	r := &bitReader{b: b}
	s := &sequence{profile: byte(r.bits(3))}
	r.bits(1) // still_picture
	s.reduced = r.flag()
	if s.reduced {
		s.level = byte(r.bits(5))
	} else {
		s.operatingPoints(r)
	}
	s.size(r)
	s.tools(r)
	s.color(r)
	if r.short || s.profile > 2 {
		return nil, errors.New("sequence header cut short")
	}
	return s, nil
}

// operatingPoints reads timing_info and the operating points, of which the
// first one counts.
func (s *sequence) operatingPoints(r *bitReader) {
	if r.flag() { // timing_info_present_flag
		r.bits(32) // num_units_in_display_tick
		r.bits(32) // time_scale
		if r.flag() {
			r.golomb() // num_ticks_per_picture_minus_1
		}
		if s.hasDecoding = r.flag(); s.hasDecoding {
			s.delayLen = int(r.bits(5)) + 1
			r.bits(32)    // num_units_in_decoding_tick
			r.bits(5 + 5) // buffer_removal_time and frame_presentation_time lengths
		}
	}
	s.delays = r.flag() // initial_display_delay_present_flag
	for i := range r.bits(5) + 1 {
		r.bits(12) // operating_point_idc
		level, tier := byte(r.bits(5)), byte(0)
		if level > 7 {
			tier = byte(r.bits(1))
		}
		if s.hasDecoding && r.flag() {
			r.bits(s.delayLen) // decoder_buffer_delay
			r.bits(s.delayLen) // encoder_buffer_delay
			r.bits(1)          // low_delay_mode_flag
		}
		if s.delays && r.flag() {
			r.bits(4) // initial_display_delay_minus_1
		}
		if i == 0 {
			s.level, s.tier = level, tier
		}
	}
}

func (s *sequence) size(r *bitReader) {
	width, height := int(r.bits(4))+1, int(r.bits(4))+1
	r.bits(width)
	r.bits(height)
	if !s.reduced && r.flag() { // frame_id_numbers_present_flag
		r.bits(4 + 3)
	}
}

func (s *sequence) tools(r *bitReader) {
	r.bits(3) // superblocks, filter_intra, intra_edge_filter
	if !s.reduced {
		r.bits(4) // interintra, masked, warped, dual_filter
		hints := r.flag()
		if hints {
			r.bits(2) // jnt_comp, ref_frame_mvs
		}
		// seq_choose_screen_content_tools, else seq_force_screen_content_tools
		if r.flag() || r.flag() {
			if !r.flag() { // seq_choose_integer_mv
				r.bits(1)
			}
		}
		if hints {
			r.bits(3) // order_hint_bits_minus_1
		}
	}
	r.bits(3) // superres, cdef, restoration
}

// color reads color_config, section 5.5.2.
func (s *sequence) color(r *bitReader) {
	s.high = byte(r.bits(1))
	if s.profile == 2 && s.high == 1 {
		s.twelve = byte(r.bits(1))
	}
	if s.profile != 1 {
		s.mono = byte(r.bits(1))
	}
	rgb := false
	if r.flag() { // BT.709 primaries, sRGB transfer, identity matrix
		rgb = r.bits(24) == 1<<16|13<<8
	}
	switch {
	case s.mono == 1:
		s.subX, s.subY = 1, 1
		return
	case rgb:
		return
	}
	r.bits(1) // color_range
	switch {
	case s.profile == 0:
		s.subX, s.subY = 1, 1
	case s.profile == 2 && s.twelve == 1:
		if s.subX = byte(r.bits(1)); s.subX == 1 {
			s.subY = byte(r.bits(1))
		}
	case s.profile == 2:
		s.subX = 1
	}
	if s.subX == 1 && s.subY == 1 {
		s.position = byte(r.bits(2))
	}
}
