package sframejs

import (
	"bytes"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

func TestParseHeader(t *testing.T) {
	for _, c := range []struct {
		name string
		b    []byte
		want header
	}{
		{"id in the first byte", []byte{0x15, 3}, header{id: 5, counter: 3, size: 2}},
		{"signed", []byte{0x95, 0x0b}, header{signed: true, id: 5, counter: 11, size: 2}},
		{"id 0, seven bytes of counter", []byte{0x70, 1, 2, 3, 4, 5, 6, 7}, header{counter: 0x01020304050607, size: 8}},
		{"id of one byte", []byte{0x19, 8, 1}, header{id: 8, counter: 1, size: 3}},
		{"id of seven bytes", []byte{0x1F, 1, 2, 3, 4, 5, 6, 7, 9}, header{id: 0x01020304050607, counter: 9, size: 9}},
		{"an id longer than it had to be", []byte{0x1A, 0, 8, 1}, header{id: 8, counter: 1, size: 4}},
		{"five bytes of counter whose first is lost", []byte{0x55, 0, 0, 0, 0, 0}, header{id: 5, counter: 1 << 32, size: 6}},
		{"the same, later", []byte{0x55, 7, 1, 2, 3, 7}, header{id: 5, counter: 1<<32 | 0x01020307, size: 6}},
		{"five bytes of counter from another hand", []byte{0x55, 2, 1, 2, 3, 7}, header{id: 5, counter: 0x0201020307, size: 6}},
	} {
		if got, ok := parseHeader(c.b); !ok || got != c.want {
			t.Errorf("%s: got %+v, %t; want %+v", c.name, got, ok, c.want)
		}
	}
	for name, b := range map[string][]byte{
		"nothing":                          {},
		"no counter":                       {0x05, 1, 2, 3},
		"length of the id is 0":            {0x18, 1, 2, 3},
		"counter shorter than its length":  {0x25, 1},
		"id shorter than its length":       {0x1C, 1, 2, 3},
		"id whole, nothing of the counter": {0x1C, 1, 2, 3, 4},
	} {
		if h, ok := parseHeader(b); ok {
			t.Errorf("%s: got %+v", name, h)
		}
	}
}

// TestMangled has the ids of vectors 074 and 075, where the library's header
// says what became of them.
func TestMangled(t *testing.T) {
	for _, c := range []struct{ id, want uint64 }{
		{511118017399, 0x7701020377}, // its top byte equals its low one
		{4328719365, 0x0502030405},
		{0x89ABCDEF, 0x89ABCDEF},
		{1 << 32, 0},
		{0x0A0B01020304, 0x030401020304},
		{0, 0},
	} {
		if got := mangled(c.id); got != c.want {
			t.Errorf("%#x: got %#x, want %#x", c.id, got, c.want)
		}
	}
}

// TestCounterBeyond32Bits: the IV has the true counter, the header has not.
func TestCounterBeyond32Bits(t *testing.T) {
	k := keyOf("a", "secret", 5)
	s, o := mustSealer(t, k, SealerOptions{Counter: 1<<32 - 2}), mustOpener(t, []decrypt.Key{k})
	for n := range uint64(6) {
		frame, err := s.Seal(nil, []byte("some frame"), audio)
		if err != nil {
			t.Fatal(err)
		}
		res, err := o.Open(nil, frame, audio)
		if err != nil || string(res.Plain) != "some frame" || res.Counter != 1<<32-2+n {
			t.Errorf("frame %d: %v, %q, counter %d", n, err, res.Plain, res.Counter)
		}
	}
}

func FuzzHeader(f *testing.F) {
	for _, v := range decrypttest.Vectors(f, "sframe-medooze.json") {
		f.Add([]byte(v.Encrypted))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, ok := parseHeader(b)
		if !ok {
			return
		}
		if h.size < 2 || h.size > min(len(b), 1+2*maxLen) {
			t.Fatalf("a header of %d bytes in %d", h.size, len(b))
		}
		written := appendHeader(nil, h)
		again, ok := parseHeader(written)
		if want := mangled(h.id); !ok || again.id != want || again.signed != h.signed {
			t.Errorf("%x: got %+v, wrote %x and read %+v", b[:h.size], h, written, again)
		}
		if h.counter <= maxCounter && again.counter != h.counter {
			t.Errorf("%x: counter %d, wrote %x and read %d", b[:h.size], h.counter, written, again.counter)
		}
		if len(written) > h.size+1 { // an unmangled counter may be a byte longer
			t.Errorf("%x: %d bytes became %d", b[:h.size], h.size, len(written))
		}
	})
}

// FuzzOpen: whatever is done to a frame of the vectors, it opens as one of
// them or is refused.
func FuzzOpen(f *testing.F) {
	plain := make(map[string]bool)
	var keys []decrypt.Key
	for _, v := range decrypttest.Vectors(f, "sframe-medooze.json") {
		k := vectorKeys(f, v)[0]
		if k.IVOrder != "" { // no tag covers the order: those would open to noise
			continue
		}
		f.Add([]byte(v.Encrypted), v.Meta.Kind == decrypt.Video)
		same := func(o decrypt.Key) bool { return bytes.Equal(o.Secret, k.Secret) && *o.KeyID == *k.KeyID }
		if v.Expect.OK && !slices.ContainsFunc(keys, same) {
			keys = append(keys, k)
		}
		if v.Expect.OK {
			plain[string(v.Plaintext)] = true
		}
	}
	f.Fuzz(func(t *testing.T, frame []byte, isVideo bool) {
		m := audio
		if isVideo {
			m = video
		}
		o, err := NewOpener(keys, Options{MaxRatchet: 2})
		if err != nil {
			t.Fatal(err)
		}
		before := bytes.Clone(frame)
		res, err := o.Open([]byte("dst"), frame, m)
		if !bytes.Equal(frame, before) || !bytes.HasPrefix(res.Plain, []byte("dst")) || err != nil && len(res.Plain) != 3 {
			t.Fatalf("%v: frame %x became %x, dst %q", err, before, frame, res.Plain)
		}
		if err == nil && res.Signature == decrypt.Unsigned && !plain[string(res.Plain[3:])] {
			t.Errorf("%x opens to %x, which nobody sealed", frame, res.Plain[3:])
		}
	})
}
