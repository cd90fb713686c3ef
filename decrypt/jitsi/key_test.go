package jitsi

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

func TestHandles(t *testing.T) {
	for alg, want := range map[string]bool{
		"JITSI-GCM": true, "JITSI-GCM-DIRECT": true, "JITSI-JFRAME-CTR": true, "JITSI-HIPS": true,
		"": false, "JITSI": false, "jitsi-gcm": false, "LIVEKIT-A128GCM": false, "ES521-SHA256": false,
	} {
		if got := Handles(alg); got != want {
			t.Errorf("Handles(%q) is %t", alg, got)
		}
	}
}

func TestKeysTheSchemeExcludes(t *testing.T) {
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p521 := signer(t)
	signers := []decrypt.Key{
		{ID: "p256", Alg: "ES256-SHA512", Public: &p256.PublicKey},
		{ID: "sha512", Alg: "ES521-SHA512", Public: &p521.PublicKey},
		{ID: "unnamed alg", Public: &p521.PublicKey},
		{ID: "secret key", Alg: "JITSI-GCM", Secret: secret(1)},
	}
	for _, c := range []struct {
		sin, alg string
		change   func(*decrypt.Key)
		want     string // part of the error; "" is none
	}{
		{"no sin", "JITSI-GCM", func(*decrypt.Key) {}, ""},
		{"empty secret", "JITSI-GCM", func(k *decrypt.Key) { k.Secret = nil }, "k is empty"},
		{"key of 192 bits", "JITSI-GCM", func(k *decrypt.Key) { k.KeyBits = 192 }, "key_bits 192"},
		{"external key of 24 bytes", "JITSI-GCM-DIRECT", func(k *decrypt.Key) { k.Secret = k.Secret[:24] }, "24 bytes"},
		{"passphrase without room", "JITSI-HIPS", func(k *decrypt.Key) { k.Salt = nil }, "name of the room"},
		{"verify names nobody", "JITSI-JFRAME-CTR", func(k *decrypt.Key) { k.Verify = "nobody" }, ""},
		{"verify names a secret key", "JITSI-JFRAME-CTR", func(k *decrypt.Key) { k.Verify = "secret key" }, ""},
		{"verify on another curve", "JITSI-JFRAME-CTR", func(k *decrypt.Key) { k.Verify = "p256" }, "P-521"},
		{"verify with another hash", "JITSI-JFRAME-CTR", func(k *decrypt.Key) { k.Verify = "sha512" }, "ES521-SHA256"},
		{"verify by a browser's export", "JITSI-JFRAME-CTR", func(k *decrypt.Key) { k.Verify = "unnamed alg" }, ""},
	} {
		k := randomKey(c.alg, 5, nil)
		k.ID, k.Salt = "the kid", new(string)
		c.change(&k)
		_, err := NewOpener(append(signers, k), Options{})
		if got := fmt.Sprint(err); c.want == "" && err != nil || c.want != "" && !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.sin, got, c.want)
		} else if err != nil && !strings.Contains(got, "the kid") {
			t.Errorf("%s: %q does not name the key", c.sin, got)
		}
	}
}

// Which ids a key may open, by its index: "n" named, "y" any, "-" none.
func TestIndexesBySchemeAndEra(t *testing.T) {
	for _, c := range []struct {
		alg, era string
		index    *uint64
		want     string
	}{
		{"JITSI-GCM", "", nil, "yyyyyyyyyyyyyyyy"},
		{"JITSI-GCM", "", index(3), "---n------------"},
		{"JITSI-GCM", "", index(17), "-n--------------"},
		{"JITSI-GCM-DIRECT", "", index(255), "---------------n"},
		{"JITSI-JFRAME-CTR", "", index(16), "n---------------"},
		{"JITSI-JFRAME-CTR", "G", index(9), "---------n------"},
		{"JITSI-JFRAME-CTR", "D", nil, "yyyyyyyy--------"},
		{"JITSI-JFRAME-CTR", "D", index(2), "--n-------------"},
		{"JITSI-JFRAME-CTR", "D", index(7), "-n-----n--------"},
		{"JITSI-HIPS", "", nil, "yyy-------------"},
		{"JITSI-HIPS", "", index(5), "--n-------------"},
	} {
		k := randomKey(c.alg, 1, c.index)
		k.Era, k.Salt = c.era, new(string)
		n, err := newKey(k, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for id := range uint64(indexes) {
			switch fits, named := n.fits(id); {
			case named && fits:
				got += "n"
			case fits:
				got += "y"
			default:
				got += "-"
			}
		}
		if got != c.want {
			t.Errorf("%s, era %q, index %v: got %s, want %s", c.alg, c.era, c.index, got, c.want)
		}
	}
}

func TestNoKeyErrorNamesWhatThereIs(t *testing.T) {
	var keys []decrypt.Key
	for n := range 20 {
		keys = append(keys, randomKey("JITSI-GCM", n, index(uint64(16*n+1))), randomKey("JITSI-JFRAME-CTR", n, index(2)))
	}
	keys = append(keys[:2:2], keys...) // an index twice
	sealed, _ := newSender(t, randomKey("JITSI-GCM", 1, index(5)), SealerOptions{}, video).next(t)
	_, err := newOpener(t, keys).Open(nil, sealed, video)
	var noKey *decrypt.NoKeyError
	if !errors.As(err, &noKey) || noKey.ID != 5 || noKey.Scheme != "jitsi-gcm" || len(noKey.Have) != 16 || noKey.Have[1] != 17 {
		t.Errorf("got %v (%+v)", err, noKey)
	}
	// Without keys of a format, no frame is of it.
	for _, keys := range [][]decrypt.Key{nil, {{Alg: "LIVEKIT-A128GCM", Secret: secret(1)}}} {
		if _, err := newOpener(t, keys).Open(nil, sealed, video); !errors.Is(err, decrypt.ErrFormat) {
			t.Errorf("with %d keys of other schemes: %v, want ErrFormat", len(keys), err)
		}
	}
}

func TestChainGoesAnywhere(t *testing.T) {
	c := chain{secret: secret(1), salt: []byte(ratchetSalt)}
	want := [][]byte{c.secret}
	for n := range 200 {
		want = append(want, derive(want[n], c.salt, ratchetLen))
	}
	for _, step := range []int{3, 0, 1, 33, 32, 64, 200, 31, 199, 65, 97, 96, 0, 128, 150, 149} {
		if got := c.at(step); !bytes.Equal(got, want[step]) {
			t.Errorf("step %d: got %x, want %x", step, got, want[step])
		}
	}
	if len(c.marks) != 200/markEvery {
		t.Errorf("%d steps kept of 200, want every %dth", len(c.marks), markEvery)
	}
}

func TestPassphraseIsStretchedOnce(t *testing.T) {
	k := randomKey("JITSI-HIPS", 1, nil)
	k.Salt = new(string)
	n, err := newKey(k, nil)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := n.stretch(), n.stretch(); &a[0] != &b[0] {
		t.Error("PBKDF2 ran twice")
	}
}
