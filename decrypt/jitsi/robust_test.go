package jitsi

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

// One bit of each of a thousand frames is flipped, and the whole search is on:
// several keys an index, keys without, ratchets, all formats.
func TestFlippedBitsNeverOpen(t *testing.T) {
	frames := decrypttest.Frames(t)
	for i, s := range schemes() {
		t.Run(s.String(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			right := s.key("right", 1, index(1))
			keys := []decrypt.Key{s.key("wrong", 2, index(1)), right, s.key("any", 3, nil)}
			for j, other := range schemes() {
				if j != i {
					k := other.key(other.String(), 4, index(1))
					keys = append(keys, k)
				}
			}
			o, sealer := newOpener(t, keys), newSealer(t, right, SealerOptions{})
			found := false
			for n := range 1000 {
				f := frames[n%len(frames)]
				f.Meta.Timestamp = uint32(n)
				sealed, err := sealer.Seal(nil, f.Data, f.Meta)
				if err != nil {
					t.Fatal(err)
				}
				for tries := 0; !found && tries < 10; tries++ { // until the search has ended
					_, err := o.Open(nil, sealed, f.Meta)
					found = err == nil
				}
				bit := r.IntN(8 * len(sealed))
				sealed[bit/8] ^= 1 << (bit % 8)
				if res, err := o.Open(nil, sealed, f.Meta); err == nil {
					t.Fatalf("%s, bit %d flipped, opens under %q to %x", f.Name, bit, res.Key, res.Plain)
				}
				sealed[bit/8] ^= 1 << (bit % 8)
				res, err := o.Open(nil, sealed, f.Meta)
				if found && (err != nil || !bytes.Equal(res.Plain, f.Data)) {
					t.Fatalf("%s, sound, after one that was not: %v", f.Name, err)
				}
			}
			if !found {
				t.Error("not a single frame opened")
			}
		})
	}
}

// A JFrame's tag does not say where its ciphertext begins.
func TestJFrameOfUnknownTypeIsRefused(t *testing.T) {
	k := randomKey("JITSI-JFRAME-CTR", 1, index(0))
	o := newOpener(t, []decrypt.Key{k})
	for _, f := range decrypttest.Frames(t) {
		sealed, err := newSealer(t, k, SealerOptions{}).Seal(nil, f.Data, f.Meta)
		if err != nil {
			t.Fatal(err)
		}
		m := f.Meta
		m.Type = decrypt.Unknown
		res, err := o.Open(nil, sealed, m)
		shown := m.Kind == decrypt.Audio || m.Codec == "vp8" || m.Codec == "vp9"
		switch {
		case shown && (err != nil || !bytes.Equal(res.Plain, f.Data)):
			t.Errorf("%s: %v, and it shows its type", f.Name, err)
		case !shown && err == nil:
			t.Errorf("%s: opened to %x, of unknown type", f.Name, res.Plain)
		}
	}
}

// What RTP says of a frame's type can be forged; a VP8 frame's own first byte
// is authentic.
func TestForgedTypeChangesNothing(t *testing.T) {
	for _, s := range schemes() {
		k := s.key("key", 1, index(1))
		o := newOpener(t, []decrypt.Key{k})
		for _, f := range decrypttest.Frames(t, "vp8", "vp9") {
			sealed, err := newSealer(t, k, SealerOptions{}).Seal(nil, f.Data, f.Meta)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range []decrypt.FrameType{decrypt.Unknown, decrypt.KeyFrame, decrypt.DeltaFrame} {
				forged := f.Meta
				forged.Type = m
				if res, err := o.Open(nil, sealed, forged); err != nil || !bytes.Equal(res.Plain, f.Data) {
					t.Errorf("%v: %s called type %d: %v", s, f.Name, m, err)
				}
			}
		}
	}
}
