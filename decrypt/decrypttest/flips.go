package decrypttest

import (
	"bytes"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// soak is whether the long versions of tests are wanted.
func soak() bool { return os.Getenv("MJR_SOAK") != "" }

// everyFlip flips every bit of 20 sealed frames, the shortest there are, and of
// 1,000 of all lengths where the long version is wanted.
func everyFlip(t *testing.T, c Config) {
	frames := slices.SortedStableFunc(slices.Values(c.Frames), func(a, b Frame) int { return len(a.Data) - len(b.Data) })
	n := 20
	if soak() {
		n = 1000
	} else {
		frames = frames[:min(n, len(frames))]
	}
	openers := make(map[string]decrypt.Opener)
	s := c.Sealer(t)
	for i := range n {
		f := frames[i%len(frames)]
		if !soak() && len(f.Data) > 400 {
			f.Data = f.Data[:400:400] // enough of the media between header and tag
		}
		o := openers[f.Meta.Codec]
		if o == nil {
			o = c.Opener(t)
			openers[f.Meta.Codec] = o
			open(t, c, o, seal(t, s, f), f.Meta) // a short tag waits for a second frame
		}
		sealed := seal(t, s, f)
		mustOpen(t, c, o, sealed, f)
		for bit := range 8 * len(sealed) {
			sealed[bit/8] ^= 1 << (bit % 8)
			mayOpen(t, c, o, sealed, f, bit/8)
			sealed[bit/8] ^= 1 << (bit % 8)
		}
		mustOpen(t, c, o, sealed, f)
	}
}

// oneFlipEach flips one bit, by chance from a seed, of each of 1,000 frames
// before the Opener has seen any sound one of a codec, and after: the first
// finds the whole search before it.
func oneFlipEach(t *testing.T, c Config) {
	r := rand.New(rand.NewPCG(1, 2))
	openers := make(map[string]decrypt.Opener)
	s := c.Sealer(t)
	for n := range 1000 {
		f := c.Frames[n%len(c.Frames)]
		o := openers[f.Meta.Codec]
		if o == nil {
			o = c.Opener(t)
			openers[f.Meta.Codec] = o
		}
		sealed := seal(t, s, f)
		bit := r.IntN(8 * len(sealed))
		altered := bytes.Clone(sealed)
		altered[bit/8] ^= 1 << (bit % 8)
		mayOpen(t, c, o, altered, f, bit/8)
		if n%2 == 1 {
			open(t, c, o, sealed, f.Meta) // it may still be held
		}
	}
}
