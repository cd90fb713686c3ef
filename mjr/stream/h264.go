package stream

import (
	"encoding/binary"
	"fmt"
)

// H.264 NAL unit types: ITU-T H.264, table 7-1, and RFC 6184, section 5.2.
const (
	h264Slice = 1
	h264IDR   = 5
	h264STAPA = 24
	h264FUA   = 28
)

// parseH264 reads what RFC 6184 puts before the media:
//
//	F NRI(2) type(5)                     a single unit: its own header, Len 0
//	F NRI(2) 24  then size (16), unit …  STAP-A, Len 1
//	F NRI(2) 28  S E R type(5)           FU-A, Len 2
//
// The interleaved kinds (STAP-B, MTAP, FU-B) do not occur under WebRTC, and
// are refused.
func (d *Descriptor) parseH264(payload []byte) error {
	const codec = "h264"
	if err := need(codec, payload, 1); err != nil {
		return err
	}
	header := payload[0]
	d.NALHeader, d.NALType = uint16(header), header&0x1F
	switch t := d.NALType; {
	case t >= 1 && t <= 23:
		d.Unit, d.Start = UnitSingle, true
		d.Key = h264Key(t)
		return nil
	case t == h264STAPA:
		d.Unit, d.Start, d.Len = UnitAggregate, true, 1
		return d.h264Aggregate(payload)
	case t == h264FUA:
		if err := need(codec, payload, 2); err != nil {
			return err
		}
		fu := payload[1]
		d.NALType = fu & 0x1F
		d.NALHeader = uint16(header&0xE0 | d.NALType)
		d.Continues, d.Continued = fu&0x80 == 0, fu&0x40 == 0
		d.Unit, d.Start, d.Len = UnitFragment, !d.Continues, 2
		d.Key = h264Key(d.NALType)
		return nil
	default:
		return fmt.Errorf("h264: unit type %d: %w", t, ErrDescriptor)
	}
}

// h264Aggregate walks the sizes of a STAP-A, and reads of the units no more
// than their headers.
func (d *Descriptor) h264Aggregate(payload []byte) error {
	n := 1
	for {
		if err := need("h264", payload, n+2); err != nil {
			return err
		}
		size := int(binary.BigEndian.Uint16(payload[n:]))
		n += 2
		if size == 0 {
			return fmt.Errorf("h264: empty unit in STAP-A: %w", ErrDescriptor)
		}
		if err := need("h264", payload, n+size); err != nil {
			return err
		}
		d.Key = d.Key.with(h264Key(payload[n] & 0x1F))
		n += size
		if n == len(payload) {
			return nil
		}
	}
}

func h264Key(nal uint8) KeyHint {
	switch {
	case nal == h264IDR:
		return IsKey
	case nal >= h264Slice && nal < h264IDR:
		return IsDelta
	}
	return KeyUnknown
}
