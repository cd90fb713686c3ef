package livekit

import (
	"bytes"
	"strings"

	"github.com/mjrkit/mjrkit/decrypt"
)

// minTrailer is the shortest trailer that a Filter believes: a shorter one
// would end too many encrypted packets by chance.
const minTrailer = 4

// Filter recognises the frames that a LiveKit server puts into a subscriber's
// track when it pauses or ends. It is a decrypt.PacketFilter; the zero Filter
// knows no trailers, and goes by the contents.
type Filter struct {
	trailers [][]byte
}

// NewFilter makes a Filter that knows the trailers of rooms
// (JoinResponse.sif_trailer). Those of fewer than 4 bytes are ignored.
func NewFilter(trailers ...[]byte) *Filter {
	f := new(Filter)
	for _, t := range trailers {
		if len(t) >= minTrailer {
			f.trailers = append(f.trailers, bytes.Clone(t))
		}
	}
	return f
}

// Injected reports whether a server made this RTP payload: it ends with a
// room's trailer, or begins with one of the blank frames that servers send.
// The trailer lies behind whole payloads, so it is looked for before they are
// taken apart.
func (f *Filter) Injected(payload []byte, m decrypt.Meta) bool {
	for _, t := range f.trailers {
		if bytes.HasSuffix(payload, t) {
			return true
		}
	}
	switch strings.ToLower(m.Codec) {
	case "opus":
		return bytes.HasPrefix(payload, blankOpus)
	case "vp8":
		return bytes.HasPrefix(withoutVP8Descriptor(payload), blankVP8)
	case "h264":
		return isSTAPA(payload) && bytes.HasPrefix(payload[1:], blankH264)
	}
	return false
}

// The blank frames of LiveKit's server: 20 ms of Opus silence in 80 bytes, a
// VP8 key frame of 8×8 pixels, an H.264 key frame of 2×2 in one STAP-A
// packet. Encrypted frames do not begin with them: only 10 bytes of VP8, one
// byte of Opus, and no more than two bytes of the H.264 slice would be alike.
var (
	blankOpus = append([]byte{0xf8, 0xff, 0xfe}, make([]byte, 77)...)

	blankVP8 = []byte{
		0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x08, 0x00, 0x08, 0x00,
		0x00, 0x47, 0x08, 0x85, 0x85, 0x88, 0x85, 0x84, 0x88, 0x02, 0x02,
		0x00, 0x0c, 0x0d, 0x60, 0x00, 0xfe, 0xff, 0xab, 0x50, 0x80,
	}

	blankH264 = []byte{
		0, 24, // SPS
		0x67, 0x42, 0xc0, 0x1f, 0x0f, 0xd9, 0x1f, 0x88, 0x88, 0x84, 0x00, 0x00,
		0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xc8, 0x3c, 0x60, 0xc9, 0x20,
		0, 6, // PPS
		0x68, 0x87, 0xcb, 0x83, 0xcb, 0x20,
		0, 10, // IDR slice
		0x65, 0x88, 0x84, 0x0a, 0xf2, 0x62, 0x80, 0x00, 0xa7, 0xbe,
	}
)

// isSTAPA tells an aggregation packet (RFC 6184, section 5.7.1).
func isSTAPA(payload []byte) bool {
	return len(payload) > 0 && payload[0]&0x1f == 24
}

// withoutVP8Descriptor cuts the payload descriptor (RFC 7741, section 4.2);
// nil if there is nothing behind it.
//
//	X R N S R PID │ I L T K RSV │ M PictureID(7 or 15) │ TL0PICIDX │ TID Y KEYIDX
func withoutVP8Descriptor(p []byte) []byte {
	if len(p) == 0 {
		return nil
	}
	n := 1
	if p[0]&0x80 != 0 {
		if len(p) < 2 {
			return nil
		}
		n = 2
		if p[1]&0x80 != 0 {
			if len(p) < 3 {
				return nil
			}
			n += 1 + int(p[2]>>7)
		}
		if p[1]&0x40 != 0 {
			n++
		}
		if p[1]&0x30 != 0 {
			n++
		}
	}
	if n >= len(p) {
		return nil
	}
	return p[n:]
}
