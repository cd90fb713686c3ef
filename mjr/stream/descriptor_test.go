package stream

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
)

// none is a descriptor that says nothing.
func none() Descriptor {
	return Descriptor{PictureID: -1, TL0PICIDX: -1, PictureIDAt: -1, TL0PICIDXAt: -1}
}

// with makes a wanted descriptor.
func with(set func(*Descriptor)) Descriptor {
	d := none()
	set(&d)
	return d
}

var descriptors = []struct {
	name, codec, payload string // hex
	marker               bool
	want                 Descriptor
}{
	{"vp8: shortest", "vp8", "10 AA", false, with(func(d *Descriptor) {
		d.Len, d.Start = 1, true
	})},
	{"vp8: second partition", "vp8", "11 AA", true, with(func(d *Descriptor) {
		d.Len, d.End = 1, true
	})},
	{"vp8: middle of a partition", "vp8", "00 AA", false, with(func(d *Descriptor) {
		d.Len = 1
	})},
	{"vp8: extended, with no field", "vp8", "90 00 AA", false, with(func(d *Descriptor) {
		d.Len, d.Start = 2, true
	})},
	{"vp8: short picture id", "vp8", "90 80 7F AA", false, with(func(d *Descriptor) {
		d.Len, d.Start = 3, true
		d.PictureID, d.PictureIDAt, d.PictureIDLen = 127, 2, 1
	})},
	{"vp8: long picture id", "vp8", "90 80 FF FE AA", false, with(func(d *Descriptor) {
		d.Len, d.Start = 4, true
		d.PictureID, d.PictureIDAt, d.PictureIDLen = 0x7FFE, 2, 2
	})},
	{"vp8: all fields", "vp8", "90 F0 81 02 FF B5 AA", true, with(func(d *Descriptor) {
		d.Len, d.Start, d.End = 6, true, true
		d.PictureID, d.PictureIDAt, d.PictureIDLen = 0x102, 2, 2
		d.TL0PICIDX, d.TL0PICIDXAt = 255, 4
		d.Temporal, d.Sync = 2, true
	})},
	{"vp8: KEYIDX without TID", "vp8", "90 10 E5 AA", false, with(func(d *Descriptor) {
		d.Len, d.Start = 3, true
	})},
	{"vp8: TL0PICIDX alone", "vp8", "90 40 07 AA", false, with(func(d *Descriptor) {
		d.Len, d.Start, d.TL0PICIDX, d.TL0PICIDXAt = 3, true, 7, 2
	})},

	{"vp9: shortest, whole key frame", "vp9", "0C AA", true, with(func(d *Descriptor) {
		d.Len, d.Start, d.End, d.Key = 1, true, true, IsKey
	})},
	{"vp9: end of a layer frame, no marker", "vp9", "44 AA", false, with(func(d *Descriptor) {
		d.Len, d.End, d.Key = 1, true, IsDelta
		d.VP9.InterPicture = true
	})},
	{"vp9: marker without an end", "vp9", "40 AA", true, with(func(d *Descriptor) {
		d.Len, d.Key = 1, IsDelta
		d.VP9.InterPicture = true
	})},
	{"vp9: layers and TL0PICIDX", "vp9", "A9 85 12 53 09 AA", false, with(func(d *Descriptor) {
		d.Len, d.Start, d.Key = 5, true, IsDelta
		d.PictureID, d.PictureIDAt, d.PictureIDLen = 0x0512, 1, 2
		d.Temporal, d.Spatial, d.Sync = 2, 1, true
		d.TL0PICIDX, d.TL0PICIDXAt = 9, 4
		d.VP9 = VP9{Layered: true, InterLayer: true, NotForUpper: true}
	})},
	{"vp9: upper layer of a key picture", "vp9", "28 03 00 AA", false, with(func(d *Descriptor) {
		d.Len, d.Start, d.Key = 3, true, IsDelta
		d.Spatial, d.TL0PICIDX, d.TL0PICIDXAt = 1, 0, 2
		d.VP9 = VP9{Layered: true, InterLayer: true}
	})},
	{"vp9: base layer of a key picture", "vp9", "28 00 00 AA", false, with(func(d *Descriptor) {
		d.Len, d.Start, d.Key = 3, true, IsKey
		d.TL0PICIDX, d.TL0PICIDXAt = 0, 2
		d.VP9 = VP9{Layered: true}
	})},
	{"vp9: flexible, three references", "vp9", "F8 05 52 03 05 08 AA", false, with(func(d *Descriptor) {
		d.Len, d.Start, d.Key = 6, true, IsDelta
		d.PictureID, d.PictureIDAt, d.PictureIDLen = 5, 1, 1
		d.Temporal, d.Sync, d.Spatial = 2, true, 1
		d.VP9 = VP9{
			Layered: true, InterPicture: true, Flexible: true,
			References: [3]uint8{1, 2, 4}, ReferenceCount: 3,
		}
	})},
	{"vp9: scalability structure", "vp9", "0A 38 0140 00F0 0280 01E0 02 04 01 08 01 02 AA", false, with(func(d *Descriptor) {
		d.Len, d.Start, d.Key = 16, true, IsKey
		d.VP9 = VP9{HasStructure: true, SpatialLayers: 2}
		d.VP9.Widths[0], d.VP9.Heights[0] = 320, 240
		d.VP9.Widths[1], d.VP9.Heights[1] = 640, 480
	})},
	{"vp9: scalability structure without sizes", "vp9", "0A 40 AA", false, with(func(d *Descriptor) {
		d.Len, d.Start, d.Key = 2, true, IsKey
		d.VP9 = VP9{HasStructure: true, SpatialLayers: 3}
	})},

	{"h264: IDR slice", "h264", "65 AA", true, with(func(d *Descriptor) {
		d.Start, d.End, d.Key = true, true, IsKey
		d.Unit, d.NALType, d.NALHeader = UnitSingle, 5, 0x65
	})},
	{"h264: slice", "h264", "41 AA", false, with(func(d *Descriptor) {
		d.Start, d.Key = true, IsDelta
		d.Unit, d.NALType, d.NALHeader = UnitSingle, 1, 0x41
	})},
	{"h264: SEI", "h264", "06 AA", false, with(func(d *Descriptor) {
		d.Start = true
		d.Unit, d.NALType, d.NALHeader = UnitSingle, 6, 0x06
	})},
	{"h264: first fragment", "h264", "7C 85 AA", false, with(func(d *Descriptor) {
		d.Len, d.Start, d.Key = 2, true, IsKey
		d.Unit, d.NALType, d.NALHeader, d.Continued = UnitFragment, 5, 0x65, true
	})},
	{"h264: middle fragment", "h264", "5C 01 AA", false, with(func(d *Descriptor) {
		d.Len, d.Key = 2, IsDelta
		d.Unit, d.NALType, d.NALHeader, d.Continues, d.Continued = UnitFragment, 1, 0x41, true, true
	})},
	{"h264: last fragment", "h264", "5C 41 AA", true, with(func(d *Descriptor) {
		d.Len, d.End, d.Key = 2, true, IsDelta
		d.Unit, d.NALType, d.NALHeader, d.Continues = UnitFragment, 1, 0x41, true
	})},
	{"h264: parameter sets and an IDR slice in one", "h264", "78 0002 67AA 0001 68 0003 65AAAA", true, with(func(d *Descriptor) {
		d.Len, d.Start, d.End, d.Key = 1, true, true, IsKey
		d.Unit, d.NALType, d.NALHeader = UnitAggregate, 24, 0x78
	})},
	{"h264: SEI and a slice in one", "h264", "18 0001 06 0002 41AA", false, with(func(d *Descriptor) {
		d.Len, d.Start, d.Key = 1, true, IsDelta
		d.Unit, d.NALType, d.NALHeader = UnitAggregate, 24, 0x18
	})},

	{"h265: IDR slice", "h265", "26 01 AA", true, with(func(d *Descriptor) {
		d.Start, d.End, d.Key = true, true, IsKey
		d.Unit, d.NALType, d.NALHeader = UnitSingle, 19, 0x2601
	})},
	{"h265: slice of an upper temporal layer", "h265", "02 03 AA", false, with(func(d *Descriptor) {
		d.Start, d.Key, d.Temporal = true, IsDelta, 2
		d.Unit, d.NALType, d.NALHeader = UnitSingle, 1, 0x0203
	})},
	{"h265: parameter set", "h265", "40 01 AA", false, with(func(d *Descriptor) {
		d.Start = true
		d.Unit, d.NALType, d.NALHeader = UnitSingle, 32, 0x4001
	})},
	{"h265: first fragment", "h265", "62 01 93 AA", false, with(func(d *Descriptor) {
		d.Len, d.Start, d.Key = 3, true, IsKey
		d.Unit, d.NALType, d.NALHeader, d.Continued = UnitFragment, 19, 0x2601, true
	})},
	{"h265: last fragment", "h265", "62 01 41 AA", true, with(func(d *Descriptor) {
		d.Len, d.End, d.Key = 3, true, IsDelta
		d.Unit, d.NALType, d.NALHeader, d.Continues = UnitFragment, 1, 0x0201, true
	})},
	{"h265: parameter sets and an IRAP slice in one", "h265", "60 01 0002 4001 0003 2A01AA", false, with(func(d *Descriptor) {
		d.Len, d.Start, d.Key = 2, true, IsKey
		d.Unit, d.NALType, d.NALHeader = UnitAggregate, 48, 0x6001
	})},

	{"av1: start of a coded video sequence", "av1", "18 AA", false, with(func(d *Descriptor) {
		d.Len, d.Start, d.Key, d.Elements = 1, true, IsKey, 1
	})},
	{"av1: goes on before and after", "av1", "D0 AA", false, with(func(d *Descriptor) {
		d.Len, d.Continues, d.Continued, d.Elements = 1, true, true, 1
	})},
	{"av1: last of a frame, with lengths", "av1", "80 AA", true, with(func(d *Descriptor) {
		d.Len, d.Continues, d.End = 1, true, true
	})},

	{"opus", "opus", "FC AA", false, with(func(d *Descriptor) { d.Start, d.End = true, true })},
	{"g722", "g722", "AA", true, with(func(d *Descriptor) { d.Start, d.End = true, true })},
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(string(bytes.ReplaceAll([]byte(s), []byte(" "), nil)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParseDescriptor(t *testing.T) {
	for _, c := range descriptors {
		t.Run(c.name, func(t *testing.T) {
			payload := unhex(t, c.payload)
			got, err := ParseDescriptor(c.codec, payload, c.marker)
			if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestMediaIsNotRead(t *testing.T) {
	for _, c := range descriptors {
		if c.want.Unit == UnitAggregate {
			continue // the sizes lie between the media
		}
		t.Run(c.name, func(t *testing.T) {
			payload := unhex(t, c.payload)
			n := c.want.Len
			if c.want.Unit == UnitSingle {
				n = len(payload) - 1 // the header counts as media, and is read
			}
			for i := n; i < len(payload); i++ {
				for bit := range 8 {
					flipped := bytes.Clone(payload)
					flipped[i] ^= 1 << bit
					if got, err := ParseDescriptor(c.codec, flipped, c.marker); err != nil || got != c.want {
						t.Fatalf("bit %d of byte %d: %+v, %v", bit, i, got, err)
					}
				}
			}
		})
	}
}

func TestDescriptorsCutShort(t *testing.T) {
	for _, c := range descriptors {
		payload := unhex(t, c.payload)
		for n := range c.want.Len {
			if _, err := ParseDescriptor(c.codec, payload[:n], c.marker); !errors.Is(err, ErrDescriptor) {
				t.Errorf("%s, cut to %d bytes of %d: %v", c.name, n, c.want.Len, err)
			}
		}
		if _, err := ParseDescriptor(c.codec, payload[:c.want.Len], c.marker); err != nil && c.want.Unit == UnitNone {
			t.Errorf("%s, without media: %v", c.name, err)
		}
	}
}

func TestMalformedDescriptors(t *testing.T) {
	for _, c := range []struct {
		name, codec, payload string
		want                 error
	}{
		{"vp9: four references", "vp9", "50 03 05 07 08 AA", ErrDescriptor},
		{"vp9: structure of sizes cut short", "vp9", "0A 30 0140 00F0 0280", ErrDescriptor},
		{"vp9: structure of 255 pictures in no bytes", "vp9", "0A 08 FF", ErrDescriptor},
		{"vp9: structure whose last references are cut", "vp9", "0A 08 01 0C 01 02", ErrDescriptor},
		{"h264: unit type 0", "h264", "60 AA", ErrDescriptor},
		{"h264: STAP-B", "h264", "19 0000 0001 65", ErrDescriptor},
		{"h264: MTAP", "h264", "1A AA", ErrDescriptor},
		{"h264: FU-B", "h264", "1D 85 0000 AA", ErrDescriptor},
		{"h264: unit type 31", "h264", "1F AA", ErrDescriptor},
		{"h264: FU-A of its indicator only", "h264", "7C", ErrDescriptor},
		{"h264: STAP-A without a unit", "h264", "78", ErrDescriptor},
		{"h264: STAP-A of an empty unit", "h264", "78 0000", ErrDescriptor},
		{"h264: STAP-A with half a size", "h264", "78 0001 65 00", ErrDescriptor},
		{"h264: STAP-A whose unit is longer than the packet", "h264", "78 0003 65AA", ErrDescriptor},
		{"h265: one byte", "h265", "26", ErrDescriptor},
		{"h265: PACI", "h265", "64 01 AA AA", ErrDescriptor},
		{"h265: reserved type 63", "h265", "7E 01 AA", ErrDescriptor},
		{"h265: unit shorter than its own header", "h265", "60 01 0001 26", ErrDescriptor},
		{"h265: aggregate whose unit is longer than the packet", "h265", "60 01 0003 2601", ErrDescriptor},
		{"av1: a sequence that starts inside an OBU", "av1", "88 AA", ErrDescriptor},
		{"no such codec", "theora", "AA", ErrCodec},
		{"no codec", "", "AA", ErrCodec},
		{"data channel", "text", "AA", ErrCodec},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := ParseDescriptor(c.codec, unhex(t, c.payload), true)
			if !errors.Is(err, c.want) || d != (Descriptor{}) {
				t.Errorf("got %+v, %v; want %v", d, err, c.want)
			}
		})
	}
}

func TestDescriptorDoesNotAllocate(t *testing.T) {
	for _, c := range descriptors {
		payload := unhex(t, c.payload)
		if n := testing.AllocsPerRun(10, func() {
			if _, err := ParseDescriptor(c.codec, payload, c.marker); err != nil {
				t.Error(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}
