package jitsi

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

// params are what a vector says of keys and of the sender.
type params struct {
	SaltEncryption string `json:"salt_encryption"`
	SaltRatchet    string `json:"salt_ratchet"`
	KeyBits        int    `json:"key_bits"`
	KIDBits        int    `json:"kid_bits"`
	KeyIndex       uint64 `json:"key_index"`
	SendCount      uint64 `json:"send_count"`
	Counter        uint64
	Ratchets       int
	Room           string
	Participant    string
	SignatureLen   int `json:"signature_len"`
}

func paramsOf(t testing.TB, v decrypttest.Vector) (p params) {
	t.Helper()
	v.Params(t, &p)
	return p
}

// keysOf is what a key file would say.
func keysOf(t testing.TB, v decrypttest.Vector) []decrypt.Key {
	t.Helper()
	p := paramsOf(t, v)
	var all []decrypt.Key
	var material []struct {
		Index      uint64
		BaseKey    decrypttest.Hex `json:"base_key"`
		AESKey     decrypttest.Hex `json:"aes_key"`
		Passphrase string
		VerifyKey  json.RawMessage `json:"verify_key"`
	}
	v.KeyMaterial(t, &material)
	for _, m := range material {
		k := decrypt.Key{ID: v.ID, Type: "oct", Use: "enc", Alg: "JITSI-GCM", Secret: decrypt.Secret(m.BaseKey)}
		k.Index = &m.Index
		switch {
		case m.AESKey != nil:
			k.Alg, k.Secret = "JITSI-GCM-DIRECT", decrypt.Secret(m.AESKey)
		case v.Scheme == "jitsi-gcm":
			k.KeyBits, k.Salt, k.RatchetSalt = p.KeyBits, &p.SaltEncryption, &p.SaltRatchet
		case v.Scheme == "jitsi-hips":
			k.Alg, k.KDF, k.Salt, k.Sender = "JITSI-HIPS", "PBKDF2", &p.Room, p.Participant
			if m.Passphrase != "" {
				k.Secret = decrypt.Secret(m.Passphrase)
			}
		case p.KIDBits == 3:
			k.Alg, k.Era = "JITSI-JFRAME-CTR", "D"
		default:
			k.Alg = "JITSI-JFRAME-CTR"
		}
		if m.VerifyKey != nil {
			signer := decrypttest.JWK(t, m.VerifyKey)
			signer.ID, signer.Use, signer.Alg = "signer", "sig", "ES521-SHA256"
			k.Verify = signer.ID
			all = append(all, signer)
		}
		all = append(all, k)
	}
	return all
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
	decrypttest.RunVectors(t, decrypttest.VectorConfig{
		File: "jitsi.json",
		Keys: keysOf,
		Opener: func(t testing.TB, _ decrypttest.Vector, keys []decrypt.Key) decrypt.Opener {
			return newOpener(t, keys)
		},
		Look: look,
		Want: decrypttest.Counts{Opened: 118, Refused: 12, Observations: 1},
	})
}

// look checks what a result says besides the plaintext.
func look(t testing.TB, v decrypttest.Vector, res decrypt.Result) {
	t.Helper()
	p := paramsOf(t, v)
	if res.Scheme != v.Scheme || res.Key != v.ID || res.KID != p.KeyIndex || res.Step != p.Ratchets || !res.Adopted {
		t.Errorf("opened as %s by %q, index %d, step %d, adopted %t", res.Scheme, res.Key, res.KID, res.Step, res.Adopted)
	}
	if v.Scheme == "jitsi-jframe-ctr" {
		if !res.HasCounter || res.Counter != p.Counter || res.Nonce != nil {
			t.Errorf("counter %d, want %d", res.Counter, p.Counter)
		}
		bad := v.Expect.SignatureOK != nil && !*v.Expect.SignatureOK
		if want := p.SignatureLen > 0 && !bad; (res.Signature == decrypt.Verified) != want {
			t.Errorf("signature %d, verified %t wanted", res.Signature, want)
		}
		return
	}
	nonce := binary.BigEndian.AppendUint32(nil, v.Meta.SSRC)
	nonce = binary.BigEndian.AppendUint32(nonce, v.Meta.Timestamp)
	nonce = binary.BigEndian.AppendUint32(nonce, uint32(p.SendCount))
	if res.HasCounter || !bytes.Equal(res.Nonce, nonce) || res.Signature != decrypt.Unsigned {
		t.Errorf("nonce %x, want %x", res.Nonce, nonce)
	}
}

// The packet's SSRC and timestamp may be a server's: the frame's IV counts.
func TestRewrittenPacketsOpen(t *testing.T) {
	for _, v := range decrypttest.Vectors(t, "jitsi.json") {
		if v.Observation || !v.Expect.OK || paramsOf(t, v).Ratchets > 0 {
			continue
		}
		m := v.Meta
		m.SSRC, m.Timestamp = m.SSRC+1, m.Timestamp+90000
		if res, err := newOpener(t, keysOf(t, v)).Open(nil, v.Encrypted, m); err != nil || !bytes.Equal(res.Plain, v.Plaintext) {
			t.Errorf("%s, %s: %v", v.ID, v.Title, err)
		}
	}
}

// What lib-jitsi-meet sealed is sealed to the same bytes here.
func TestSealerMakesTheLibrarysBytes(t *testing.T) {
	sealed := 0
	for _, v := range decrypttest.Vectors(t, "jitsi.json") {
		if v.Observation || !v.Expect.OK || paramsOf(t, v).SignatureLen > 0 { // which are random
			continue
		}
		p := paramsOf(t, v)
		first := p.SendCount
		if v.Scheme == "jitsi-jframe-ctr" {
			first = p.Counter
		}
		s := newSealer(t, keysOf(t, v)[0], SealerOptions{Step: p.Ratchets, First: &first})
		got, err := s.Seal([]byte("before"), v.Plaintext, v.Meta)
		if err != nil {
			t.Fatalf("%s: %v", v.ID, err)
		}
		if want := "before" + string(v.Encrypted); string(got) != want {
			t.Errorf("%s, %s:\ngot  %x\nwant %x", v.ID, v.Title, got, want)
		}
		sealed++
	}
	if sealed != 112 {
		t.Errorf("%d vectors sealed, want 112", sealed)
	}
}
