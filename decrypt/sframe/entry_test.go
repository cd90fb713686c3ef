package sframe

import (
	"crypto/sha256"
	"hash"
	"math"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

func TestNewOpenerRefuses(t *testing.T) {
	good := decrypt.Key{ID: "k", Alg: prefix + suites[3].name, Secret: decrypt.Secret(pattern(16, 1))}
	for _, c := range []struct {
		sin  string
		with func(*decrypt.Key)
		want string
	}{
		{"no key material", func(k *decrypt.Key) { k.Secret = nil }, "empty"},
		{"kdf of another scheme", func(k *decrypt.Key) { k.KDF = "PBKDF2" }, "kdf"},
		{"key id of a ratchet", func(k *decrypt.Key) { k.KDF, k.KeyID = "ratchet", new(uint64) }, "key_id"},
		{"key id of an epoch", func(k *decrypt.Key) { k.KDF, k.KeyID = "mls", new(uint64) }, "key_id"},
		{"64 ratchet bits", func(k *decrypt.Key) { k.KDF, k.RatchetBits = "ratchet", 64 }, "64"},
		{"fewer ratchet bits than none", func(k *decrypt.Key) { k.KDF, k.RatchetBits = "ratchet", -1 }, "-1"},
		{"fewer epoch bits than none", func(k *decrypt.Key) { k.KDF, k.EpochBits = "mls", -1 }, "-1"},
		{"generation above the key id's top", func(k *decrypt.Key) { k.KDF, k.RatchetBits, k.Generation = "ratchet", 8, 1<<56 }, "generation"},
		{"sender bits above the key id's top", func(k *decrypt.Key) { k.KDF, k.EpochBits, k.SenderBits = "mls", 32, 33 }, "sender"},
	} {
		k := good
		c.with(&k)
		_, err := NewOpener([]decrypt.Key{good, k}, Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `"k"`) {
			t.Errorf("%s: got %v", c.sin, err)
		}
		if _, err := NewSealer(k, SealerOptions{}); err == nil {
			t.Errorf("%s: the Sealer takes it", c.sin)
		}
	}
	if _, err := NewOpener(nil, Options{MaxRatchet: -1}); err == nil {
		t.Error("a negative number of ratchet steps is taken")
	}
	if _, err := NewOpener([]decrypt.Key{good, {Alg: "JITSI-GCM"}}, Options{}); err != nil {
		t.Errorf("keys of other schemes are not passed over: %v", err)
	}
}

func TestKeyIDNamesKey(t *testing.T) {
	epoch := func(n uint64) *uint64 { return &n }
	for _, c := range []struct {
		name    string
		key     decrypt.E2EE
		yes, no []uint64
	}{
		{"static", decrypt.E2EE{KeyID: epoch(0x123)}, []uint64{0x123}, []uint64{0, 0x122, 0x1000123}},
		{"no id", decrypt.E2EE{}, []uint64{0, 1, math.MaxUint64}, nil},
		{"ratchet", decrypt.E2EE{KDF: "ratchet", RatchetBits: 4, Generation: 2}, []uint64{0x20, 0x2f}, []uint64{0x1f, 0x30, 2}},
		{"ratchet of no bits", decrypt.E2EE{KDF: "ratchet", Generation: 5}, []uint64{5}, []uint64{4, 0x50}},
		{"ratchet of 63 bits", decrypt.E2EE{KDF: "ratchet", RatchetBits: 63, Generation: 1}, []uint64{1 << 63, 1<<63 | 7}, []uint64{7}},
		{"epoch 17 of 4 bits", decrypt.E2EE{KDF: "mls", Epoch: epoch(17), EpochBits: 4}, []uint64{1, 0x331}, []uint64{17 << 8, 0x332}},
		{"epoch of no bits", decrypt.E2EE{KDF: "mls", Epoch: epoch(17)}, []uint64{0, 1, 17}, nil},
		{"epoch unknown", decrypt.E2EE{KDF: "mls-cisco", EpochBits: 4}, []uint64{0, 0x331}, nil},
	} {
		e, err := newEntry(decrypt.Key{Alg: prefix + suites[3].name, Secret: decrypt.Secret{1}, E2EE: c.key})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, kid := range c.yes {
			if !names(e, kid) {
				t.Errorf("%s: does not serve key id %#x", c.name, kid)
			}
		}
		for _, kid := range c.no {
			if names(e, kid) {
				t.Errorf("%s: serves key id %#x", c.name, kid)
			}
		}
	}
}

func names(e *entry, kid uint64) bool { return !e.named || e.rule.id(kid) == e.id }

// TestChain asks for steps in any order; each must be what the ratchets one
// after the other give.
func TestChain(t *testing.T) {
	s := &suites[4]
	base := pattern(20, 1)
	want := []string{string(base)}
	for range 130 {
		next, err := s.ratchet([]byte(want[len(want)-1]))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, string(next))
	}
	c := newChain(s, base)
	for _, step := range []int{0, 1, 0, 31, 32, 33, 5, 130, 96, 95, 64, 63, 129, 130, 0} {
		if got, err := c.key(step); err != nil || string(got) != want[step] {
			t.Errorf("step %d: %x, %v", step, got, err)
		}
	}
	if len(c.marks) != 130/stride+1 {
		t.Errorf("%d base keys are kept of 130 steps", len(c.marks))
	}
}

// TestChainIsWalkedOnce: key ids may name early and late steps in turn, and
// each must not cost the whole way.
func TestChainIsWalkedOnce(t *testing.T) {
	s, hashes := suites[3], 0
	s.hash = func() hash.Hash { hashes++; return sha256.New() }
	c := newChain(&s, pattern(20, 1))
	if _, err := c.key(1); err != nil {
		t.Fatal(err)
	}
	one := hashes
	for round := range 3 {
		for _, step := range []int{1023, 5} {
			hashes = 0
			if _, err := c.key(step); err != nil {
				t.Fatal(err)
			}
			if walked := hashes / one; walked > stride-1 && round > 0 {
				t.Fatalf("step %d costs %d ratchets once more", step, walked)
			}
		}
	}
}
