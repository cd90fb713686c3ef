package replay

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/mjr/stream"
)

// forwarded are the header extensions that are sent on if they were
// negotiated. All others tell of the session in which the recording was made
// (which m-line, which transport, what time), and would break the new one.
var forwarded = [...]string{
	"urn:ietf:params:rtp-hdrext:ssrc-audio-level",
	"urn:ietf:params:rtp-hdrext:csrc-audio-level",
	"urn:3gpp:video-orientation",
	"http://www.webrtc.org/experiments/rtp-hdrext/color-space",
	"http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
	"http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
	dependencyURI,
}

// Forwarded lists the URIs of the header extensions that a Player sends on if
// a Sink has ids for them.
func Forwarded() []string { return append([]string(nil), forwarded[:]...) }

// rewriter makes packets of the new session from recorded ones. Its buffers
// are used again for each packet.
type rewriter struct {
	codec      string // if its payload descriptor has to be rewritten
	extensions []remap
	seq        uint16 // of the packet sent last
	base       uint32 // of the timestamps
	picture    counter
	tl0        counter
	frame      counter
	descriptor stream.Descriptor // of the packet that was read last
	described  bool

	in  rtp.Header // as recorded
	out rtp.Packet
}

// remap is the id of a header extension: recorded, and negotiated.
type remap struct {
	from, to   uint8
	dependency bool
}

func newRewriter(r *Recording, sink Sink) rewriter {
	w := rewriter{seq: uint16(rand.Uint32()), base: rand.Uint32()}
	if c := r.Codec.Name; c == "vp8" || c == "vp9" {
		w.codec = c
	}
	for _, uri := range forwarded {
		from, to := extensionID(r.Header.Extensions, uri), sink.Extensions[uri]
		if from != 0 && to != 0 {
			w.extensions = append(w.extensions, remap{from, to, uri == dependencyURI})
		}
	}
	return w
}

// parse reads a recorded packet, which it keeps, and returns the payload
// without padding; false if it is none. The indexer saw the same bytes, but
// the file may have changed since.
func (w *rewriter) parse(data []byte) ([]byte, bool) {
	const fixed = 12
	if len(data) < fixed || data[0]>>6 != 2 {
		return nil, false
	}
	end := fixed + 4*int(data[0]&0x0F)
	if data[0]&0x10 != 0 {
		if len(data) < end+4 {
			return nil, false
		}
		end += 4 + 4*int(binary.BigEndian.Uint16(data[end+2:]))
	}
	if len(data) < end {
		return nil, false
	}
	payload := data[end:]
	if data[0]&0x20 != 0 && len(payload) > 0 {
		n := int(payload[len(payload)-1])
		if n == 0 || n > len(payload) {
			return nil, false
		}
		payload = payload[:len(payload)-n]
	}
	w.in.ExtensionProfile = 0
	_, _ = w.in.Unmarshal(data[:end]) // the one error left is that of an extension
	w.described = false
	if w.codec != "" {
		d, err := stream.ParseDescriptor(w.codec, payload, w.in.Marker)
		w.descriptor, w.described = d, err == nil
	}
	return payload, len(payload) > 0
}

// number chooses the numbers of a packet that parse has read.
func (w *rewriter) number(s *sent, jump bool) {
	w.seq++
	s.seq = w.seq
	if d := &w.descriptor; w.described {
		if d.PictureIDAt >= 0 {
			s.picture = w.picture.next(uint16(d.PictureID), pictureMask(d), jump)
		}
		if d.TL0PICIDXAt >= 0 {
			s.tl0 = uint8(w.tl0.next(uint16(d.TL0PICIDX), 0xFF, jump))
		}
	}
	for _, x := range w.extensions {
		if b := extension(&w.in, x.from); x.dependency && len(b) >= dependencyMin {
			s.frame = w.frame.next(binary.BigEndian.Uint16(b[1:]), 0xFFFF, jump)
		}
	}
}

func pictureMask(d *stream.Descriptor) uint16 {
	if d.PictureIDLen == 1 {
		return 0x7F
	}
	return 0x7FFF
}

// write makes the packet that parse has read the one that s describes. The
// payload is changed in place.
func (w *rewriter) write(payload []byte, s *sent, sink *Sink, payloadType uint8, marker bool) *rtp.Packet {
	if d := &w.descriptor; w.described {
		switch {
		case d.PictureIDAt < 0:
		case d.PictureIDLen == 1:
			payload[d.PictureIDAt] = uint8(s.picture & 0x7F)
		default:
			binary.BigEndian.PutUint16(payload[d.PictureIDAt:], 0x8000|s.picture)
		}
		if d.TL0PICIDXAt >= 0 {
			payload[d.TL0PICIDXAt] = s.tl0
		}
	}
	h := &w.out.Header
	*h = rtp.Header{
		Version: 2, Marker: marker, PayloadType: payloadType, SequenceNumber: s.seq,
		Timestamp: s.timestamp, SSRC: sink.SSRC, CSRC: w.in.CSRC, Extensions: h.Extensions[:0],
	}
	for _, x := range w.extensions {
		if b := extension(&w.in, x.from); b != nil {
			if x.dependency && len(b) >= dependencyMin {
				binary.BigEndian.PutUint16(b[1:], s.frame)
			}
			w.extend(x.to, b)
		}
	}
	w.out.Payload = payload
	return &w.out
}

// extend adds a header extension. What does not fit into one byte's form
// (RFC 8285, section 4.2) needs the other one.
func (w *rewriter) extend(id uint8, b []byte) {
	h := &w.out.Header
	profile := uint16(rtp.ExtensionProfileOneByte)
	if id > 14 || len(b) > 16 || len(b) == 0 || h.Extension && h.ExtensionProfile == rtp.ExtensionProfileTwoByte {
		profile = rtp.ExtensionProfileTwoByte
	}
	if !h.Extension {
		h.Extension, h.ExtensionProfile = true, profile
	}
	// One that fits neither form has no place, and says nothing that matters.
	_ = h.SetExtensionWithProfile(id, b, profile)
}
