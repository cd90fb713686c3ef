package jitsi

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

func TestCaptures(t *testing.T) {
	for _, file := range []string{"vp8-jitsi.json", "vp9-jitsi.json"} {
		t.Run(file, func(t *testing.T) {
			decrypttest.RunCapture(t, file, func(t testing.TB, c decrypttest.Capture, _ decrypt.Kind) decrypt.Opener {
				var material []struct {
					Index   uint64
					BaseKey decrypttest.Hex `json:"base_key"`
				}
				c.KeyMaterial(t, &material)
				var keys []decrypt.Key
				for _, m := range material {
					k := decrypt.Key{ID: file, Type: "oct", Alg: "JITSI-GCM", Secret: decrypt.Secret(m.BaseKey)}
					k.Index = &m.Index
					keys = append(keys, k)
				}
				return newOpener(t, keys)
			})
		})
	}
}

func TestRecording(t *testing.T) {
	decrypttest.RunRecording(t, "jitsi-vp8", func(t testing.TB, keys []decrypt.Key) decrypt.Opener {
		return newOpener(t, keys)
	})
}

// A recording that is flagged as encrypted, and is not: no frame of it may
// look like Jitsi's, or clear frames could not be told apart. The trailer of
// 2020 says less, so a frame in hundreds may.
func TestClearFramesAreOfNoScheme(t *testing.T) {
	hips := decrypt.Key{ID: "hips", Alg: "JITSI-HIPS", Secret: secret(1)}
	hips.Salt, hips.Iterations = new(string), 1
	today := parseKeys(t, filepath.Join("recordings", "jitsi-vp8-sharedkey", "keys.jwks.json"))
	for _, kind := range []decrypt.Kind{decrypt.Audio, decrypt.Video} {
		frames, _ := decrypttest.LoadRecording(t, "jitsi-vp8-sharedkey", kind)
		for most, keys := range [][]decrypt.Key{today, {hips}} {
			o, looks := newOpener(t, keys), 0
			for i, f := range frames {
				res, err := o.Open(nil, f.Data, f.Meta)
				if err == nil {
					t.Errorf("%s frame %d opened, %d bytes", kind, i, len(res.Plain))
				} else if !errors.Is(err, decrypt.ErrFormat) {
					looks++
				}
			}
			if looks > most {
				t.Errorf("%d of %d %s frames in clear look like %s, want at most %d", looks, len(frames), kind, keys[0].Alg, most)
			}
		}
	}
}

func parseKeys(t testing.TB, name string) []decrypt.Key {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(corpus.Root(t), name))
	if err != nil {
		t.Fatal(err)
	}
	set, err := decrypt.ParseKeys(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return set.Keys
}

// The example key file holds keys of all schemes and eras at once, and each
// still opens the vectors that it names.
func TestExampleKeyFile(t *testing.T) {
	keys := parseKeys(t, filepath.Join("vectors", "keyfile", "example.jwks.json"))
	vectors := decrypttest.Vectors(t, "jitsi.json")
	opened := 0
	for _, k := range keys {
		if !Handles(k.Alg) {
			continue
		}
		for _, id := range strings.Split(k.Opens, ",") {
			i := slices.IndexFunc(vectors, func(v decrypttest.Vector) bool { return v.ID == id })
			if i < 0 {
				t.Fatalf("key %q opens %q, which is no vector", k.ID, id)
			}
			v := vectors[i]
			res, err := newOpener(t, keys).Open(nil, v.Encrypted, v.Meta)
			if err != nil || !bytes.Equal(res.Plain, v.Plaintext) || res.Key != k.ID {
				t.Errorf("%s: %v, by key %q; want %q", id, err, res.Key, k.ID)
			}
			if want := k.Verify != ""; (res.Signature == decrypt.Verified) != want {
				t.Errorf("%s: signature %d", id, res.Signature)
			}
			opened++
		}
	}
	if opened != 6 {
		t.Errorf("%d vectors opened, want 6", opened)
	}
}
