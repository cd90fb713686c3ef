package xor

import (
	"bytes"
	"encoding/hex"
	"testing"
	"unicode/utf16"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

// params are what a vector says of its sender.
type params struct {
	Variant      string
	CryptoOffset bool    `json:"crypto_offset"`
	KeyID        *uint64 `json:"key_id"`
}

// octets is a text as a key file holds it.
func octets(text string) (b decrypt.Secret) {
	for _, unit := range utf16.Encode([]rune(text)) {
		b = append(b, byte(unit))
	}
	return b
}

// keysOf is what a key file would say.
func keysOf(t testing.TB, v decrypttest.Vector) []decrypt.Key {
	t.Helper()
	var p params
	v.Params(t, &p)
	var material []struct{ Secret string }
	v.KeyMaterial(t, &material)
	return []decrypt.Key{keyOf(t, v.ID, p, material[0].Secret)}
}

func keyOf(t testing.TB, kid string, p params, secret string) decrypt.Key {
	t.Helper()
	k := decrypt.Key{ID: kid, Type: "oct", Alg: "XOR-DEMO-WEBRTC", Secret: octets(secret)}
	k.Index = p.KeyID
	switch p.Variant {
	case "janus", "samples-2020-04":
		k.Alg = "XOR-DEMO-JANUS"
	case "samples", "samples-2020-03":
		k.ClearHeader = &p.CryptoOffset
	default:
		t.Fatalf("%s: unknown variant %q", kid, p.Variant)
	}
	return k
}

func newOpener(t testing.TB, keys ...decrypt.Key) *Opener {
	t.Helper()
	o, err := NewOpener(keys, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func newSealer(t testing.TB, k decrypt.Key) *Sealer {
	t.Helper()
	s, err := NewSealer(k, SealerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestVectors(t *testing.T) {
	decrypttest.RunVectors(t, decrypttest.VectorConfig{
		File: "xor-demo.json",
		Keys: keysOf,
		Opener: func(t testing.TB, _ decrypttest.Vector, keys []decrypt.Key) decrypt.Opener {
			return newOpener(t, keys...)
		},
		Look: look,
		Want: decrypttest.Counts{Opened: 80, Undetectable: 2, Refused: 1, Unsent: 4},
	})
}

func look(t testing.TB, v decrypttest.Vector, res decrypt.Result) {
	t.Helper()
	kid := uint64(0)
	if id := keysOf(t, v)[0].Index; id != nil {
		kid = *id
	}
	if !res.Unauthenticated || res.Scheme != v.Scheme || res.Key != v.ID || res.KID != kid || !res.Adopted {
		t.Errorf("%+v", res)
	}
}

// The types of H.264 and H.265 frames are found without RTP's help, and VP8
// and VP9 show theirs.
func TestVectorsWithoutType(t *testing.T) {
	shown := 0
	for _, v := range decrypttest.Vectors(t, "xor-demo.json") {
		if !v.Expect.OK || v.Expect.Undetectable {
			continue
		}
		k, m := keysOf(t, v)[0], v.Meta
		m.Type = decrypt.Unknown
		res, err := newOpener(t, k).Open(nil, v.Encrypted, m)
		if depends := k.ClearHeader != nil && *k.ClearHeader; depends && m.Codec == "av1" {
			if err == nil {
				t.Errorf("%s, %s: opened, and nothing tells the type", v.ID, v.Title)
			}
			continue
		}
		if err != nil || !bytes.Equal(res.Plain, v.Plaintext) {
			t.Errorf("%s, %s: %v, %x", v.ID, v.Title, err, res.Plain)
		}
		shown++
	}
	if shown != 78 {
		t.Errorf("%d vectors opened, want 78", shown)
	}
}

// What the demonstrations sealed is sealed to the same bytes here, and what
// they failed on is refused.
func TestSealerMakesTheDemonstrationsBytes(t *testing.T) {
	sealed, refused := 0, 0
	for _, v := range decrypttest.Vectors(t, "xor-demo.json") {
		damaged := !v.Expect.OK && v.Expect.Error != "sender"
		if damaged || v.Expect.Undetectable {
			continue
		}
		got, err := newSealer(t, keysOf(t, v)[0]).Seal([]byte("before"), v.Plaintext, v.Meta)
		if !v.Expect.OK {
			if err == nil || string(got) != "before" {
				t.Errorf("%s, %s: sealed to %x", v.ID, v.Title, got)
			}
			refused++
			continue
		}
		if want := "before" + string(v.Encrypted); err != nil || string(got) != want {
			t.Errorf("%s, %s: %v\ngot  %x\nwant %x", v.ID, v.Title, err, got, want)
		}
		sealed++
	}
	if sealed != 80 || refused != 4 {
		t.Errorf("%d vectors sealed, %d refused; want 80 and 4", sealed, refused)
	}
}

// A wrong key gives the noise that the demonstration's receiver made of it.
func TestWrongKeyGivesTheDemonstrationsNoise(t *testing.T) {
	for _, v := range decrypttest.Vectors(t, "xor-demo.json") {
		if v.ID != "xor-030" {
			continue
		}
		res, err := newOpener(t, keysOf(t, v)...).Open(nil, v.Encrypted, v.Meta)
		want, _ := hex.DecodeString("9042009d012a8002e001ee9218b6c69668b532a656437e45d457c32c1f94")
		if err != nil || !bytes.HasPrefix(res.Plain, want) {
			t.Errorf("%v: %x", err, res.Plain)
		}
		return
	}
	t.Error("no vector xor-030")
}
