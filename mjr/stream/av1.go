package stream

import "fmt"

// parseAV1 reads the aggregation header of the AV1 payload format (AOMedia,
// RTP Payload Format for AV1, section 4.4):
//
//	Z  Y  W(2)  N  reserved(3)
//
// N stands in the first packet of a coded video sequence alone, so that its
// absence says nothing. The OBUs behind it are not looked at.
func (d *Descriptor) parseAV1(payload []byte) error {
	if err := need("av1", payload, 1); err != nil {
		return err
	}
	head := payload[0]
	d.Continues, d.Continued = head&0x80 != 0, head&0x40 != 0
	d.Elements = head >> 4 & 0x03
	if head&0x08 != 0 {
		if d.Continues {
			return fmt.Errorf("av1: a coded video sequence starts inside an OBU: %w", ErrDescriptor)
		}
		d.Key = IsKey
	}
	d.Start, d.Len = !d.Continues, 1
	return nil
}
