package xor

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

func TestCaptures(t *testing.T) {
	for _, file := range []string{
		"vp8-janus.json", "vp9-janus.json", "h264-janus.json", "vp8-samples.json", "vp9-samples.json",
	} {
		t.Run(file, func(t *testing.T) {
			decrypttest.RunCapture(t, file, func(t testing.TB, c decrypttest.Capture, _ decrypt.Kind) decrypt.Opener {
				var p params
				c.Params(t, &p)
				var material []struct{ Secret string }
				c.KeyMaterial(t, &material)
				return newOpener(t, keyOf(t, file, p, material[0].Secret))
			})
		})
	}
}

func TestRecordings(t *testing.T) {
	for _, name := range []string{"xor-vp8-noise", "xor-vp8-noeflag"} {
		t.Run(name, func(t *testing.T) {
			decrypttest.RunRecording(t, name, func(t testing.TB, keys []decrypt.Key) decrypt.Opener {
				return newOpener(t, keys...)
			})
		})
	}
}

// The example key file holds keys of all schemes, and each still opens the
// vector that it names.
func TestExampleKeyFile(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(corpus.Root(t), "vectors", "keyfile", "example.jwks.json"))
	if err != nil {
		t.Fatal(err)
	}
	set, err := decrypt.ParseKeys(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	for _, k := range set.Keys {
		for _, v := range decrypttest.Vectors(t, "xor-demo.json") {
			if v.ID != k.Opens {
				continue
			}
			// Both schemes have a key of id 1 here, and nothing tells which of
			// them a frame is under: Select or the file has to.
			res, err := newOpener(t, k).Open(nil, v.Encrypted, v.Meta)
			if err != nil || !bytes.Equal(res.Plain, v.Plaintext) || res.Key != k.ID {
				t.Errorf("%s: %v, by key %q; want %q", v.ID, err, res.Key, k.ID)
			}
			opened++
		}
	}
	if opened != 2 {
		t.Errorf("%d vectors opened, want 2", opened)
	}
}
