package webm

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/postprocess/media/mediatest"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Parameter sets of x264 and their configuration as FFmpeg writes it.
var avcVectors = []struct{ profile, config string }{
	{"High", "0164000bffe100186764000bacd942c4ec0440000003004000000c83c50a658001000668ebe3cb22c0fdf8f800"},
	{"High 10", "016e000bffe10019676e000ba6cd942c4ec044000003000400000300c83c50a65801000668ebe3cb22c0fdfafa00"},
	{"High 4:2:2", "017a000bffe10019677a000bb6cd942c4ec044000003000400000300c83c50a65801000668ebe3cb22c0fefafa00"},
	{"High 4:4:4", "01f4000bffe1001967f4000b919b28589d80880000030008000003019078a14cb001000668ebe3c44844fff8f800"},
}

// sets takes the parameter sets out of a configuration, and puts them in
// Annex B order.
func sets(t testing.TB, config []byte) []byte {
	t.Helper()
	var out []byte
	list := func(b []byte, n byte) []byte {
		for range n {
			size := int(binary.BigEndian.Uint16(b))
			out = append(append(out, 0, 0, 0, 1), b[2:2+size]...)
			b = b[2+size:]
		}
		return b
	}
	rest := list(config[6:], config[5]&31)
	list(rest[1:], rest[0])
	return out
}

func TestAVCConfig(t *testing.T) {
	for _, tt := range avcVectors {
		t.Run(tt.profile, func(t *testing.T) {
			want := unhex(t, tt.config)
			got, err := avcConfig(sets(t, want))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("got %x, %v, want %x", got, err, want)
			}
		})
	}
}

func TestAVCConfigRefuses(t *testing.T) {
	good := sets(t, unhex(t, avcVectors[0].config))
	sps, pps := good[:28], good[28:]
	many := bytes.Clone(pps)
	for i := range 32 {
		many = append(append(many, sps...), byte(i+1))
	}
	for _, tt := range []struct {
		sin   string
		frame []byte
	}{
		{"nothing", nil},
		{"no start code", sps[4:]},
		{"start code behind other bytes", append([]byte{9}, good...)},
		{"start codes alone", []byte{0, 0, 1, 0, 0, 1, 0, 0, 0, 1}},
		{"no picture parameter set", sps},
		{"no sequence parameter set", pps},
		{"sequence parameter set of two bytes", append([]byte{0, 0, 1, 0x67, 0x42}, pps...)},
		{"High without its bit depths", append([]byte{0, 0, 1, 0x67, 100, 0, 11}, pps...)},
		{"bit depth of 16", append([]byte{0, 0, 1, 0x67, 110, 0, 11, 0xa0, 0x90, 0x90}, pps...)},
		{"32 sequence parameter sets", many},
		{"parameter set larger than its length", append(append(bytes.Clone(good), 0, 0, 1, 0x68), bytes.Repeat([]byte{1}, 1<<16)...)},
	} {
		t.Run(tt.sin, func(t *testing.T) {
			if got, err := avcConfig(tt.frame); err == nil {
				t.Errorf("got %x, want an error", got)
			}
		})
	}
}

func TestAnnexB(t *testing.T) {
	for _, tt := range []struct{ name, frame, want string }{
		{"start codes of three and four bytes", "00000001 65aa 000001 41bb", "00000002 65aa 00000002 41bb"},
		{"zeros before and behind", "0000000001 65aa 0000000001 41bb 0000", "00000002 65aa 00000002 41bb"},
		{"two start codes in a row", "000001 000001 65aa", "00000002 65aa"},
		{"an escaped start code inside", "000001 65000003 01", "00000005 65000003 01"},
		{"parameter sets stay", "00000001 6742 00000001 68ce 00000001 65aa", "00000002 6742 00000002 68ce 00000002 65aa"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plain := func(s string) []byte { return unhex(t, string(bytes.ReplaceAll([]byte(s), []byte(" "), nil))) }
			frame, want := plain(tt.frame), plain(tt.want)
			n, err := annexB.size(frame)
			got := annexB.append([]byte("before"), frame)
			if err != nil || !bytes.Equal(got, append([]byte("before"), want...)) || n != len(want) {
				t.Errorf("got %x of %d bytes, %v, want %x", got, n, err, want)
			}
		})
	}
	for _, frame := range []string{"", "65aa", "01000001 65", "000001", "0000010000"} {
		if _, err := annexB.size(unhex(t, string(bytes.ReplaceAll([]byte(frame), []byte(" "), nil)))); err == nil {
			t.Errorf("%q was taken for Annex B", frame)
		}
	}
}

// What is in a configuration makes the same configuration again, and a block
// is as long as was said.
func FuzzAVC(f *testing.F) {
	seeds := 0
	r := corpus.Load(f, "plain-h264")
	_, frames := mediatest.Load(f, r.File(f, "video"))
	for _, frame := range frames {
		if frame.Key {
			f.Add(frame.Data)
			seeds++
		}
	}
	for _, v := range avcVectors {
		f.Add(sets(f, unhex(f, v.config)))
	}
	if seeds == 0 {
		f.Fatal("no key frame to begin with")
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		if n, err := annexB.size(frame); err == nil {
			if b := annexB.append(nil, frame); len(b) != n {
				t.Errorf("%d bytes, said to be %d", len(b), n)
			}
		}
		config, err := avcConfig(frame)
		if err != nil {
			return
		}
		again, err := avcConfig(sets(t, config))
		if err != nil || !bytes.Equal(again, config) {
			t.Errorf("%x became %x, %v", config, again, err)
		}
	})
}
