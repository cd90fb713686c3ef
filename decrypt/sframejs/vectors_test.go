package sframejs

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

const alg = "MEDOOZE-SFRAME"

// params are a vector's, as testdata/vectors/README.md has them.
type params struct {
	Sender   *uint64 `json:"sender_id"`
	Counter  uint64
	Skip     bool   `json:"skip_vp8_payload_header"`
	Order    string `json:"iv_order"`
	Ratchets int
}

type material struct {
	Base   decrypttest.Hex `json:"base_key"`
	Verify json.RawMessage `json:"verify_key"`
}

// vectorKeys says no more than a user would have to: the order of the IV only
// if it is the old one, and nothing of clear bytes.
func vectorKeys(t testing.TB, v decrypttest.Vector) []decrypt.Key {
	var p params
	v.Params(t, &p)
	var ms []material
	v.KeyMaterial(t, &ms)
	k := decrypt.Key{ID: "sender", Type: "oct", Alg: alg, Secret: decrypt.Secret(ms[0].Base)}
	k.KeyID = p.Sender
	if p.Order == "kid-ctr" {
		k.IVOrder = p.Order
	}
	if ms[0].Verify == nil {
		return []decrypt.Key{k}
	}
	signer := decrypttest.JWK(t, ms[0].Verify)
	signer.ID, k.Verify = "signer", "signer"
	return []decrypt.Key{k, signer}
}

func mustOpener(t testing.TB, keys []decrypt.Key) *Opener {
	t.Helper()
	o, err := NewOpener(keys, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func mustSealer(t testing.TB, k decrypt.Key, o SealerOptions) *Sealer {
	t.Helper()
	s, err := NewSealer(k, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestVectors(t *testing.T) {
	decrypttest.RunVectors(t, decrypttest.VectorConfig{
		File: "sframe-medooze.json",
		Keys: vectorKeys,
		Opener: func(t testing.TB, _ decrypttest.Vector, keys []decrypt.Key) decrypt.Opener {
			return mustOpener(t, keys)
		},
		Another: func(t testing.TB, v decrypttest.Vector, keys []decrypt.Key) []byte {
			var p params
			v.Params(t, &p)
			s := mustSealer(t, keys[0], SealerOptions{Counter: p.Counter + 1, Step: p.Ratchets})
			frame, err := s.Seal(nil, []byte("another"), v.Meta)
			if err != nil {
				t.Fatal(err)
			}
			return frame
		},
		Look: func(t testing.TB, v decrypttest.Vector, res decrypt.Result) {
			var p params
			v.Params(t, &p)
			if res.Scheme != SchemeName || res.Key != "sender" || res.KID != *p.Sender || res.Step != p.Ratchets || !res.HasCounter || res.Counter != p.Counter {
				t.Errorf("%s: got %+v, params %+v", v.Title, res, p)
			}
			want := decrypt.Unsigned
			if strings.Contains(v.Title, "S=1") {
				want = decrypt.Verified
			}
			if res.Signature != want {
				t.Errorf("%s: signature state %d, want %d", v.Title, res.Signature, want)
			}
		},
		Want: decrypttest.Counts{Opened: 109, Refused: 6},
	})
}

// TestSealVectors seals what the library had sealed: the same bytes come out.
// Left out are frames that were altered after, and signed ones.
func TestSealVectors(t *testing.T) {
	sealed := 0
	for _, v := range decrypttest.Vectors(t, "sframe-medooze.json") {
		var p params
		v.Params(t, &p)
		if !v.Expect.OK || v.Expect.ClearMismatch || v.Before != nil {
			continue
		}
		k := vectorKeys(t, v)[0]
		k.SkipVP8Header = &p.Skip
		got, err := mustSealer(t, k, SealerOptions{Counter: p.Counter, Step: p.Ratchets}).Seal(nil, v.Plaintext, v.Meta)
		if err != nil || !bytes.Equal(got, v.Encrypted) {
			t.Errorf("%s: got %x, %v; want %x", v.Title, got, err, v.Encrypted)
		}
		sealed++
	}
	if sealed != 106 {
		t.Errorf("%d vectors sealed, want 106", sealed)
	}
}

func TestCaptures(t *testing.T) {
	for _, file := range []string{"vp8-medooze.json", "vp8-medoozeskip.json", "vp9-medooze.json"} {
		t.Run(file, func(t *testing.T) {
			decrypttest.RunCapture(t, file, func(t testing.TB, c decrypttest.Capture, _ decrypt.Kind) decrypt.Opener {
				var ms []struct {
					Base decrypttest.Hex `json:"base_key"`
				}
				c.KeyMaterial(t, &ms)
				var p params
				c.Params(t, &p)
				k := decrypt.Key{ID: "k", Type: "oct", Alg: alg, Secret: decrypt.Secret(ms[0].Base)}
				k.KeyID = p.Sender
				return mustOpener(t, []decrypt.Key{k})
			})
		})
	}
}

func TestRecordings(t *testing.T) {
	for _, name := range []string{"sframe-vp8", "sframe-vp8-skip", "sframe-vp8-rekey"} {
		t.Run(name, func(t *testing.T) {
			decrypttest.RunRecording(t, name, func(t testing.TB, keys []decrypt.Key) decrypt.Opener {
				return mustOpener(t, keys)
			})
		})
	}
}

// TestSignatures alters signed vectors: the media opens all the same, and the
// result says of the signature what is true.
func TestSignatures(t *testing.T) {
	signed := 0
	for _, v := range decrypttest.Vectors(t, "sframe-medooze.json") {
		if v.Before == nil {
			continue
		}
		signed++
		keys := vectorKeys(t, v)
		stranger := keys[1]
		stranger.Public = otherPoint(t)
		r := read(v.Encrypted, 0, v.Meta.Kind)
		if !r.ok || !r.signed || r.older != 11 {
			t.Fatalf("%s: %+v", v.ID, r)
		}
		end := len(v.Encrypted)
		for _, c := range []struct {
			name string
			keys []decrypt.Key
			flip int
			want decrypt.SigState
		}{
			{"as it was sent", keys, -1, decrypt.Verified},
			{"no key to verify", keys[:1], -1, decrypt.Unverified},
			{"key of somebody else", []decrypt.Key{keys[0], stranger}, -1, decrypt.BadSignature},
			{"signature altered", keys, end - 1, decrypt.BadSignature},
			{"an older tag altered", keys, r.tag + r.tagLen, decrypt.BadSignature},
		} {
			frame := bytes.Clone(v.Encrypted)
			if c.flip >= 0 {
				frame[c.flip] ^= 1
			}
			res, err := mustOpener(t, c.keys).Open(nil, frame, v.Meta)
			if err != nil || !bytes.Equal(res.Plain, v.Plaintext) || res.Signature != c.want {
				t.Errorf("%s, %s: %v, state %d, want %d", v.ID, c.name, err, res.Signature, c.want)
			}
		}
		frame := bytes.Clone(v.Encrypted)
		frame[end-sigSize-1]-- // the count
		if _, err := mustOpener(t, keys).Open(nil, frame, v.Meta); err == nil {
			t.Errorf("%s opens with one tag less", v.ID)
		}
	}
	if signed != 2 {
		t.Errorf("%d signed vectors, want 2", signed)
	}
}

// TestSignatureOfNothing: where the library's slice does not reach the tag,
// a signature is worth nothing, even if it is right.
func TestSignatureOfNothing(t *testing.T) {
	for _, c := range []struct{ tag, older, want int }{
		{22, 11, 48 - 22}, // an Opus frame of 20 bytes
		{43, 11, 5},
		{47, 11, 1},
		{48, 11, 0},
		{1000, 11, 0},
		{2, 0, 2},
	} {
		r := &reading{tag: c.tag, older: c.older, tagLen: tagAudio}
		if got := len(signedPart(make([]byte, 2000), r)); got != c.want {
			t.Errorf("tag at %d, %d older: %d bytes signed, want %d", c.tag, c.older, got, c.want)
		}
	}
	k := &key{verify: otherPoint(t)}
	r := &reading{tag: 47, older: 11, tagLen: tagAudio}
	if got := k.signature(make([]byte, 200), r); got != decrypt.Unverified {
		t.Errorf("a signature over a part of the tag: state %d, want %d", got, decrypt.Unverified)
	}
}
