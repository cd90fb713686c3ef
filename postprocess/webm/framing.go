package webm

import (
	"encoding/binary"
	"errors"
)

// framing is how a frame, as it comes, lies in a block.
type framing uint8

const (
	asItIs framing = iota
	// annexB: start codes become lengths of four bytes, parameter sets stay.
	annexB
	// temporalUnit: AV1 blocks have no temporal delimiter.
	temporalUnit
)

// size is how many bytes append will add.
func (f framing) size(frame []byte) (int, error) {
	switch f {
	case annexB:
		n := 0
		for nal, rest := nextNAL(frame); nal != nil; nal, rest = nextNAL(rest) {
			n += 4 + len(nal)
		}
		if n == 0 {
			return 0, errors.New("no NAL unit behind a start code")
		}
		return n, nil
	case temporalUnit:
		frame = skipDelimiter(frame)
		if len(frame) == 0 {
			return 0, errors.New("temporal unit without a frame")
		}
	}
	return len(frame), nil
}

func (f framing) append(dst, frame []byte) []byte {
	switch f {
	case annexB:
		for nal, rest := nextNAL(frame); nal != nil; nal, rest = nextNAL(rest) {
			dst = binary.BigEndian.AppendUint32(dst, uint32(len(nal)))
			dst = append(dst, nal...)
		}
		return dst
	case temporalUnit:
		frame = skipDelimiter(frame)
	}
	return append(dst, frame...)
}
