package webm

import (
	"bytes"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/postprocess/media/mediatest"
)

// Configurations that FFmpeg and MKVToolNix made of libaom's streams; after
// four bytes comes the sequence header.
var av1Vectors = []struct{ picture, config string }{
	{"4:2:0", "81000c000a0b00000003bd7c79b5f20080"},
	{"4:4:4", "812000000a0a20000003bd7c79b5f204"},
	{"4:2:2", "814008000a0a40000003bd7c79b5f202"},
	{"grey", "81001c000a0a00000003bd7c79b5f254"},
	{"4:2:0, 10 bits", "81004c000a0b00000003bd7c79b5f28080"},
	{"RGB", "812000000a0d20000003bd7c79b5f240434008"},
	{"4:2:2, 12 bits", "814068000a0b40000003bd7c79b5f2c440"},
	{"4:2:0, 12 bits", "81406c000a0b40000003bd7c79b5f2c610"},
}

func TestAV1Config(t *testing.T) {
	delimiter := []byte{0x12, 0}
	for _, tt := range av1Vectors {
		t.Run(tt.picture, func(t *testing.T) {
			want := unhex(t, tt.config)
			got, err := av1Config(append(delimiter, want[4:]...))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("got %x, %v, want %x", got, err, want)
			}
			noSize := append([]byte{want[4] &^ 2}, want[6:]...)
			if got, err = av1Config(noSize); err != nil || !bytes.Equal(got, want) {
				t.Errorf("without a size: got %x, %v, want %x", got, err, want)
			}
		})
	}
}

// Headers that no encoder at hand makes, bit by bit: timing and decoder
// models, delays, two operating points of a high level, a tier.
func TestSequence(t *testing.T) {
	var w bitWriter
	w.put(3, 0) // profile
	w.put(1, 0) // still picture
	w.put(1, 0) // reduced
	w.put(1, 1) // timing info
	w.put(32, 1)
	w.put(32, 90000)
	w.put(1, 1) // equal picture interval
	w.put(3, 0b010)
	w.put(1, 1) // decoder model
	w.put(5, 9)
	w.put(32, 7)
	w.put(10, 0)
	w.put(1, 1) // initial display delays
	w.put(5, 1) // two operating points
	for _, level := range []uint32{12, 5} {
		w.put(12, 0)
		w.put(5, level)
		if level > 7 {
			w.put(1, 1) // tier
		}
		w.put(1, 1) // decoder model of this point
		w.put(10, 3)
		w.put(10, 4)
		w.put(1, 0)
		w.put(1, 1) // delay of this point
		w.put(4, 2)
	}
	w.put(4, 9) // ten bits each of width and height
	w.put(4, 9)
	w.put(20, 0)
	w.put(1, 1) // frame ids
	w.put(7, 0)
	w.put(7, 0)
	w.put(1, 1) // order hints
	w.put(2, 0)
	w.put(1, 0) // screen content tools are not chosen by frame,
	w.put(1, 0) // and off
	w.put(3, 6)
	w.put(3, 0)
	w.put(2, 0) // 8 bits, colours
	w.put(1, 0) // not described
	w.put(1, 1) // full range
	w.put(2, 2) // chroma sample position
	s, err := parseSequence(w.b)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.record(), []byte{0x81, 12, 0x80 | 0x08 | 0x04 | 2, 0}; !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
	for n := range len(w.b) {
		if _, err := parseSequence(w.b[:n]); err == nil {
			t.Errorf("cut at byte %d, and taken", n)
		}
	}
}

func TestAV1ConfigRefuses(t *testing.T) {
	whole := unhex(t, av1Vectors[0].config)[4:]
	for _, tt := range []struct {
		sin   string
		frame []byte
	}{
		{"nothing", nil},
		{"delimiter alone", []byte{0x12, 0}},
		{"frame without a header", []byte{0x12, 0, 0x32, 1, 9}},
		{"forbidden bit", append([]byte{whole[0] | 0x80}, whole[1:]...)},
		{"size longer than the frame", append([]byte{whole[0], 127}, whole[2:]...)},
		{"size without an end", []byte{0x0a, 0x80, 0x80}},
		{"extension missing", []byte{0x0e}},
		{"header cut short", []byte{0x0a, 4, 0, 0, 0, 3}},
		{"profile 3", append([]byte{0x0a, byte(len(whole) - 2), 0x60}, whole[3:]...)},
	} {
		t.Run(tt.sin, func(t *testing.T) {
			if got, err := av1Config(tt.frame); err == nil {
				t.Errorf("got %x, want an error", got)
			}
		})
	}
}

func TestTemporalUnit(t *testing.T) {
	for _, tt := range []struct{ name, frame, want string }{
		{"with its delimiter", "12003201aa", "3201aa"},
		{"without", "3201aa", "3201aa"},
		{"not AV1 at all", "ffff", "ffff"},
	} {
		n, err := temporalUnit.size(unhex(t, tt.frame))
		got := temporalUnit.append(nil, unhex(t, tt.frame))
		if want := unhex(t, tt.want); err != nil || n != len(want) || !bytes.Equal(got, want) {
			t.Errorf("%s: got %x of %d bytes, %v, want %x", tt.name, got, n, err, want)
		}
	}
	if _, err := temporalUnit.size([]byte{0x12, 0}); err == nil {
		t.Error("a delimiter alone was taken")
	}
}

// What is in a configuration makes the same configuration again.
func FuzzAV1(f *testing.F) {
	seeds := 0
	r := corpus.Load(f, "plain-av1")
	_, frames := mediatest.Load(f, r.File(f, "video"))
	for _, frame := range frames {
		if frame.Key {
			f.Add(frame.Data)
			seeds++
		}
	}
	for _, v := range av1Vectors {
		f.Add(unhex(f, v.config)[4:])
	}
	if seeds == 0 {
		f.Fatal("no key frame to begin with")
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		if n, err := temporalUnit.size(frame); err == nil {
			if b := temporalUnit.append(nil, frame); len(b) != n {
				t.Errorf("%d bytes, said to be %d", len(b), n)
			}
		}
		config, err := av1Config(frame)
		if err != nil {
			return
		}
		again, err := av1Config(config[4:])
		if err != nil || !bytes.Equal(again, config) {
			t.Errorf("%x became %x, %v", config, again, err)
		}
	})
}

type bitWriter struct {
	b    []byte
	bits int
}

func (w *bitWriter) put(n int, v uint32) {
	for i := n - 1; i >= 0; i-- {
		if w.bits%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.bits/8] |= byte(v>>i&1) << (7 - w.bits%8)
		w.bits++
	}
}
