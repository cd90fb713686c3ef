package sframe

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

// TestEveryBitFlipIsRefused flips every bit of 20 frames a suite, those of the
// vectors first.
func TestEveryBitFlipIsRefused(t *testing.T) {
	const frames = 20
	vectors := decrypttest.Vectors(t, vectorFile)
	for i := range suites {
		s := &suites[i]
		flipped := 0
		for _, v := range vectors {
			p, _ := read(t, v)
			if v.Expect.OK && p.Suite == i+1 && len(v.Encrypted) < 200 && flipped < frames {
				flipped++
				flipEveryBit(t, v.ID, keyOf(t, v), p.Step, v.Encrypted, v.Meta)
			}
		}
		if flipped < 3 {
			t.Errorf("%s: only %d vectors", s.name, flipped)
		}
		k := testKey(int(s.id), 1, decrypt.E2EE{KeyID: new(uint64(1 << 20))})
		sealer := newSealer(t, k, SealerOptions{Counter: 250})
		for ; flipped < frames; flipped++ {
			frame := sealed(t, sealer, string(pattern(flipped*9, byte(flipped))), decrypt.Meta{})
			flipEveryBit(t, fmt.Sprintf("%s, frame %d", s.name, flipped), k, 0, frame, decrypt.Meta{})
		}
	}
}

// flipEveryBit does so when the key is known. Before it is, every ninth bit has
// to do: deriving keys takes most of the time. For the same reason ratchets go
// no further than the frame's own step.
func flipEveryBit(t *testing.T, name string, k decrypt.Key, step int, frame []byte, m decrypt.Meta) {
	t.Helper()
	var dst [512]byte
	for _, known := range []bool{false, true} {
		o, err := NewOpener([]decrypt.Key{k}, Options{MaxRatchet: max(step, 1)})
		if err != nil {
			t.Fatal(err)
		}
		stride := 9
		if known {
			stride = 1
			if _, err := o.Open(nil, frame, m); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		for bit := 0; bit < 8*len(frame); bit += stride {
			altered := bytes.Clone(frame)
			altered[bit/8] ^= 1 << (bit % 8)
			if res, err := o.Open(dst[:0], altered, m); err == nil || len(res.Plain) > 0 {
				t.Errorf("%s: bit %d flipped: opens to %x", name, bit, res.Plain)
			}
		}
	}
}

// TestFlippedFramesUnderTheWholeSearch: among many keys, ratchets and suites,
// 1,000 frames with one wrong bit each find nothing that opens them.
func TestFlippedFramesUnderTheWholeSearch(t *testing.T) {
	const frames = 1000
	random := rand.New(rand.NewPCG(9605, 1))
	var keys []decrypt.Key
	for suite := range len(suites) {
		n := byte(2 * suite)
		keys = append(keys,
			testKey(suite+1, n, decrypt.E2EE{}),
			testKey(suite+1, n+1, decrypt.E2EE{KDF: "ratchet", RatchetBits: suite % 5}))
	}
	for _, known := range []bool{false, true} {
		o := newOpener(t, keys...)
		var sealers []*Sealer
		for _, k := range keys {
			s := newSealer(t, k, SealerOptions{KID: 3})
			sealers = append(sealers, s)
			if known {
				openUntilAdopted(t, o, s)
			}
		}
		before := o.Tries()
		for n := range frames {
			frame := sealed(t, sealers[n%len(sealers)], string(pattern(random.IntN(100), byte(n))), decrypt.Meta{})
			bit := random.IntN(8 * len(frame))
			frame[bit/8] ^= 1 << (bit % 8)
			if res, err := o.Open(nil, frame, decrypt.Meta{}); err == nil {
				t.Errorf("frame %d, bit %d flipped, opens under %s to %x", n, bit, res.Key, res.Plain)
			}
		}
		if got := o.Tries() - before; got < 5*frames {
			t.Errorf("%d tries for %d frames: the search was not on", got, frames)
		}
	}
}

// openUntilAdopted opens a sender's frames until its key is found among many.
func openUntilAdopted(t *testing.T, o *Opener, s *Sealer) {
	t.Helper()
	for range 3000 {
		if _, err := o.Open(nil, sealed(t, s, "media", decrypt.Meta{}), decrypt.Meta{}); err == nil {
			return
		}
	}
	t.Fatalf("%s was not found", s.entry.name)
}

// TestFiftyParticipantsTwoHundredEpochs is a long call: every participant has
// a key an epoch, and all of them speak in turn.
func TestFiftyParticipantsTwoHundredEpochs(t *testing.T) {
	const participants, epochs, frames = 50, 200, 4
	type sender struct {
		key     decrypt.Key
		options SealerOptions
	}
	for _, c := range []struct {
		name   string
		sender func(participant, epoch int) sender
	}{
		{"static keys", func(p, e int) sender {
			k := testKey(4, 0, decrypt.E2EE{KeyID: new(uint64(p<<8 | e))})
			k.Secret = fmt.Appendf(nil, "participant %d, epoch %d", p, e)
			return sender{k, SealerOptions{}}
		}},
		{"sender keys", func(p, e int) sender {
			k := testKey(1, 0, decrypt.E2EE{KDF: "ratchet", RatchetBits: 4, Generation: uint64(p<<8 | e)})
			k.Secret = fmt.Appendf(nil, "participant %d, epoch %d", p, e)
			return sender{k, SealerOptions{}}
		}},
		{"MLS", func(p, e int) sender {
			k := testKey(4, byte(e), decrypt.E2EE{KDF: "mls", Epoch: new(uint64(e)), EpochBits: 4, SenderBits: 6})
			return sender{k, SealerOptions{Sender: uint64(p)}}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var keys []decrypt.Key
			have := make(map[string]bool)
			for e := range epochs {
				for p := range participants {
					if k := c.sender(p, e).key; !have[string(k.Secret)] {
						have[string(k.Secret)] = true
						keys = append(keys, k)
					}
				}
			}
			o := newOpener(t, keys...)
			var tries int64
			for e := range epochs {
				var speakers []*Sealer
				for p := range participants {
					s := c.sender(p, e)
					speakers = append(speakers, newSealer(t, s.key, s.options))
				}
				for n := range frames {
					for p, s := range speakers {
						before := o.Tries()
						if _, err := o.Open(nil, sealed(t, s, "media", decrypt.Meta{}), decrypt.Meta{}); err != nil {
							t.Fatalf("participant %d, epoch %d, frame %d: %v", p, e, n, err)
						}
						if n > 0 {
							tries += o.Tries() - before
						}
					}
				}
			}
			if got := float64(tries) / (participants * epochs * (frames - 1)); got > 1.05 || got < 1 {
				t.Errorf("%.3f tries a frame after the first under each key, want 1 to 1.05", got)
			}
		})
	}
}

// TestNoKeyOpensIsBounded: whatever lies in the file, a frame costs ten tries
// on average at most.
func TestNoKeyOpensIsBounded(t *testing.T) {
	var keys []decrypt.Key
	for n := range byte(100) {
		keys = append(keys,
			testKey(4, n, decrypt.E2EE{}),
			testKey(3, n, decrypt.E2EE{}),
			testKey(1, n, decrypt.E2EE{KDF: "ratchet"}),
			testKey(8, n, decrypt.E2EE{KDF: "ratchet"}))
	}
	o := newOpener(t, keys...)
	s := newSealer(t, testKey(4, 200, decrypt.E2EE{}), SealerOptions{})
	for n := range int64(2000) {
		if _, err := o.Open(nil, sealed(t, s, "media", decrypt.Meta{}), decrypt.Meta{}); err == nil {
			t.Fatal("opens under no key")
		}
		if got := o.Tries(); got > 10*(n+1) {
			t.Fatalf("%d tries for %d frames", got, n+1)
		}
	}
}
