package jitsi

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"math"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

func TestSealerRefuses(t *testing.T) {
	gcm, jframe := randomKey("JITSI-GCM", 1, index(0)), randomKey("JITSI-JFRAME-CTR", 1, index(0))
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	eraD := jframe
	eraD.Era = "D"
	for sin, c := range map[string]struct {
		key decrypt.Key
		o   SealerOptions
	}{
		"another scheme":                 {decrypt.Key{Alg: "LIVEKIT-A128GCM", Secret: secret(1)}, SealerOptions{}},
		"ratchet of an external key":     {randomKey("JITSI-GCM-DIRECT", 1, nil), SealerOptions{Step: 1}},
		"ratchet of era D":               {eraD, SealerOptions{Step: 1}},
		"negative step":                  {gcm, SealerOptions{Step: -1}},
		"signed GCM":                     {gcm, SealerOptions{Sign: signer(t)}},
		"signed before there was any":    {eraD, SealerOptions{Sign: signer(t)}},
		"signed on another curve":        {jframe, SealerOptions{Sign: p256}},
		"JFrame counter 0":               {jframe, SealerOptions{First: index(0)}},
		"send count that is not reached": {gcm, SealerOptions{First: index(maxCount)}},
	} {
		if _, err := NewSealer(c.key, c.o); err == nil {
			t.Errorf("%s: no error", sin)
		}
	}
	s := newSealer(t, gcm, SealerOptions{})
	for sin, c := range map[string]struct {
		frame []byte
		m     decrypt.Meta
	}{
		"audio of no bytes":         {nil, audio},
		"key frame under ten bytes": {make([]byte, 9), video},
		"delta under three bytes":   {[]byte{1, 2}, video},
		"type unknown":              {make([]byte, 99), decrypt.Meta{Kind: decrypt.Video, Codec: "h264"}},
	} {
		if got, err := s.Seal([]byte("before"), c.frame, c.m); err == nil || string(got) != "before" {
			t.Errorf("%s: sealed to %x", sin, got)
		}
	}
}

// A nonce that would come a second time is refused: whoever seals without
// timestamps finds out.
func TestSealerRefusesToRepeatANonce(t *testing.T) {
	s := newSealer(t, randomKey("JITSI-GCM", 1, nil), SealerOptions{})
	seen := make(map[string]bool)
	var buf []byte
	for range maxCount {
		sealed, err := s.Seal(buf[:0], []byte{1}, audio)
		if err != nil {
			t.Fatal(err)
		}
		seen[string(sealed[len(sealed)-14:])] = true
		buf = sealed
	}
	if _, err := s.Seal(nil, []byte{1}, audio); err == nil || len(seen) != maxCount {
		t.Errorf("%d nonces, and after them: %v", len(seen), err)
	}
	later := audio
	later.Timestamp++
	if _, err := s.Seal(nil, []byte{1}, later); err != nil {
		t.Errorf("another timestamp: %v", err)
	}

	last := uint64(maxCount - 1)
	s = newSealer(t, randomKey("JITSI-GCM", 1, nil), SealerOptions{First: &last})
	for _, want := range []byte{0xFE, 0x00, 0x01} { // the count begins again before 65535
		if sealed, err := s.Seal(nil, []byte{1}, audio); err != nil || sealed[len(sealed)-3] != want {
			t.Errorf("count %02x, want %02x (%v)", sealed[len(sealed)-3], want, err)
		}
	}

	last = math.MaxUint64
	s = newSealer(t, randomKey("JITSI-JFRAME-CTR", 1, nil), SealerOptions{First: &last})
	if _, err := s.Seal(nil, []byte{1}, audio); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Seal(nil, []byte{1}, audio); err == nil {
		t.Error("JFrame's counter went round")
	}
}

func TestSignatures(t *testing.T) {
	sign, other := signer(t), signer(t)
	k := randomKey("JITSI-JFRAME-CTR", 1, index(3))
	verifier := decrypt.Key{ID: "signer", Type: "EC", Alg: "ES521-SHA256", Public: &sign.PublicKey}
	verified, lost := k, k
	verified.Verify, lost.Verify = verifier.ID, "nobody"

	signed, plain := newSender(t, k, SealerOptions{Sign: sign}, video).next(t)
	stranger, _ := newSender(t, k, SealerOptions{Sign: other}, video).next(t)
	unsigned, _ := newSender(t, k, SealerOptions{}, video).next(t)
	altered := bytes.Clone(signed)
	altered[len(altered)-2] ^= 1
	for _, c := range []struct {
		name  string
		key   decrypt.Key
		frame []byte
		want  decrypt.SigState
	}{
		{"by the signer", verified, signed, decrypt.Verified},
		{"by a stranger", verified, stranger, decrypt.BadSignature},
		{"altered", verified, altered, decrypt.BadSignature},
		{"without a key to verify it", k, signed, decrypt.Unverified},
		{"by a key that is not in the file", lost, signed, decrypt.Unverified},
		{"left out", verified, unsigned, decrypt.Unsigned},
	} {
		res, err := newOpener(t, []decrypt.Key{verifier, c.key}).Open(nil, c.frame, video)
		if err != nil || res.Signature != c.want || !bytes.Equal(res.Plain, plain) {
			t.Errorf("signature %s: %d, want %d (%v)", c.name, res.Signature, c.want, err)
		}
	}
}
