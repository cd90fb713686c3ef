package decrypttest

import (
	"bytes"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// cutFrames cuts every frame after each of its bytes, and adds bytes to it.
func cutFrames(t testing.TB, c Config) {
	o, s := c.pair(t)
	for _, f := range c.Frames {
		sealed := seal(t, s, f)
		mustOpen(t, c, o, sealed, f)
		for n := range len(sealed) {
			if inside(n, len(sealed)) && n%97 != 0 {
				continue
			}
			res, err := open(t, c, o, sealed[:n:n], f.Meta)
			if err == nil && !c.Unauthenticated {
				t.Errorf("%s, cut to %d of %d bytes, opens to %x", f.Name, n, len(sealed), res.Plain)
			}
			// The front may be missing where a scheme finds its own beginning.
			res, err = open(t, c, o, sealed[n:], f.Meta)
			if err == nil && !c.Unauthenticated && !bytes.Equal(res.Plain, f.Data) {
				t.Errorf("%s without its first %d bytes opens to %x", f.Name, n, res.Plain)
			}
		}
		for _, more := range []string{"\x00", "\xff", "more bytes"} {
			res, err := open(t, c, o, append(bytes.Clone(sealed), more...), f.Meta)
			if err == nil && !c.Unauthenticated {
				t.Errorf("%s with %q behind it opens to %x", f.Name, more, res.Plain)
			}
		}
		mustOpen(t, c, o, sealed, f) // the Opener still has its wits
	}
}

// inside reports whether byte i is far from both ends of a long frame. Those
// are not all broken: each refusal may cost a search for keys.
func inside(i, n int) bool {
	const end = 64
	return i >= end && i < n-end
}

// alteredFrames flips every bit, inside of long frames one here and there.
func alteredFrames(t testing.TB, c Config) {
	o, s := c.pair(t)
	for _, f := range c.Frames {
		sealed := seal(t, s, f)
		mustOpen(t, c, o, sealed, f)
		for i := range 8 * len(sealed) {
			at, bit := i/8, byte(1)<<(i%8)
			if inside(at, len(sealed)) && i%29 != 0 {
				continue
			}
			altered := bytes.Clone(sealed)
			altered[at] ^= bit
			mayOpen(t, c, o, altered, f, at)
		}
		mustOpen(t, c, o, sealed, f)
	}
}

// foreignFrames are no frames of the scheme: media in clear, noise, nothing.
func foreignFrames(t testing.TB, c Config) {
	o, _ := c.pair(t)
	noise := bytes.Repeat([]byte{0x9d, 0x01, 0x2a, 0x0c, 0x00, 0xff, 0x5b}, 40)
	foreign := append([]Frame{{Name: "nothing"}, {Name: "noise", Data: noise}}, c.Frames...)
	for b := range 256 {
		foreign = append(foreign,
			Frame{Name: "one byte", Data: []byte{byte(b)}},
			Frame{Name: "a first byte and noise", Data: append([]byte{byte(b)}, noise...)},
			Frame{Name: "noise and a last byte", Data: append(bytes.Clone(noise), byte(b))},
			Frame{Name: "one byte again and again", Data: bytes.Repeat([]byte{byte(b)}, 300)})
	}
	for _, f := range foreign {
		for _, kind := range []decrypt.Kind{decrypt.Audio, decrypt.Video, 0} {
			m := f.Meta
			m.Kind = kind
			if res, err := open(t, c, o, f.Data, m); err == nil && !c.Unauthenticated {
				t.Errorf("%s (%x) opens to %x", f.Name, f.Data, res.Plain)
			}
		}
	}
}

func wrongKeys(t testing.TB, c Config) {
	o, s := c.Stranger(t), c.Sealer(t)
	for range 10 {
		for _, f := range c.Frames {
			if _, err := open(t, c, o, seal(t, s, f), f.Meta); err == nil && !c.Unauthenticated {
				t.Errorf("%s opens under a wrong key", f.Name)
			}
		}
	}
}
