package stream

// parseVP8 reads the descriptor of RFC 7741, section 4.2:
//
//	X  R  N  S  R  PID(3)
//	I  L  T  K  reserved(4)       if X
//	picture id (7 or 15 bits)     if I
//	TL0PICIDX (8)                 if L
//	TID(2)  Y  KEYIDX(5)          if T or K
//
// Whether the frame is a key frame stands behind it, in the first byte of the
// media, and is not looked at.
func (d *Descriptor) parseVP8(payload []byte) error {
	const codec = "vp8"
	if err := need(codec, payload, 1); err != nil {
		return err
	}
	first := payload[0]
	// Partitions start too (S), and only the first of them starts a frame.
	d.Start = first&0x10 != 0 && first&0x07 == 0
	d.Len = 1
	if first&0x80 == 0 {
		return nil
	}
	if err := need(codec, payload, 2); err != nil {
		return err
	}
	fields, n := payload[1], 2
	if fields&0x80 != 0 {
		var err error
		if n, err = d.pictureID(codec, payload, n); err != nil {
			return err
		}
	}
	if fields&0x40 != 0 {
		if err := need(codec, payload, n+1); err != nil {
			return err
		}
		d.TL0PICIDX, d.TL0PICIDXAt = int32(payload[n]), n
		n++
	}
	if fields&0x30 != 0 {
		if err := need(codec, payload, n+1); err != nil {
			return err
		}
		if fields&0x20 != 0 {
			d.Temporal = payload[n] >> 6
			d.Sync = payload[n]&0x20 != 0
		}
		n++
	}
	d.Len = n
	return nil
}
