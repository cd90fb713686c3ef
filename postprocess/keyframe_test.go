package postprocess

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

// head is the beginning of a frame as a video encoder made it, run by ffmpeg,
// which was told the size; or as no encoder does, and ffmpeg's parsers read
// the same size from it. Those that are wrong have no size.
type head struct {
	Codec, Made   string
	Key           bool
	Width, Height int
	Head          string
}

func heads(t testing.TB) []head {
	t.Helper()
	b, err := os.ReadFile("testdata/headers.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []head
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) < 90 {
		t.Fatalf("only %d headers", len(all))
	}
	return all
}

func look(t testing.TB, codec string, data []byte) picture {
	t.Helper()
	c, ok := findCodec(codec)
	if !ok {
		t.Fatalf("no codec %q", codec)
	}
	return c.look(data)
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLook(t *testing.T) {
	for _, h := range heads(t) {
		got := look(t, h.Codec, unhex(t, h.Head))
		want := picture{h.Key, h.Width, h.Height}
		if got != want {
			t.Errorf("%s %s: got %+v, want %+v", h.Codec, h.Made, got, want)
		}
		if h.Codec == "h264" { // with a start code of three bytes
			if got := look(t, h.Codec, unhex(t, h.Head)[1:]); got != want {
				t.Errorf("%s %s, short start code: got %+v, want %+v", h.Codec, h.Made, got, want)
			}
		}
	}
}

func TestLookAtCutHeaders(t *testing.T) {
	for _, h := range heads(t) {
		data := unhex(t, h.Head)
		for n := range data {
			got := look(t, h.Codec, data[:n])
			if got.Width != 0 && (got.Width != h.Width || got.Height != h.Height) {
				t.Errorf("%s %s: cut to %d bytes it is %dx%d", h.Codec, h.Made, n, got.Width, got.Height)
			}
		}
	}
}

func TestLookAtVectors(t *testing.T) {
	var v struct {
		Frames map[string]struct{ Codec, Type, Data string }
	}
	corpus.Vectors(t, "frames.json", &v)
	seen := 0
	for name, f := range v.Frames {
		c, ok := findCodec(f.Codec)
		if !ok || c.look == nil || name == "av1-key" { // whose frame header is noise
			continue
		}
		seen++
		if got := c.look(unhex(t, f.Data)); got.Key != (f.Type == "key") {
			t.Errorf("%s: key %v", name, got.Key)
		}
	}
	if seen < 15 {
		t.Errorf("only %d frames looked at", seen)
	}
}

func TestLookSins(t *testing.T) {
	for _, c := range []struct{ sin, codec, data string }{
		{"empty", "vp8", ""},
		{"no start code", "vp8", "1002009d012b80028000"},
		{"wrong first byte of the start code", "vp8", "1002009c012a80028000"},
		{"wrong second byte of the start code", "vp8", "1002009d022a80028000"},
		{"start code cut", "vp8", "1002009d012a"},
		{"delta with a start code in its data", "vp8", "1102009d012a80028000"},
		{"wrong frame marker", "vp9", "424983420000"},
		{"no sync code", "vp9", "8249834300027f01df00"},
		{"reserved bit of profile 3", "vp9", "b8" + "24c1a10009fc077c"},
		{"RGB in profile 0", "vp9", "82498342e0027f01df00"},
		{"a frame shown again", "vp9", "88"},
		{"start code without a unit", "h264", "00000001"},
		{"no start code", "h264", "6742c01f0fd91f88"},
		{"slice before the parameter sets", "h264", "0000000141000000000167" + "42c01f0fd91f8888"},
		{"frame header without a sequence header", "av1", "12003201" + "10"},
		{"OBU without a size", "av1", "12000a"},
		{"OBU that says it has no size", "av1", "1200" + "080b" + "00000042abbfc3776be401" + "3203100085"},
		{"size of nine bytes in a key frame", "av1", "1200" + "0a8b8080808080808000" + "00000042abbfc3776be401" + "3203100085"},
		{"OBU longer than the frame", "av1", "1200" + "0aff7f00"},
		{"size of nine bytes", "av1", "0a808080808080808000"},
	} {
		if got := look(t, c.codec, unhex(t, c.data)); got.Key {
			t.Errorf("%s: %s: taken for a key frame: %+v", c.codec, c.sin, got)
		}
	}
}

func TestExpGolomb(t *testing.T) {
	for _, c := range []struct {
		bits   string
		ue     uint32
		se     int32
		uvlc   uint32
		short  bool // of ue and se
		toLong bool // uvlc is the highest number
	}{
		{"80", 0, 0, 0, false, false},
		{"40", 1, 1, 1, false, false},
		{"60", 2, -1, 2, false, false},
		{"20", 3, 2, 3, false, false},
		{"28", 4, -2, 4, false, false},
		{"00000001fffffffe", 1<<32 - 2, -1<<31 + 1, 1<<32 - 2, false, false},
		{"0000000080000000", 0, 0, 1<<32 - 1, true, true},
		{"00000000000000000001", 0, 0, 1<<32 - 1, true, true},
		{"", 0, 0, 0, true, false},
		{"00", 0, 0, 0, true, false},
	} {
		b := unhex(t, c.bits)
		ue, se, uvlc := bits{b: b}, bits{b: b}, bits{b: b}
		if got := ue.ue(); got != c.ue || ue.short != c.short {
			t.Errorf("%s: ue %d, short %v, want %d, %v", c.bits, got, ue.short, c.ue, c.short)
		}
		if got := se.se(); got != c.se || se.short != c.short {
			t.Errorf("%s: se %d, short %v, want %d, %v", c.bits, got, se.short, c.se, c.short)
		}
		if got := uvlc.uvlc(); got != c.uvlc || uvlc.short != (c.short && !c.toLong) {
			t.Errorf("%s: uvlc %d, short %v, want %d", c.bits, got, uvlc.short, c.uvlc)
		}
		if c.toLong && uvlc.bits(8) != 0 {
			t.Errorf("%s: uvlc stopped inside the number", c.bits)
		}
	}
}

func TestEmulationPrevention(t *testing.T) {
	for _, c := range []struct{ raw, want string }{
		{"000003", "0000"}, {"00000301", "000001"}, {"0000030000030000", "000000000000"},
		{"0003000003", "00030000"}, {"000004", "000004"}, {"0000000301", "00000001"}, {"00000303", "000003"},
	} {
		r := bits{b: unhex(t, c.raw), emulated: true}
		var got []byte
		for {
			v := byte(r.bits(8))
			if r.short {
				break
			}
			got = append(got, v)
		}
		if hex.EncodeToString(got) != c.want {
			t.Errorf("%s: got %x, want %s", c.raw, got, c.want)
		}
	}
}

// FuzzLook: no plaintext, authentic or not, makes a parser panic or hang.
func FuzzLook(f *testing.F) {
	names := []string{"vp8", "vp9", "h264", "av1"}
	seeds := 0
	for _, h := range heads(f) {
		for i, name := range names {
			if name == h.Codec {
				f.Add(uint8(i), unhex(f, h.Head))
				seeds++
			}
		}
	}
	for i, rec := range []string{"plain-vp8-identity", "plain-vp9", "plain-h264", "plain-av1"} {
		in := inputs(f, corpus.Load(f, rec).File(f, "video"))[0]
		n := 0
		err := Frames(in, Options{}, func(frame []byte, _ decrypt.Meta) bool {
			if n++; len(frame) < 1000 {
				f.Add(uint8(i), bytes.Clone(frame))
				seeds++
			}
			return n < 20
		})
		if err != nil {
			f.Fatal(err)
		}
	}
	if seeds < 60 {
		f.Fatalf("only %d seeds", seeds)
	}
	f.Fuzz(func(t *testing.T, codec uint8, data []byte) {
		got := look(t, names[int(codec)%len(names)], data)
		if got.Width < 0 || got.Height < 0 || got.Width > 1<<17 || got.Height > 1<<17 {
			t.Errorf("%dx%d", got.Width, got.Height)
		}
	})
}
