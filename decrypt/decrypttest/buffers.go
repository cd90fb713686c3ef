package decrypttest

import (
	"bytes"
	"testing"
)

func sealedOpens(t testing.TB, c Config) {
	o, s := c.pair(t)
	for _, f := range c.Frames {
		mustOpen(t, c, o, seal(t, s, f), f)
	}
}

// openBuffers opens into a dst without room, with just enough, and with some
// to spare. What open checks of every call is the rest of this promise.
func openBuffers(t testing.TB, c Config) {
	o, s := c.pair(t)
	for _, f := range c.Frames {
		sealed := seal(t, s, f)
		for _, room := range []int{0, len(f.Data) - 1, len(f.Data), len(sealed), len(sealed) + 100} {
			dst := append(make([]byte, 0, len(prefix)+max(room, 0)), prefix...)
			res, err := o.Open(dst, sealed, f.Meta)
			if err != nil {
				t.Fatalf("%s, room for %d bytes: %v", f.Name, room, err)
			}
			if want := prefix + string(f.Data); string(res.Plain) != want {
				t.Errorf("%s, room for %d bytes: got %x, want %x", f.Name, room, res.Plain, want)
			}
			if res.Nonce != nil && !bytes.Contains(sealed, res.Nonce) {
				t.Errorf("%s: the nonce %x is not in the frame", f.Name, res.Nonce)
			}
		}
	}
}

func sealBuffers(t testing.TB, c Config) {
	o, s := c.pair(t)
	for _, f := range c.Frames {
		for _, room := range []int{0, len(f.Data), len(f.Data) + 1000} {
			before := bytes.Clone(f.Data)
			dst := append(make([]byte, 0, len(prefix)+room), prefix...)
			sealed, err := s.Seal(dst, f.Data, f.Meta)
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			if !bytes.Equal(f.Data, before) {
				t.Fatalf("Seal changed %s", f.Name)
			}
			after, ok := bytes.CutPrefix(sealed, []byte(prefix))
			if !ok {
				t.Fatalf("%s: Seal did not keep dst: %x", f.Name, sealed)
			}
			mustOpen(t, c, o, after, f)
		}
	}
}

// openKeepsNothing hands every frame over in the same buffer, and writes over
// it and over the plaintext as soon as Open returned.
func openKeepsNothing(t testing.TB, c Config) {
	o, s := c.pair(t)
	var frame, dst []byte
	for range 2 {
		for _, f := range c.Frames {
			frame = append(frame[:0], seal(t, s, f)...)
			res, err := o.Open(dst[:0], frame, f.Meta)
			if err != nil || !bytes.Equal(res.Plain, f.Data) {
				t.Fatalf("%s, in a buffer used before: %v, %x; want %x", f.Name, err, res.Plain, f.Data)
			}
			dst = res.Plain
			scribble(frame)
			scribble(dst)
		}
	}
}

func sealKeepsNothing(t testing.TB, c Config) {
	o, s := c.pair(t)
	var frame, dst []byte
	for range 2 {
		for _, f := range c.Frames {
			frame = append(frame[:0], f.Data...)
			sealed, err := s.Seal(dst[:0], frame, f.Meta)
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			scribble(frame)
			mustOpen(t, c, o, sealed, f)
			dst = sealed
			scribble(dst)
		}
	}
}

func scribble(b []byte) {
	for i := range b[:cap(b)] {
		b[:cap(b)][i] = 0xEE
	}
}
