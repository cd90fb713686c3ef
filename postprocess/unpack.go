package postprocess

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/mjrkit/mjrkit/mjr/stream"
)

var errFragment = errors.New("fragments of a unit do not follow each other")

// strip takes the payload descriptors away, and puts the rest together: VP8
// and VP9.
type strip struct{}

func newStrip() unpacker { return strip{} }

func (strip) begin(dst []byte) []byte { return dst }

func (strip) add(dst, payload []byte, d stream.Descriptor) ([]byte, error) {
	if d.Len > len(payload) {
		return dst, fmt.Errorf("descriptor of %d bytes in a payload of %d", d.Len, len(payload))
	}
	return append(dst, payload[d.Len:]...), nil
}

func (strip) end() error { return nil }

// h264 rebuilds Annex B frames with start codes of four bytes from single NAL
// units, STAP-A and FU-A (RFC 6184). The other kinds, with a decoding order
// of their own, browsers do not send.
type h264 struct {
	inside bool // a fragmented unit
}

// Payload structures of RFC 6184, section 5.2.
const (
	stapA     = 24
	fuA       = 28
	nalAUD    = 9
	lengthLen = 2 // of a unit in STAP-A
)

func newH264() unpacker { return new(h264) }

func (h *h264) begin(dst []byte) []byte {
	h.inside = false
	return dst
}

func (h *h264) add(dst, payload []byte, _ stream.Descriptor) ([]byte, error) {
	if len(payload) == 0 {
		return dst, errors.New("no NAL unit")
	}
	typ := payload[0] & 0x1f
	if h.inside && typ != fuA {
		return dst, errFragment
	}
	switch {
	case typ >= 1 && typ < stapA:
		return append(appendStart(dst), payload...), nil
	case typ == stapA:
		return addSTAPA(dst, payload[1:])
	case typ == fuA:
		return h.addFUA(dst, payload)
	}
	return dst, fmt.Errorf("NAL unit type %d", typ)
}

func (h *h264) end() error {
	if h.inside {
		return errFragment
	}
	return nil
}

func appendStart(dst []byte) []byte { return append(dst, 0, 0, 0, 1) }

// addSTAPA appends units that stand behind their lengths (section 5.7.1).
func addSTAPA(dst, b []byte) ([]byte, error) {
	for len(b) > 0 {
		if len(b) < lengthLen {
			return dst, fmt.Errorf("aggregate ends in a length of %d bytes", len(b))
		}
		n := int(binary.BigEndian.Uint16(b))
		b = b[lengthLen:]
		if n == 0 || n > len(b) {
			return dst, fmt.Errorf("unit of %d bytes in an aggregate with %d left", n, len(b))
		}
		dst = append(appendStart(dst), b[:n]...)
		b = b[n:]
	}
	return dst, nil
}

// addFUA appends a fragment (section 5.8). The unit's header is put together
// from both bytes of the fragment's:
//
//	 0 1 2 3 4 5 6 7   0 1 2 3 4 5 6 7
//	+-+-+-+-+-+-+-+-+ +-+-+-+-+-+-+-+-+
//	|F|NRI|   28    | |S|E|R|  type   |
//	+-+-+-+-+-+-+-+-+ +-+-+-+-+-+-+-+-+
func (h *h264) addFUA(dst, payload []byte) ([]byte, error) {
	if len(payload) < 2 {
		return dst, fmt.Errorf("fragment of %d bytes", len(payload))
	}
	start, end := payload[1]&0x80 != 0, payload[1]&0x40 != 0
	if start == h.inside {
		return dst, errFragment
	}
	if start {
		dst = append(appendStart(dst), payload[0]&0xe0|payload[1]&0x1f)
	}
	h.inside = !end
	return append(dst, payload[2:]...), nil
}

// startsH264 tells whether an access unit begins with this payload: nothing
// can be before its delimiter, and before its parameter sets only that
// (H.264, section 7.4.1.2.3).
func startsH264(payload []byte) bool {
	typ := payload[0] & 0x1f
	if typ == stapA && len(payload) > 1+lengthLen {
		typ = payload[1+lengthLen] & 0x1f
	}
	return typ == nalAUD || typ == nalSPS
}
