package postprocess

import (
	"errors"
	"fmt"

	"github.com/mjrkit/mjrkit/mjr/stream"
)

// av1 rebuilds temporal units in the low-overhead format: RTP leaves out the
// temporal delimiter and the sizes of the OBUs (RTP Payload Format for AV1,
// section 5), and both are put back.
//
// A payload begins with the aggregation header:
//
//	 0 1 2 3 4 5 6 7
//	+-+-+-+-+-+-+-+-+
//	|Z|Y| W |N|-|-|-|
//	+-+-+-+-+-+-+-+-+
type av1 struct {
	inside bool // an OBU that goes on in the next payload
	at     int  // where the OBU in the making begins
}

func newAV1() unpacker { return new(av1) }

func (a *av1) begin(dst []byte) []byte {
	a.inside = false
	return append(dst, obuDelimiter<<3|obuHasSize, 0)
}

func (a *av1) add(dst, payload []byte, _ stream.Descriptor) ([]byte, error) {
	if len(payload) < 2 {
		return dst, fmt.Errorf("payload of %d bytes", len(payload))
	}
	continues, continued := payload[0]&0x80 != 0, payload[0]&0x40 != 0
	elements := int(payload[0] >> 4 & 3) // W; 0: all have their length
	if continues != a.inside {
		return dst, errFragment
	}
	b := payload[1:]
	for n := 1; len(b) > 0; n++ {
		element := b
		if elements == 0 || n < elements {
			size, k := leb128(b)
			if k == 0 || size > len(b)-k {
				return dst, fmt.Errorf("OBU element longer than the %d bytes left", len(b))
			}
			element, b = b[k:k+size], b[k+size:]
		} else {
			b = nil
		}
		if elements > 0 && (len(b) == 0) != (n == elements) {
			return dst, fmt.Errorf("%d OBU elements, want %d", n, elements)
		}
		if !a.inside {
			a.at = len(dst)
		}
		dst = append(dst, element...)
		if a.inside = len(b) == 0 && continued; !a.inside {
			var err error
			if dst, err = a.close(dst); err != nil {
				return dst, err
			}
		}
	}
	return dst, nil
}

// close puts the size into the OBU that ends with dst.
func (a *av1) close(dst []byte) ([]byte, error) {
	obu := dst[a.at:]
	if len(obu) == 0 || len(obu) < obuHeaderLen(obu[0]) {
		return dst, errors.New("OBU cut in its header")
	}
	if obu[0]>>3&15 == obuDelimiter { // begin has written it
		return dst[:a.at], nil
	}
	n := obuHeaderLen(obu[0])
	if obu[0]&obuHasSize != 0 {
		if size, k := leb128(obu[n:]); k == 0 || size != len(obu)-n-k {
			return dst, fmt.Errorf("OBU of %d bytes has another size", len(obu))
		}
		return dst, nil
	}
	obu[0] |= obuHasSize
	var size [8]byte
	s := appendLEB128(size[:0], len(obu)-n)
	dst = append(dst, s...) // makes room
	obu = dst[a.at:]
	copy(obu[n+len(s):], obu[n:])
	copy(obu[n:], s)
	return dst, nil
}

func (a *av1) end() error {
	if a.inside {
		return errFragment
	}
	return nil
}

// startsAV1 reads N: the first packet of a coded video sequence.
func startsAV1(payload []byte) bool { return payload[0]&0x08 != 0 }
