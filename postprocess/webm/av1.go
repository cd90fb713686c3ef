package webm

import (
	"encoding/binary"
	"errors"
)

// OBU types of the AV1 bitstream specification, section 6.2.2.
const (
	obuSequence  = 1
	obuDelimiter = 2
)

var errNoSequence = errors.New("no sequence header in its first frame")

// obu is an open bitstream unit; section 5.3:
//
//	 0 1 2 3 4 5 6 7
//	+-+-+-+-+-+-+-+-+
//	|0| type  |x|s|0|  x: one more byte of header, s: a size follows
//	+-+-+-+-+-+-+-+-+
type obu struct {
	kind    byte
	payload []byte
}

// nextOBU cuts the first OBU off a temporal unit.
func nextOBU(b []byte) (o obu, rest []byte, ok bool) {
	if len(b) == 0 || b[0]&0x80 != 0 {
		return obu{}, nil, false
	}
	head := 1 + int(b[0]>>2&1)
	if len(b) < head {
		return obu{}, nil, false
	}
	o.kind = b[0] >> 3 & 15
	sized := b[0]&2 != 0
	b = b[head:]
	size := uint64(len(b))
	if sized {
		var n int
		if size, n = binary.Uvarint(b); n <= 0 || size > uint64(len(b)-n) {
			return obu{}, nil, false
		}
		b = b[n:]
	}
	o.payload = b[:size]
	return o, b[size:], true
}

// skipDelimiter steps over a temporal delimiter, with which encoders begin.
func skipDelimiter(b []byte) []byte {
	if o, rest, ok := nextOBU(b); ok && o.kind == obuDelimiter {
		return rest
	}
	return b
}

// av1Config makes the AV1CodecConfigurationRecord (AV1 Codec ISO Media File
// Format Binding, section 2.3) of the sequence header in a temporal unit.
func av1Config(frame []byte) ([]byte, error) {
	for {
		o, rest, ok := nextOBU(frame)
		if !ok {
			return nil, errNoSequence
		}
		if o.kind == obuSequence {
			s, err := parseSequence(o.payload)
			if err != nil {
				return nil, err
			}
			b := append(s.record(), obuSequence<<3|2) // with a size
			b = binary.AppendUvarint(b, uint64(len(o.payload)))
			return append(b, o.payload...), nil
		}
		frame = rest
	}
}

// record is the av1C box without its OBUs:
//
//	marker 1, version 1
//	profile, level
//	tier, high_bitdepth, twelve_bit, mono, subsampling x, y, sample position
//	no initial presentation delay
func (s *sequence) record() []byte {
	return []byte{
		0x81,
		s.profile<<5 | s.level,
		s.tier<<7 | s.high<<6 | s.twelve<<5 | s.mono<<4 | s.subX<<3 | s.subY<<2 | s.position,
		0,
	}
}
