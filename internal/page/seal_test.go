package page

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/sframe"
)

// plaintexts are frames of all sizes, the empty one too.
func plaintexts(n int) []frame {
	r := rand.New(rand.NewPCG(1, 2))
	var all []frame
	for i := range n {
		b := make([]byte, r.IntN(3)*r.IntN(1200))
		for j := range b {
			b[j] = byte(r.Uint32())
		}
		all = append(all, frame{data: b, timestamp: uint32(i)})
	}
	return all
}

// saveKeys writes a key file.
func saveKeys(t testing.TB, keys ...decrypt.Key) string {
	t.Helper()
	var b bytes.Buffer
	if err := decrypt.WriteKeys(&b, &decrypt.KeySet{Keys: keys}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "keys.jwks.json")
	write(t, path, b.Bytes())
	return path
}

func loadKeys(t testing.TB, path string) []decrypt.Key {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	set, err := decrypt.ParseKeys(f)
	if err != nil {
		t.Fatal(err)
	}
	return set.Keys
}

// TestProgramOpensWhatThePageSeals: audio and video, and a second recording
// with the same file; and no key and nonce served twice.
func TestProgramOpensWhatThePageSeals(t *testing.T) {
	id := uint64(7)
	named := decrypt.Key{ID: "named", Type: "oct", Alg: "SFRAME-AES_128_GCM_SHA256_128", Secret: decrypt.Secret("sixteen bytes of")}
	named.KeyID = &id
	named.Metadata = []byte("room 5")
	wide := decrypt.Key{ID: "wide", Type: "oct", Alg: "SFRAME-AES_256_GCM_SHA512_128", Secret: decrypt.Secret("any length will do")}
	for name, path := range map[string]string{"new": newKeyFile(t), "named": saveKeys(t, named), "AES-256": saveKeys(t, wide)} {
		t.Run(name, func(t *testing.T) {
			keys := loadKeys(t, path)
			var seen decrypt.Seen
			for n := range 4 {
				kind, meta := "video", decrypt.Meta{Kind: decrypt.Video, Codec: "vp9"}
				if n%2 == 1 {
					kind, meta = "audio", decrypt.Meta{Kind: decrypt.Audio, Codec: "opus"}
				}
				in := plaintexts(60)
				out, posted := through(t, map[string]any{"op": "seal", "kind": kind, "codec": meta.Codec}, in, keysMessage(t, path))
				if len(out) != len(in) || counts(t, posted).Sealed != len(in) {
					t.Fatalf("%d of %d frames sealed", len(out), len(in))
				}
				o, err := sframe.NewOpener(keys, sframe.Options{})
				if err != nil {
					t.Fatal(err)
				}
				for i, f := range out {
					res, err := o.Open(nil, f.data, meta)
					if err != nil || !bytes.Equal(res.Plain, in[i].data) || f.timestamp != in[i].timestamp {
						t.Fatalf("recording %d, frame %d: %v", n, i, err)
					}
					if s := seen.Check(res, f.data); s != decrypt.Fresh {
						t.Fatalf("recording %d, frame %d: key and nonce served before: %v", n, i, s)
					}
				}
			}
		})
	}
}

// TestPageOpensWhatTheProgramSeals runs all suites and derivations of RFC 9605,
// under a key file with all of them.
func TestPageOpensWhatTheProgramSeals(t *testing.T) {
	suites := []string{
		"AES_128_CTR_HMAC_SHA256_80", "AES_128_CTR_HMAC_SHA256_64", "AES_128_CTR_HMAC_SHA256_32", "AES_128_GCM_SHA256_128",
		"AES_256_GCM_SHA512_128", "AES_256_CTR_HMAC_SHA512_80", "AES_256_CTR_HMAC_SHA512_64", "AES_256_CTR_HMAC_SHA512_32",
	}
	ssrc := uint32(0x11223344)
	id, epoch := uint64(1)<<63+5, uint64(300)
	forms := []struct {
		name string
		e2ee decrypt.E2EE
		o    sframe.SealerOptions
	}{
		{"static", decrypt.E2EE{KeyID: &id}, sframe.SealerOptions{Counter: 1 << 40}},
		{"unnamed", decrypt.E2EE{}, sframe.SealerOptions{KID: 1 << 60}},
		{"ratchet", decrypt.E2EE{KDF: "ratchet", RatchetBits: 4, Generation: 9}, sframe.SealerOptions{Step: 37}},
		{"mls", decrypt.E2EE{KDF: "mls", Epoch: &epoch, EpochBits: 4, SenderBits: 6}, sframe.SealerOptions{Sender: 44}},
		{"mls-cisco", decrypt.E2EE{KDF: "mls-cisco", Epoch: &epoch, EpochBits: 4, SenderBits: 6}, sframe.SealerOptions{Sender: 44}},
		{"per-ssrc", decrypt.E2EE{KDF: "per-ssrc", SSRC: &ssrc}, sframe.SealerOptions{}},
	}
	for i, suite := range suites {
		for _, form := range forms {
			t.Run(suite+" "+form.name, func(t *testing.T) {
				k := decrypt.Key{ID: "k", Type: "oct", Alg: "SFRAME-" + suite, E2EE: form.e2ee, Secret: decrypt.Secret(fmt.Sprintf("secret number %d", i))}
				s, err := sframe.NewSealer(k, form.o)
				if err != nil {
					t.Fatal(err)
				}
				plain := plaintexts(20)
				var sealed []frame
				for _, f := range plain {
					b, err := s.Seal(nil, f.data, decrypt.Meta{Kind: decrypt.Video, SSRC: ssrc})
					if err != nil {
						t.Fatal(err)
					}
					sealed = append(sealed, frame{data: b, timestamp: f.timestamp})
				}
				out, posted := through(t, opening("video", "vp9"), sealed, keysMessage(t, saveKeys(t, k)))
				if len(out) != len(plain) {
					t.Fatalf("%d of %d frames opened: %v", len(out), len(plain), counts(t, posted).Refused)
				}
				for i, f := range out {
					if !bytes.Equal(f.data, plain[i].data) || f.timestamp != plain[i].timestamp {
						t.Fatalf("frame %d opens to other bytes", i)
					}
				}
			})
		}
	}
}
