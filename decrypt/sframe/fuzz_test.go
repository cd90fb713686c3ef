package sframe

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

// FuzzParseHeader: what was parsed and appended parses to the same.
func FuzzParseHeader(f *testing.F) {
	seeds := 0
	for _, v := range decrypttest.Vectors(f, vectorFile) {
		seeds++
		f.Add([]byte(v.Encrypted))
	}
	if seeds == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		h, n, err := ParseHeader(frame)
		if err != nil {
			if !errors.Is(err, decrypt.ErrFormat) || h != (Header{}) || n != 0 {
				t.Fatalf("%+v in %d bytes beside %v", h, n, err)
			}
			return
		}
		short := h.Append(nil)
		again, m, err := ParseHeader(short)
		if err != nil || again != h || m != len(short) || m > n || n > len(frame) || n > 17 {
			t.Fatalf("%x is %+v in %d bytes, and shortest %x is %+v in %d, %v", frame, h, n, short, again, m, err)
		}
	})
}

// FuzzOpen opens anything with the keys of all vectors: only what the vectors
// had sealed may come out.
func FuzzOpen(f *testing.F) {
	var keys []decrypt.Key
	plain := make(map[string]bool)
	for _, v := range decrypttest.Vectors(f, vectorFile) {
		f.Add([]byte(v.Encrypted), v.Meta.SSRC, v.Meta.Kind == decrypt.Audio)
		if v.Expect.OK {
			keys = append(keys, keyOf(f, v))
			plain[string(v.Expect.Plaintext)] = true
		}
	}
	if len(keys) == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, frame []byte, ssrc uint32, audio bool) {
		m := decrypt.Meta{Kind: decrypt.Video, SSRC: ssrc}
		if audio {
			m.Kind = decrypt.Audio
		}
		before := bytes.Clone(frame)
		res, err := newOpener(t, keys...).Open([]byte("dst"), frame, m)
		if !bytes.Equal(frame, before) {
			t.Fatal("the frame was changed")
		}
		opened, ok := bytes.CutPrefix(res.Plain, []byte("dst"))
		switch {
		case !ok:
			t.Fatalf("dst was not kept: %q", res.Plain)
		case err == nil && !plain[string(opened)]:
			t.Fatalf("opened under %s to %x", res.Key, opened)
		case err != nil && len(opened) > 0:
			t.Fatalf("%x beside %v", opened, err)
		}
	})
}
