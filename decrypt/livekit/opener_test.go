package livekit

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

func TestOpenIsNotAFrame(t *testing.T) {
	k := rawKey("k", 0)
	m := videoMeta("vp8", 1)
	good := seal(t, k, 0, []byte{1, 2, 3}, m)
	if len(good) != 3+added {
		t.Fatalf("%d bytes", len(good))
	}
	wrongLen := bytes.Clone(good)
	wrongLen[len(wrongLen)-2] = 16
	var noKey *decrypt.NoKeyError
	for _, tt := range []struct {
		name  string
		frame []byte
		want  error
	}{
		{"empty", nil, decrypt.ErrClear},
		{"one byte", []byte{0x0c}, decrypt.ErrFormat},
		{"one byte short of a tag and a trailer", good[4:], decrypt.ErrFormat},
		{"plain VP8", vp8Frame(1), decrypt.ErrFormat},
		{"IV of another length", wrongLen, decrypt.ErrFormat},
		{"nothing but metadata", unhex("fa4c4b5453"), decrypt.ErrFormat},
		{"metadata longer than the frame", append(good[:len(good):len(good)], unhex("004c4b5453")...), decrypt.ErrFormat},
		{"metadata shorter than itself", append(good[:len(good):len(good)], unhex("fb4c4b5453")...), decrypt.ErrFormat},
	} {
		o := newOpener(t, []decrypt.Key{k}, 0)
		res, err := o.Open([]byte("dst"), tt.frame, m)
		if !errors.Is(err, tt.want) || string(res.Plain) != "dst" {
			t.Errorf("%s: got %q, %v; want %v", tt.name, res.Plain, err, tt.want)
		}
	}
	o := newOpener(t, nil, 0)
	if _, err := o.Open(nil, good, m); !errors.As(err, &noKey) || len(noKey.Have) != 0 {
		t.Errorf("no keys at all: %v", err)
	}
	var many []decrypt.Key
	for i := range 40 {
		many = append(many, rawKey(fmt.Sprint(i), uint64(100+i)))
	}
	o = newOpener(t, many, 0)
	if _, err := o.Open(nil, good, m); !errors.As(err, &noKey) || noKey.ID != 0 || len(noKey.Have) != 16 {
		t.Errorf("no key with that index: %v", err)
	}
}

func TestOpenMetadataLengths(t *testing.T) {
	k := rawKey("k", 0)
	m := videoMeta("vp8", 1)
	f := seal(t, k, 0, vp8Frame(1), m)
	for _, tlvs := range []int{0, 1, 16, 250} {
		b := append(f[:len(f):len(f)], bytes.Repeat([]byte{0x0c}, tlvs)...)
		b = append(append(b, byte(tlvs+5)^0xff), "LKTS"...)
		res, err := newOpener(t, []decrypt.Key{k}, 0).Open(nil, b, m)
		if err != nil || !bytes.Equal(res.Plain, vp8Frame(1)) {
			t.Errorf("%d bytes of metadata: %v", tlvs, err)
		}
	}
}

func TestNewOpenerRefuses(t *testing.T) {
	a, b := "a", "b"
	for _, tt := range []struct {
		sin string
		set func(*decrypt.Key)
	}{
		{"no key derivation", func(k *decrypt.Key) { k.KDF = "" }},
		{"another scheme's key derivation", func(k *decrypt.Key) { k.KDF = "ratchet" }},
		{"no secret", func(k *decrypt.Key) { k.Secret = nil }},
		{"two salts", func(k *decrypt.Key) { k.Salt, k.RatchetSalt = &a, &b }},
	} {
		k := rawKey("the kid", 0)
		tt.set(&k)
		if _, err := NewOpener([]decrypt.Key{k}, Options{}); err == nil || !strings.Contains(err.Error(), "the kid") {
			t.Errorf("%s: %v, want an error that names the key", tt.sin, err)
		}
		if _, err := NewSealer(k, SealerOptions{}); err == nil {
			t.Errorf("%s: a Sealer was made", tt.sin)
		}
	}
	if _, err := NewOpener([]decrypt.Key{{Alg: "JITSI-GCM"}}, Options{}); err != nil {
		t.Errorf("another scheme's key: %v", err)
	}
	if _, err := NewSealer(decrypt.Key{Alg: "JITSI-GCM"}, SealerOptions{}); err == nil {
		t.Error("a Sealer for another scheme")
	}
}

// TestFlips: no single altered bit of the libraries' frames gives another
// plaintext, the whole search on.
func TestFlips(t *testing.T) {
	frames := 0
	kinds := make(map[string]int)
	for _, v := range decrypttest.Vectors(t, vectorFile) {
		p := paramsOf(t, v)
		kind := fmt.Sprint(v.Meta.Codec, v.Meta.Type, p.Ratchets > 0, strings.HasPrefix(v.Title, "release 1.13"))
		if !v.Expect.OK || p.SIFTrailer != nil || len(v.Encrypted) > 250 || kinds[kind] == 2 {
			continue
		}
		kinds[kind]++
		frames++
		flipAll(t, v)
	}
	if frames < 20 {
		t.Errorf("%d frames, want 20", frames)
	}
}

func flipAll(t *testing.T, v decrypttest.Vector) {
	t.Helper()
	o := newOpener(t, keysOf(t, v), 0)
	for bit := range 8 * len(v.Encrypted) {
		if bit%97 == 0 { // the key stays in use
			if res, err := o.Open(nil, v.Encrypted, v.Meta); err != nil || !bytes.Equal(res.Plain, v.Expect.Plaintext) {
				t.Fatalf("%s: whole, before bit %d: %v", v.ID, bit, err)
			}
		}
		f := bytes.Clone(v.Encrypted)
		f[bit/8] ^= 1 << (bit % 8)
		if res, err := o.Open(nil, f, v.Meta); err == nil && !bytes.Equal(res.Plain, v.Expect.Plaintext) {
			t.Fatalf("%s: bit %d gives another plaintext", v.ID, bit)
		}
	}
}

func TestFlipsInManyFrames(t *testing.T) {
	const seed = 7
	rnd := rand.New(rand.NewPCG(seed, seed))
	keys := []decrypt.Key{rawKey("k", 0), rawKey("other", 0), cheapPassphrase("passphrase", 0)}
	keys[1].Index = nil
	o := newOpener(t, keys, 0)
	for n := range 1000 {
		codec := []string{"vp8", "vp9", "h264", "h265", ""}[n%5]
		m := videoMeta(codec, n)
		plain := append(unhex("00000001674200000001688700000001658800000001410203"), vp8Frame(n)...)
		f := seal(t, keys[0], 0, plain, m)
		if res, err := o.Open(nil, f, m); err != nil || !bytes.Equal(res.Plain, plain) {
			t.Fatalf("frame %d, whole: %v", n, err)
		}
		bit := rnd.IntN(8 * len(f))
		f[bit/8] ^= 1 << (bit % 8)
		if res, err := o.Open(nil, f, m); err == nil && !bytes.Equal(res.Plain, plain) {
			t.Fatalf("frame %d, bit %d: another plaintext", n, bit)
		}
	}
	if o.Tries() > 20_000 {
		t.Errorf("%d tries for 2,000 frames, want at most 10 a frame", o.Tries())
	}
}
