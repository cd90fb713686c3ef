package decrypttest

import (
	"encoding/binary"
	"fmt"
)

// depacketize appends what one packet carries of a frame, as the sender's
// transform left it.
func depacketize(frame []byte, codec string, payload []byte) ([]byte, error) {
	descriptor := 0
	var err error
	switch codec {
	case "opus":
	case "vp8":
		descriptor, err = vp8Descriptor(payload)
	case "vp9":
		descriptor, err = vp9Descriptor(payload)
	case "h264":
		return h264(frame, payload)
	default:
		err = fmt.Errorf("codec %q", codec)
	}
	if err == nil && descriptor > len(payload) {
		err = fmt.Errorf("a %s descriptor of %d bytes in %d", codec, descriptor, len(payload))
	}
	if err != nil {
		return nil, err
	}
	return append(frame, payload[descriptor:]...), nil
}

// vp8Descriptor is the length of RFC 7741, section 4.2.
func vp8Descriptor(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, fmt.Errorf("empty VP8 payload")
	}
	n := 1
	if p[0]&0x80 == 0 { // X
		return n, nil
	}
	if len(p) < 3 {
		return 0, fmt.Errorf("VP8 descriptor cut at %d bytes", len(p))
	}
	ext := p[1]
	n++
	if ext&0x80 != 0 { // I
		n += 1 + int(p[n]>>7) // M
	}
	if ext&0x40 != 0 { // L
		n++
	}
	if ext&0x30 != 0 { // T or K
		n++
	}
	return n, nil
}

// vp9Descriptor is the length of RFC 9628, section 4.2.
func vp9Descriptor(p []byte) (int, error) {
	cut := fmt.Errorf("VP9 descriptor cut at %d bytes", len(p))
	const (
		i, pred, l, f, v = 0x80, 0x40, 0x20, 0x10, 0x02
	)
	if len(p) == 0 {
		return 0, cut
	}
	n := 1
	if p[0]&i != 0 {
		if n >= len(p) {
			return 0, cut
		}
		n += 1 + int(p[n]>>7) // M
	}
	if p[0]&l != 0 {
		n++
		if p[0]&f == 0 {
			n++ // TL0PICIDX
		}
	}
	if p[0]&f != 0 && p[0]&pred != 0 {
		for more := true; more; n++ { // P_DIFF and N, three at most
			if n >= len(p) {
				return 0, cut
			}
			more = p[n]&1 != 0
		}
	}
	if p[0]&v == 0 {
		return n, nil
	}
	// The scalability structure.
	if n >= len(p) {
		return 0, cut
	}
	ss := p[n]
	n++
	if ss&0x10 != 0 { // Y
		n += 4 * (1 + int(ss>>5))
	}
	if ss&0x08 == 0 { // G
		return n, nil
	}
	if n >= len(p) {
		return 0, cut
	}
	pictures := int(p[n])
	n++
	for range pictures {
		if n >= len(p) {
			return 0, cut
		}
		n += 1 + int(p[n]>>2&3)
	}
	return n, nil
}

// h264 puts a start code before each NAL unit of RFC 6184: single ones
// (section 5.6), STAP-A (5.7.1) and FU-A (5.8).
func h264(frame, p []byte) ([]byte, error) {
	const stapA, fuA = 24, 28
	if len(p) < 2 {
		return nil, fmt.Errorf("H.264 payload of %d bytes", len(p))
	}
	switch p[0] & 0x1F {
	case fuA:
		if p[1]&0x80 != 0 { // S
			frame = append(frame, 0, 0, 0, 1, p[0]&0xE0|p[1]&0x1F)
		}
		return append(frame, p[2:]...), nil
	case stapA:
		for p = p[1:]; len(p) > 0; {
			if len(p) < 2 || len(p)-2 < int(binary.BigEndian.Uint16(p)) {
				return nil, fmt.Errorf("STAP-A cut with %d bytes left", len(p))
			}
			n := int(binary.BigEndian.Uint16(p))
			frame = append(append(frame, 0, 0, 0, 1), p[2:2+n]...)
			p = p[2+n:]
		}
		return frame, nil
	}
	return append(append(frame, 0, 0, 0, 1), p...), nil
}
