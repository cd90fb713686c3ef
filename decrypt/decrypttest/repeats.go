package decrypttest

import (
	"fmt"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// nothingRepeats seals the frames of all tracks with one Sealer, again and
// again: no counter, or nonce where there is none, comes twice under a key.
func nothingRepeats(t testing.TB, c Config) {
	s := c.Sealer(t)
	openers := make(map[string]decrypt.Opener)
	for codec := range c.tracks() {
		openers[codec] = c.Opener(t)
	}
	seen := make(map[string]string)
	opened := 0
	const rounds = 20
	for round := range rounds {
		for _, f := range c.Frames {
			sealed := seal(t, s, f)
			res, err := openers[f.Meta.Codec].Open(nil, sealed, f.Meta)
			if err != nil { // of an Opener that still looks for its key
				continue
			}
			opened++
			if res.Unauthenticated {
				continue
			}
			if !res.HasCounter && len(res.Nonce) == 0 {
				t.Fatalf("%s: the result has neither a counter nor a nonce", f.Name)
			}
			name := fmt.Sprintf("key %q, step %d, KID %d, counter %d, nonce %x", res.Key, res.Step, res.KID, res.Counter, res.Nonce)
			if old := seen[name]; old != "" {
				t.Fatalf("%s twice: for %s and %s in round %d", name, old, f.Name, round)
			}
			seen[name] = fmt.Sprintf("%s in round %d", f.Name, round)
		}
	}
	if all := rounds * len(c.Frames); opened < all/2 {
		t.Errorf("only %d of %d frames opened", opened, all)
	}
}
