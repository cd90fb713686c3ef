package stream

import (
	"encoding/binary"
	"fmt"
)

// VP9 is the part of a descriptor that VP9 alone has.
type VP9 struct {
	Layered      bool // L: the layers were sent
	InterPicture bool // P: predicted from earlier pictures
	InterLayer   bool // D: predicted from the spatial layer below
	NotForUpper  bool // Z: no higher spatial layer of this picture uses it
	Flexible     bool // F
	// References are the picture id differences to what the picture is
	// predicted from; flexible mode only.
	References     [3]uint8
	ReferenceCount uint8
	HasStructure   bool // V: a scalability structure was sent
	SpatialLayers  uint8
	// Widths and Heights by spatial layer; 0 where not sent.
	Widths, Heights [8]uint16
}

// parseVP9 reads the descriptor of RFC 9628, section 4.2:
//
//	I  P  L  F  B  E  V  Z
//	picture id (7 or 15 bits)     if I
//	TID(3)  U  SID(3)  D          if L
//	TL0PICIDX (8)                 if L and not F
//	P_DIFF(7)  N                  if P and F, while N, at most 3
//	scalability structure         if V
func (d *Descriptor) parseVP9(payload []byte) error {
	const codec = "vp9"
	if err := need(codec, payload, 1); err != nil {
		return err
	}
	first, n := payload[0], 1
	v := &d.VP9
	v.InterPicture = first&0x40 != 0
	v.Layered = first&0x20 != 0
	v.Flexible = first&0x10 != 0
	d.Start, d.End = first&0x08 != 0, first&0x04 != 0
	v.NotForUpper = first&0x01 != 0

	var err error
	if first&0x80 != 0 {
		if n, err = d.pictureID(codec, payload, n); err != nil {
			return err
		}
	}
	if v.Layered {
		if n, err = d.vp9Layers(payload, n); err != nil {
			return err
		}
	}
	if v.InterPicture && v.Flexible {
		if n, err = v.references(payload, n); err != nil {
			return err
		}
	}
	if first&0x02 != 0 {
		if n, err = v.structure(payload, n); err != nil {
			return err
		}
	}
	// An upper layer of a key picture needs the layer below.
	d.Key = IsKey
	if v.InterPicture || v.InterLayer {
		d.Key = IsDelta
	}
	d.Len = n
	return nil
}

func (d *Descriptor) vp9Layers(payload []byte, n int) (int, error) {
	if err := need("vp9", payload, n+1); err != nil {
		return 0, err
	}
	layers := payload[n]
	n++
	d.Temporal, d.Sync = layers>>5, layers&0x10 != 0
	d.Spatial = layers >> 1 & 0x07
	d.VP9.InterLayer = layers&0x01 != 0
	if d.VP9.Flexible {
		return n, nil
	}
	if err := need("vp9", payload, n+1); err != nil {
		return 0, err
	}
	d.TL0PICIDX, d.TL0PICIDXAt = int32(payload[n]), n
	return n + 1, nil
}

func (v *VP9) references(payload []byte, n int) (int, error) {
	for {
		if err := need("vp9", payload, n+1); err != nil {
			return 0, err
		}
		if int(v.ReferenceCount) == len(v.References) {
			return 0, fmt.Errorf("vp9: more than %d reference pictures: %w", len(v.References), ErrDescriptor)
		}
		v.References[v.ReferenceCount] = payload[n] >> 1
		v.ReferenceCount++
		n++
		if payload[n-1]&0x01 == 0 {
			return n, nil
		}
	}
}

// structure reads the scalability structure:
//
//	N_S(3)  Y  G  reserved(3)
//	width (16)  height (16)       if Y, N_S+1 times
//	N_G (8)                       if G
//	TID(3)  U  R(2)  reserved(2)  N_G times, each followed by
//	P_DIFF (8)                    R times
func (v *VP9) structure(payload []byte, n int) (int, error) {
	if err := need("vp9", payload, n+1); err != nil {
		return 0, err
	}
	head := payload[n]
	n++
	v.HasStructure = true
	v.SpatialLayers = head>>5 + 1
	if head&0x10 != 0 {
		if err := need("vp9", payload, n+4*int(v.SpatialLayers)); err != nil {
			return 0, err
		}
		for i := range int(v.SpatialLayers) {
			v.Widths[i] = binary.BigEndian.Uint16(payload[n:])
			v.Heights[i] = binary.BigEndian.Uint16(payload[n+2:])
			n += 4
		}
	}
	if head&0x08 == 0 {
		return n, nil
	}
	if err := need("vp9", payload, n+1); err != nil {
		return 0, err
	}
	pictures := int(payload[n])
	n++
	for range pictures {
		if err := need("vp9", payload, n+1); err != nil {
			return 0, err
		}
		n += 1 + int(payload[n]>>2&0x03)
	}
	return n, need("vp9", payload, n)
}
