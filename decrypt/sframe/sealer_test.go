package sframe

import (
	"math"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

func TestSealerCounts(t *testing.T) {
	key := decrypt.Key{ID: "k", Alg: prefix + suites[3].name, Secret: decrypt.Secret(pattern(16, 1))}
	s, err := NewSealer(key, SealerOptions{KID: 77, Counter: math.MaxUint64 - 3})
	if err != nil {
		t.Fatal(err)
	}
	o := newOpener(t, key)
	for want := uint64(math.MaxUint64 - 3); want != math.MaxUint64; want++ {
		frame, err := s.Seal(nil, []byte("media"), decrypt.Meta{})
		if err != nil {
			t.Fatal(err)
		}
		res, err := o.Open(nil, frame, decrypt.Meta{})
		if err != nil || res.Counter != want || res.KID != 77 {
			t.Errorf("counter %d of key id %d, %v, want %d of 77", res.Counter, res.KID, err, want)
		}
	}
	for range 2 {
		if out, err := s.Seal([]byte("before"), []byte("media"), decrypt.Meta{}); err == nil || string(out) != "before" {
			t.Errorf("sealed with the last counter: %x, %v", out, err)
		}
	}
}

func TestNewSealerRefuses(t *testing.T) {
	key := func(kdf string) decrypt.Key {
		k := decrypt.Key{ID: "k", Alg: prefix + suites[3].name, Secret: decrypt.Secret(pattern(16, 1))}
		k.KDF, k.EpochBits, k.Epoch = kdf, 4, new(uint64(3))
		return k
	}
	for _, c := range []struct {
		sin string
		key decrypt.Key
		o   SealerOptions
	}{
		{"key of another scheme", decrypt.Key{Alg: "JITSI-GCM", Secret: decrypt.Secret{1}}, SealerOptions{}},
		{"step of a key that does not ratchet", key(""), SealerOptions{Step: 1}},
		{"negative step", key("ratchet"), SealerOptions{Step: -1}},
		{"sender above the key id's top", key("mls"), SealerOptions{Sender: 1 << 60}},
	} {
		if _, err := NewSealer(c.key, c.o); err == nil {
			t.Errorf("%s is taken", c.sin)
		}
	}
}

// TestSealerPerSSRC: each SSRC has keys of its own, and one counter.
func TestSealerPerSSRC(t *testing.T) {
	k := decrypt.Key{Alg: prefix + suites[3].name, Secret: decrypt.Secret(pattern(16, 1))}
	k.KDF = "per-ssrc"
	s, err := NewSealer(k, SealerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	o := newOpener(t, k)
	for i, ssrc := range []uint32{1, 2, 1, 0, 2} {
		m := decrypt.Meta{SSRC: ssrc}
		frame, err := s.Seal(nil, []byte("media"), m)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := o.Open(nil, frame, m); err != nil || res.Counter != uint64(i) || string(res.Plain) != "media" {
			t.Errorf("SSRC %d: %q, counter %d, %v", ssrc, res.Plain, res.Counter, err)
		}
		if _, err := o.Open(nil, frame, decrypt.Meta{SSRC: ssrc + 7}); err == nil {
			t.Errorf("SSRC %d: opens under another SSRC", ssrc)
		}
	}
}
