package jitsi

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

// vector is one frame that lib-jitsi-meet sealed.
type vector struct {
	ID, Scheme, Title, Generated string

	Params struct {
		SaltEncryption string `json:"salt_encryption"`
		SaltRatchet    string `json:"salt_ratchet"`
		KeyBits        int    `json:"key_bits"`
		KIDBits        int    `json:"kid_bits"`
		KeyIndex       uint64 `json:"key_index"`
		SSRC           uint32
		RTPTimestamp   uint32 `json:"rtp_timestamp"`
		SendCount      uint64 `json:"send_count"`
		Counter        uint64
		Ratchets       int
		Room           string
		Participant    string
	}
	Keys []struct {
		Index      uint64
		BaseKey    string `json:"base_key"`
		AESKey     string `json:"aes_key"`
		Passphrase string
		VerifyKey  *struct{ X, Y string } `json:"verify_key"`
	}
	Kind, Codec          string
	FrameType            string `json:"frame_type"`
	Plaintext, Encrypted string
	Expect               *struct {
		OK          bool
		Error       string
		SignatureOK *bool `json:"signature_ok"`
	}
}

func vectors(t testing.TB) []vector {
	t.Helper()
	var file struct{ Vectors []vector }
	corpus.Vectors(t, "jitsi.json", &file)
	if len(file.Vectors) != 131 {
		t.Fatalf("%d vectors, want 131", len(file.Vectors))
	}
	return file.Vectors
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// keys is what a key file would say.
func (v *vector) keys(t testing.TB) []decrypt.Key {
	t.Helper()
	var all []decrypt.Key
	for _, k := range v.Keys {
		key := decrypt.Key{ID: v.ID, Type: "oct", Use: "enc", Alg: "JITSI-GCM", Secret: unhex(t, k.BaseKey)}
		key.Index = &k.Index
		switch {
		case k.AESKey != "":
			key.Alg, key.Secret = "JITSI-GCM-DIRECT", unhex(t, k.AESKey)
		case v.Scheme == "jitsi-gcm":
			key.KeyBits, key.Salt, key.RatchetSalt = v.Params.KeyBits, &v.Params.SaltEncryption, &v.Params.SaltRatchet
		case v.Scheme == "jitsi-hips":
			key.Alg, key.KDF, key.Salt, key.Sender = "JITSI-HIPS", "PBKDF2", &v.Params.Room, v.Params.Participant
			if k.Passphrase != "" {
				key.Secret = []byte(k.Passphrase)
			}
		case v.Params.KIDBits == 3:
			key.Alg, key.Era = "JITSI-JFRAME-CTR", "D"
		default:
			key.Alg = "JITSI-JFRAME-CTR"
		}
		if k.VerifyKey != nil {
			key.Verify = "signer"
			all = append(all, decrypt.Key{
				ID: "signer", Type: "EC", Use: "sig", Alg: "ES521-SHA256",
				Public: publicKey(t, k.VerifyKey.X, k.VerifyKey.Y),
			})
		}
		all = append(all, key)
	}
	return all
}

func publicKey(t testing.TB, x, y string) *ecdsa.PublicKey {
	t.Helper()
	point := []byte{4}
	for _, s := range []string{x, y} {
		b, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		point = append(point, b...)
	}
	k, err := ecdsa.ParseUncompressedPublicKey(elliptic.P521(), point)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (v *vector) meta() decrypt.Meta {
	m := decrypt.Meta{Kind: decrypt.Video, Codec: v.Codec, SSRC: v.Params.SSRC, Timestamp: v.Params.RTPTimestamp}
	switch {
	case v.Kind == "audio":
		m.Kind = decrypt.Audio
	case v.FrameType == "key":
		m.Type = decrypt.KeyFrame
	case v.FrameType == "delta":
		m.Type = decrypt.DeltaFrame
	}
	return m
}

func newOpener(t testing.TB, keys []decrypt.Key) *Opener {
	t.Helper()
	o, err := NewOpener(keys, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		if v.Generated == "observation" {
			continue
		}
		t.Run(v.ID, func(t *testing.T) {
			o, frame := newOpener(t, v.keys(t)), unhex(t, v.Encrypted)
			m := v.meta()
			m.SSRC, m.Timestamp = 1, 2 // as a server may have rewritten them
			res, err := o.Open([]byte("before"), frame, m)
			if errors.Is(err, decrypt.ErrHold) && v.Params.Ratchets > 8 {
				res, err = o.Open([]byte("before"), frame, m) // the search goes on
			}
			if !v.Expect.OK {
				checkRefusal(t, &v, res, err)
				return
			}
			if err != nil {
				t.Fatalf("%s: %v", v.Title, err)
			}
			if want := "before" + string(unhex(t, v.Plaintext)); string(res.Plain) != want {
				t.Fatalf("%s: got %x, want %x", v.Title, res.Plain, want)
			}
			checkResult(t, &v, res, frame)
		})
	}
}

func checkRefusal(t *testing.T, v *vector, res decrypt.Result, err error) {
	t.Helper()
	if string(res.Plain) != "before" {
		t.Errorf("%s: refused, and %d bytes came out", v.Title, len(res.Plain))
	}
	var noKey *decrypt.NoKeyError
	switch v.Expect.Error {
	case "no key":
		if !errors.As(err, &noKey) || noKey.ID != v.Params.KeyIndex || noKey.Scheme != v.Scheme {
			t.Errorf("%s: %v, want a NoKeyError for %d", v.Title, err, v.Params.KeyIndex)
		}
	case "authentication":
		broken := v.ID == "jitsi-048" // the trailer itself
		if broken && errors.Is(err, decrypt.ErrFormat) {
			return
		}
		// Where there is a ratchet, the search goes on with the next frames.
		if broken || !errors.Is(err, decrypt.ErrAuth) && !errors.Is(err, decrypt.ErrHold) {
			t.Errorf("%s: %v, want ErrAuth", v.Title, err)
		}
	case "authentication or no key": // cut short
		if !errors.Is(err, decrypt.ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", v.Title, err)
		}
	default:
		t.Errorf("%s: the vector expects %q, which this test does not know", v.Title, v.Expect.Error)
	}
}

func checkResult(t *testing.T, v *vector, res decrypt.Result, frame []byte) {
	t.Helper()
	if res.Scheme != v.Scheme || res.Key != v.ID || res.KID != v.Params.KeyIndex || res.Step != v.Params.Ratchets {
		t.Errorf("%s: opened as %s by %q, index %d, step %d", v.Title, res.Scheme, res.Key, res.KID, res.Step)
	}
	if !res.Adopted || res.Unauthenticated || res.ClearDiffers {
		t.Errorf("%s: %+v", v.Title, res)
	}
	if v.Scheme == "jitsi-jframe-ctr" {
		if !res.HasCounter || res.Counter != v.Params.Counter || res.Nonce != nil {
			t.Errorf("%s: counter %d, want %d", v.Title, res.Counter, v.Params.Counter)
		}
		want := decrypt.Unsigned
		switch {
		case v.Expect.SignatureOK != nil && !*v.Expect.SignatureOK:
			want = decrypt.BadSignature
		case v.Keys[0].VerifyKey != nil:
			want = decrypt.Verified
		}
		if res.Signature != want {
			t.Errorf("%s: signature %d, want %d", v.Title, res.Signature, want)
		}
		return
	}
	s, _ := NewSealer(v.keys(t)[0], SealerOptions{First: &v.Params.SendCount})
	iv, err := s.Seal(nil, res.Plain[len("before"):], v.meta())
	if err != nil || res.HasCounter || !bytes.Contains(frame, res.Nonce) || !bytes.Contains(iv, res.Nonce) {
		t.Errorf("%s: nonce %x (%v)", v.Title, res.Nonce, err)
	}
}

// What lib-jitsi-meet sealed is sealed to the same bytes here.
func TestSealerMakesTheLibrarysBytes(t *testing.T) {
	sealed := 0
	for _, v := range vectors(t) {
		// Vectors without expectation or with damage are no product of a
		// sender, and signatures are random.
		if v.Generated == "observation" || !v.Expect.OK || v.Keys[0].VerifyKey != nil {
			continue
		}
		first := v.Params.SendCount
		if v.Scheme == "jitsi-jframe-ctr" {
			first = v.Params.Counter
		}
		s, err := NewSealer(v.keys(t)[0], SealerOptions{Step: v.Params.Ratchets, First: &first})
		if err != nil {
			t.Fatalf("%s: %v", v.ID, err)
		}
		got, err := s.Seal([]byte("before"), unhex(t, v.Plaintext), v.meta())
		if err != nil {
			t.Fatalf("%s: %v", v.ID, err)
		}
		if want := "before" + string(unhex(t, v.Encrypted)); string(got) != want {
			t.Errorf("%s, %s:\ngot  %x\nwant %x", v.ID, v.Title, got, want)
		}
		sealed++
	}
	if sealed < 100 {
		t.Errorf("only %d vectors sealed", sealed)
	}
}
