package livekit

import (
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

// TestContract runs with each alg and key derivation.
func TestContract(t *testing.T) {
	for _, tt := range []struct{ alg, kdf string }{
		{"LIVEKIT-A128GCM", "HKDF"}, {"LIVEKIT-A256GCM", "HKDF"}, {"LIVEKIT-A128GCM", "PBKDF2"},
	} {
		t.Run(tt.alg+" "+tt.kdf, func(t *testing.T) {
			key := func(id string, index uint64) decrypt.Key {
				k := rawKey(id, index)
				k.Alg, k.KDF = tt.alg, tt.kdf
				if tt.kdf == "PBKDF2" {
					k.Iterations = 1 // which costs a test nothing
				}
				return k
			}
			right, wrong, open := key("right", 5), key("wrong", 5), key("without an index", 0)
			open.Index = nil
			var frames []decrypttest.Frame
			for _, f := range decrypttest.Frames(t, "opus", "vp8", "vp9", "h264", "h265") {
				if !strings.HasSuffix(f.Name, "-sc3") { // its start codes get longer
					frames = append(frames, f)
				}
			}
			decrypttest.Run(t, decrypttest.Config{
				Opener:   func(t testing.TB) decrypt.Opener { return newOpener(t, []decrypt.Key{right}, 0) },
				Stranger: func(t testing.TB) decrypt.Opener { return newOpener(t, []decrypt.Key{wrong, open}, 0) },
				Sealer: func(t testing.TB) decrypt.Sealer {
					s, err := NewSealer(right, SealerOptions{})
					if err != nil {
						t.Fatal(err)
					}
					return s
				},
				Frames:  frames,
				Secrets: [][]byte{right.Secret, wrong.Secret, open.Secret},
			})
		})
	}
}
