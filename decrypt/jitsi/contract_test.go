package jitsi

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

// scheme is one alg, and what a key of it needs besides.
type scheme struct {
	alg, era, sender string
	size             int // of the secret
	signed           bool
}

func (s scheme) String() string { return s.alg + s.era + s.sender }

func schemes() []scheme {
	return []scheme{
		{alg: "JITSI-GCM", size: 32},
		{alg: "JITSI-GCM-DIRECT", size: 16},
		{alg: "JITSI-GCM-DIRECT", era: "", sender: "256", size: 32},
		{alg: "JITSI-JFRAME-CTR", size: 32},
		{alg: "JITSI-JFRAME-CTR", era: "D", size: 32},
		{alg: "JITSI-JFRAME-CTR", era: "F", size: 32, signed: true},
		{alg: "JITSI-HIPS", size: 13},
		{alg: "JITSI-HIPS", sender: "abcdef12", size: 32},
	}
}

// key is a key of the scheme; equal seeds are equal secrets.
func (s scheme) key(id string, seed byte, index *uint64) decrypt.Key {
	k := decrypt.Key{ID: id, Type: "oct", Alg: s.alg, Secret: bytes.Repeat([]byte{seed, 0x5C}, 16)[:s.size]}
	k.Index, k.Era, k.Sender = index, s.era, s.sender
	if s.alg == "JITSI-HIPS" {
		room := "TestRoom"
		k.Salt, k.Iterations = &room, 10
	}
	return k
}

func index(n uint64) *uint64 { return &n }

func TestContract(t *testing.T) {
	for _, s := range schemes() {
		t.Run(s.String(), func(t *testing.T) {
			right, wrong := s.key("right", 1, index(1)), s.key("wrong", 2, index(1))
			c := decrypttest.Config{
				Opener: func(t testing.TB) decrypt.Opener {
					// Few steps, as every broken frame starts a search of them all.
					o, err := NewOpener([]decrypt.Key{right}, Options{MaxRatchet: 2})
					if err != nil {
						t.Fatal(err)
					}
					return o
				},
				Stranger: func(t testing.TB) decrypt.Opener {
					return newOpener(t, []decrypt.Key{wrong, s.key("other", 3, index(1)), s.key("any", 4, nil)})
				},
				Sealer: func(t testing.TB) decrypt.Sealer { return newSealer(t, right, SealerOptions{}) },
			}
			for seed := range byte(5) {
				c.Secrets = append(c.Secrets, s.key("", seed, nil).Secret)
			}
			if s.signed {
				sign := signer(t)
				// A few frames, as a signature takes half a millisecond.
				c.Frames = append(decrypttest.Frames(t, "vp8")[1:3], decrypttest.Frames(t, "opus")[0])
				c.Sealer = func(t testing.TB) decrypt.Sealer { return newSealer(t, right, SealerOptions{Sign: sign}) }
				c.Unprotected = func(_ decrypttest.Frame, sealed []byte, i int) bool {
					return i >= len(sealed)-1-sigLen && i < len(sealed)-1
				}
			}
			decrypttest.Run(t, c)
		})
	}
}

func newSealer(t testing.TB, k decrypt.Key, o SealerOptions) *Sealer {
	t.Helper()
	s, err := NewSealer(k, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func signer(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
