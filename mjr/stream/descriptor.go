package stream

import (
	"errors"
	"fmt"

	"github.com/mjrkit/mjrkit/mjr"
)

// KeyHint is what RTP says in clear of whether decoding can start at a frame.
type KeyHint uint8

// The hints. KeyUnknown is common: under most codecs only the media tells.
const (
	KeyUnknown KeyHint = iota
	IsKey
	IsDelta
)

// with puts together the hints of two parts of one frame: a key frame may
// have parts that say nothing, or that look like a delta.
func (k KeyHint) with(other KeyHint) KeyHint {
	if k == KeyUnknown || other == IsKey {
		return other
	}
	return k
}

// Unit is how a packet carries the NAL units of H.264 and H.265.
type Unit uint8

// The ways: one unit as it is, several with their lengths, a piece of one.
const (
	UnitNone Unit = iota // other codecs
	UnitSingle
	UnitAggregate
	UnitFragment
)

// Descriptor is what stands in clear before the media in an RTP payload.
type Descriptor struct {
	// Len is how many bytes of descriptor lie before the media.
	Len int
	// Start and End tell the first and the last packet of a frame. VP9 marks
	// both, by layer frame; VP8 marks the start, and the marker bit of RTP is
	// the end. The other video formats mark no start: there Start means that
	// the packet does not go on with a unit of the packet before, and End is
	// the marker bit.
	Start, End bool
	Key        KeyHint
	// Spatial and Temporal are the layers; 0 where there are none.
	Spatial, Temporal uint8
	// Sync: a decoder can go up to this temporal layer here (VP8's Y, VP9's U).
	Sync bool
	// PictureID and TL0PICIDX of VP8 and VP9 are -1 where absent.
	PictureID, TL0PICIDX int32
	// PictureIDAt and TL0PICIDXAt are their offsets in the payload, for those
	// who rewrite them; -1 where absent. PictureIDLen is 1 byte (7 bits) or 2
	// (the top bit set, then 15).
	PictureIDAt, TL0PICIDXAt int
	PictureIDLen             int

	// Unit, NALType and NALHeader are for H.264 and H.265. The header of a
	// fragment is that of the whole unit, put together again; H.264 has it in
	// the low byte. That of an aggregate is its own.
	Unit      Unit
	NALType   uint8
	NALHeader uint16
	// Continues and Continued tell whether the first unit began in an earlier
	// packet, and whether the last goes on in a later one: fragments of H.26x,
	// Z and Y of AV1.
	Continues, Continued bool
	// Elements is AV1's W: how many OBU elements the packet has, all but the
	// last behind their length; 0 if each has its length.
	Elements uint8

	VP9 VP9
}

// What ParseDescriptor can answer other than a descriptor.
var (
	// ErrDescriptor: the payload is no payload of its codec.
	ErrDescriptor = errors.New("malformed payload descriptor")
	// ErrCodec: there is no RTP payload format for this name.
	ErrCodec = errors.New("codec without an RTP payload format")
)

// ParseDescriptor reads the payload descriptor of a packet. The codec is
// named as in mjr.Codec, in lower case; marker is the marker bit of the RTP
// header. It reads no media: those bytes may be ciphertext.
//
// The error is, or wraps, ErrDescriptor or ErrCodec.
func ParseDescriptor(codec string, payload []byte, marker bool) (d Descriptor, err error) {
	// It is filled in where the caller gets it: a copy of fields just written
	// waits for them, a hundred cycles a packet.
	d.PictureID, d.TL0PICIDX, d.PictureIDAt, d.TL0PICIDXAt = -1, -1, -1, -1
	d.End = marker
	switch codec {
	case "vp8":
		err = d.parseVP8(payload)
	case "vp9":
		err = d.parseVP9(payload)
	case "h264":
		err = d.parseH264(payload)
	case "h265":
		err = d.parseH265(payload)
	case "av1":
		err = d.parseAV1(payload)
	default:
		if c, ok := mjr.LookupCodec(codec); !ok || c.Kind != mjr.Audio {
			err = fmt.Errorf("%q: %w", codec, ErrCodec)
		}
		// One packet, one frame: the audio formats that Janus records put
		// nothing before the media.
		d.Start, d.End = true, true
	}
	if err != nil {
		d = Descriptor{}
	}
	return d, err
}

// need checks that the payload reaches to byte n.
func need(codec string, payload []byte, n int) error {
	if len(payload) < n {
		return fmt.Errorf("%s: size %d < %d: %w", codec, len(payload), n, ErrDescriptor)
	}
	return nil
}

// pictureID reads the picture id that VP8 and VP9 have in common at byte n of
// the payload, and returns where it ends.
//
//	M  picture id (7)  [extended picture id (8) if M]
func (d *Descriptor) pictureID(codec string, payload []byte, n int) (int, error) {
	if err := need(codec, payload, n+1); err != nil {
		return 0, err
	}
	d.PictureIDAt, d.PictureIDLen = n, 1
	if payload[n]&0x80 == 0 {
		d.PictureID = int32(payload[n])
		return n + 1, nil
	}
	if err := need(codec, payload, n+2); err != nil {
		return 0, err
	}
	d.PictureIDLen = 2
	d.PictureID = int32(payload[n]&0x7F)<<8 | int32(payload[n+1])
	return n + 2, nil
}
