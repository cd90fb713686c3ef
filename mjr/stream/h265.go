package stream

import (
	"encoding/binary"
	"fmt"
)

// H.265 NAL unit types: ITU-T H.265, table 7-1, and RFC 7798, section 4.4.
const (
	h265LastDelta = 9
	h265FirstIRAP = 16
	h265LastIRAP  = 21
	h265AP        = 48
	h265FU        = 49
)

// parseH265 reads what RFC 7798 puts before the media:
//
//	F type(6) layer(6) TID(3)                     a single unit: its own header, Len 0
//	F 48 layer TID      then size (16), unit …    aggregation packet, Len 2
//	F 49 layer TID      S E type(6)               fragmentation unit, Len 3
//
// It takes sprop-max-don-diff as 0 (no decoding order numbers), as WebRTC
// does. PACI packets are refused.
func (d *Descriptor) parseH265(payload []byte) error {
	const codec = "h265"
	if err := need(codec, payload, 2); err != nil {
		return err
	}
	header := binary.BigEndian.Uint16(payload)
	d.NALHeader, d.NALType = header, uint8(header>>9&0x3F)
	if tid := uint8(header & 0x07); tid > 0 {
		d.Temporal = tid - 1
	}
	switch t := d.NALType; {
	case t < h265AP:
		d.Unit, d.Start = UnitSingle, true
		d.Key = h265Key(t)
		return nil
	case t == h265AP:
		d.Unit, d.Start, d.Len = UnitAggregate, true, 2
		return d.h265Aggregate(payload)
	case t == h265FU:
		if err := need(codec, payload, 3); err != nil {
			return err
		}
		fu := payload[2]
		d.NALType = fu & 0x3F
		d.NALHeader = header&0x81FF | uint16(d.NALType)<<9
		d.Continues, d.Continued = fu&0x80 == 0, fu&0x40 == 0
		d.Unit, d.Start, d.Len = UnitFragment, !d.Continues, 3
		d.Key = h265Key(d.NALType)
		return nil
	default:
		return fmt.Errorf("h265: unit type %d: %w", t, ErrDescriptor)
	}
}

// h265Aggregate walks the sizes of an aggregation packet, and reads of the
// units no more than their headers.
func (d *Descriptor) h265Aggregate(payload []byte) error {
	n := 2
	for {
		if err := need("h265", payload, n+2); err != nil {
			return err
		}
		size := int(binary.BigEndian.Uint16(payload[n:]))
		n += 2
		if size < 2 {
			return fmt.Errorf("h265: unit shorter than its header: size %d < 2: %w", size, ErrDescriptor)
		}
		if err := need("h265", payload, n+size); err != nil {
			return err
		}
		d.Key = d.Key.with(h265Key(payload[n] >> 1 & 0x3F))
		n += size
		if n == len(payload) {
			return nil
		}
	}
}

func h265Key(nal uint8) KeyHint {
	switch {
	case nal >= h265FirstIRAP && nal <= h265LastIRAP:
		return IsKey
	case nal <= h265LastDelta:
		return IsDelta
	}
	return KeyUnknown
}
