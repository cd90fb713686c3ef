package stream

import (
	"errors"
	"fmt"
)

// KeyHint is what RTP says in clear of whether decoding can start at a frame.
type KeyHint uint8

// The hints. KeyUnknown is common: under most codecs only the media tells.
const (
	KeyUnknown KeyHint = iota
	IsKey
	IsDelta
)

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
	// Start and End tell the first and the last packet of a frame, under VP9
	// of a layer frame. VP8 and VP9 mark them. The other formats mark no
	// start: there Start means that the packet does not go on with a unit of
	// the packet before, and End is the marker bit.
	Start, End bool
	Key        KeyHint
	// Spatial and Temporal are the layers; 0 where there are none.
	Spatial, Temporal uint8
	// PictureID and TL0PICIDX of VP8 and VP9 are -1 where absent.
	PictureID, TL0PICIDX int32
	// PictureIDAt and TL0PICIDXAt are their offsets in the payload, where a
	// replayer rewrites them; -1 where absent. PictureIDLen is 1 byte (7 bits)
	// or 2 (the top bit set, then 15).
	PictureIDAt, TL0PICIDXAt int
	PictureIDLen             int

	// Unit, NALType and NALHeader are for H.264 and H.265. The header of a
	// fragment is that of the whole unit, put together again; H.264 has it in
	// the low byte.
	Unit      Unit
	NALType   uint8
	NALHeader uint16
	// Continues and Continued tell whether the first unit began in an earlier
	// packet, and whether the last goes on in a later one: fragments of H.26x,
	// Z and Y of AV1.
	Continues, Continued bool
	// Elements is AV1's W: how many OBU elements the packet has, 0 if each
	// has its length.
	Elements uint8

	VP9 VP9
}

// VP9 is the part of a descriptor that VP9 alone has.
type VP9 struct {
	Layered         bool // L: Spatial, Temporal and what follows were sent
	InterPicture    bool // P: predicted from earlier pictures
	InterLayer      bool // D: predicted from the spatial layer below
	SwitchUp        bool // U
	NotForUpper     bool // Z: no higher spatial layer of this picture uses it
	Flexible        bool // F
	References      [3]uint8
	ReferenceCount  uint8
	HasStructure    bool // V
	SpatialLayers   uint8
	Widths, Heights [8]uint16 // by spatial layer; 0 where not sent
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
func ParseDescriptor(codec string, payload []byte, marker bool) (Descriptor, error) {
	return Descriptor{}, fmt.Errorf("%q: %w", codec, ErrCodec)
}
