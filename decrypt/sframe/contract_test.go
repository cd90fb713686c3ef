package sframe

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

// TestContract runs each suite, and one of them with all frames.
func TestContract(t *testing.T) {
	id := new(uint64(300))
	for i := range suites {
		t.Run(suites[i].name, func(t *testing.T) {
			codecs := []string{"opus"}
			if i+1 == 4 {
				codecs = nil
			}
			run(t, codecs, SealerOptions{}, testKey(i+1, 1, decrypt.E2EE{KeyID: id, Metadata: []byte("room 5")}),
				testKey(i+1, 2, decrypt.E2EE{KeyID: id}),
				testKey(i+1, 3, decrypt.E2EE{}),
				testKey(i+1, 4, decrypt.E2EE{KDF: "ratchet", RatchetBits: 4, Generation: 300 >> 4}))
		})
	}
}

// TestContractOfKDFs runs each way to make keys, with a short tag.
func TestContractOfKDFs(t *testing.T) {
	for name, e := range map[string]decrypt.E2EE{
		"no key id": {},
		"ratchet":   {KDF: "ratchet", Generation: 7},
		"mls":       {KDF: "mls", Epoch: new(uint64(17)), EpochBits: 4, SenderBits: 6},
		"mls-cisco": {KDF: "mls-cisco", Epoch: new(uint64(17)), EpochBits: 4, SenderBits: 6},
		"per-ssrc":  {KDF: "per-ssrc", KeyID: new(uint64(7))},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, []string{"opus"}, SealerOptions{KID: 7, Sender: 5},
				testKey(3, 1, e), testKey(3, 2, e), testKey(4, 3, e), testKey(4, 4, decrypt.E2EE{}))
		})
	}
}

// run is the contract for one key, and strangers with other ones.
func run(t *testing.T, codecs []string, o SealerOptions, key decrypt.Key, strangers ...decrypt.Key) {
	secrets := [][]byte{key.Secret}
	for _, k := range strangers {
		secrets = append(secrets, k.Secret)
	}
	decrypttest.Run(t, decrypttest.Config{
		Opener:   func(t testing.TB) decrypt.Opener { return newOpener(t, key) },
		Stranger: func(t testing.TB) decrypt.Opener { return newOpener(t, strangers...) },
		Sealer:   func(t testing.TB) decrypt.Sealer { return newSealer(t, key, o) },
		Frames:   decrypttest.Frames(t, codecs...),
		Secrets:  secrets,
	})
}

func TestRecordings(t *testing.T) {
	for _, name := range []string{"rfc9605-vp8-gcm", "rfc9605-vp8-mls"} {
		t.Run(name, func(t *testing.T) {
			decrypttest.RunRecording(t, name, func(t testing.TB, keys []decrypt.Key) decrypt.Opener {
				return newOpener(t, keys...)
			})
		})
	}
}

// TestKeyFileOpensItsVectors reads the example key file with its keys of all
// schemes; those of this one say which vectors they open.
func TestKeyFileOpensItsVectors(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(corpus.Root(t), "vectors", "keyfile", "example.jwks.json"))
	if err != nil {
		t.Fatal(err)
	}
	set, err := decrypt.ParseKeys(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	vectors := make(map[string]decrypttest.Vector)
	for _, v := range decrypttest.Vectors(t, vectorFile) {
		vectors[v.ID] = v
	}
	opened := 0
	for _, k := range set.Keys {
		if !Handles(k.Alg) {
			continue
		}
		for id := range strings.SplitSeq(k.Opens, ",") {
			v := vectors[id]
			res, err := newOpener(t, set.Keys...).Open(nil, v.Encrypted, v.Meta)
			if err != nil || !bytes.Equal(res.Plain, v.Expect.Plaintext) || res.Key != k.ID {
				t.Errorf("%s: key %q, %v, want key %q", id, res.Key, err, k.ID)
			}
			opened++
		}
	}
	if opened != 4 {
		t.Errorf("%d vectors opened, want 4", opened)
	}
}
