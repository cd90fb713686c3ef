package sframejs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

func otherPoint(t testing.TB) *ecdsa.PublicKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &k.PublicKey
}

// keyOf is a key file's entry for a sender; without one it is for all.
func keyOf(kid, secret string, sender ...uint64) decrypt.Key {
	k := decrypt.Key{ID: kid, Type: "oct", Alg: alg, Secret: decrypt.Secret(secret)}
	if len(sender) > 0 {
		k.KeyID = &sender[0]
	}
	return k
}

func skipping(k decrypt.Key, skip bool) decrypt.Key {
	k.SkipVP8Header = &skip
	return k
}

var (
	audio = decrypt.Meta{Kind: decrypt.Audio, Codec: "opus"}
	video = decrypt.Meta{Kind: decrypt.Video, Codec: "vp8"}
)

func TestContract(t *testing.T) {
	frames := decrypttest.Frames(t)
	two := decrypttest.Frames(t, "opus", "vp8")
	var long []decrypttest.Frame // enough to skip something of
	for _, f := range frames {
		if f.Meta.Kind == decrypt.Audio || len(f.Data) >= clearBytes(f.Data[0]) {
			long = append(long, f)
		}
	}
	some := slices.DeleteFunc(slices.Clone(long), func(f decrypttest.Frame) bool { return f.Meta.Codec != "vp8" })
	key, other := keyOf("alice", "the first secret", 300), keyOf("mallory", "the other secret", 300)
	loose := keyOf("for all", "yet another secret")
	for _, c := range []struct {
		name         string
		sealer       decrypt.Key
		keys, others []decrypt.Key
		frames       []decrypttest.Frame
		clear        bool
	}{
		{"one key", key, []decrypt.Key{key}, []decrypt.Key{other}, frames, false},
		{"keys without an id among them", key, []decrypt.Key{loose, key}, []decrypt.Key{other, loose}, two, false},
		{"a key without an id", key, []decrypt.Key{keyOf("alice", "the first secret")}, []decrypt.Key{loose}, two, false},
		{"VP8 header skipped, and found out", skipping(key, true), []decrypt.Key{key}, []decrypt.Key{other, loose}, long, true},
		{"VP8 header skipped, by the key file", skipping(key, true), []decrypt.Key{skipping(key, true)}, []decrypt.Key{skipping(other, true)}, some, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			decrypttest.Run(t, decrypttest.Config{
				Opener:   func(t testing.TB) decrypt.Opener { return mustOpener(t, c.keys) },
				Stranger: func(t testing.TB) decrypt.Opener { return mustOpener(t, c.others) },
				Sealer:   func(t testing.TB) decrypt.Sealer { return mustSealer(t, c.sealer, SealerOptions{}) },
				Frames:   c.frames,
				Secrets:  [][]byte{key.Secret, other.Secret},
				Unprotected: func(f decrypttest.Frame, sealed []byte, i int) bool {
					return c.clear && f.Meta.Kind == decrypt.Video && i < clearBytes(sealed[0])
				},
			})
		})
	}
}

func TestNoKey(t *testing.T) {
	o := mustOpener(t, []decrypt.Key{keyOf("a", "secret", 5), keyOf("b", "secret", 7), {Alg: "JITSI-GCM"}})
	frame, err := mustSealer(t, keyOf("c", "secret", 300), SealerOptions{}).Seal(nil, make([]byte, 50), audio)
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.Open(nil, frame, audio)
	var noKey *decrypt.NoKeyError
	if !errors.As(err, &noKey) || noKey.ID != 300 || fmt.Sprint(noKey.Have) != "[5 7]" || noKey.Scheme != SchemeName {
		t.Errorf("got %#v", err)
	}
	if n := testing.AllocsPerRun(10, func() { o.Open(nil, frame, audio) }); n != 0 {
		t.Errorf("%v allocations for each frame without a key", n)
	}
}

// TestNoKeyOfSkippedHeader: the id is looked for where the key file says.
func TestNoKeyOfSkippedHeader(t *testing.T) {
	frame, err := mustSealer(t, skipping(keyOf("c", "secret", 300), true), SealerOptions{}).Seal(nil, []byte{0x10, 2, 0, 0x9d, 1, 0x2a, 0, 1, 0, 1, 5}, video)
	if err != nil {
		t.Fatal(err)
	}
	var noKey *decrypt.NoKeyError
	_, err = mustOpener(t, []decrypt.Key{skipping(keyOf("a", "secret", 5), true)}).Open(nil, frame, video)
	if !errors.As(err, &noKey) || noKey.ID != 300 {
		t.Errorf("got %v, want no key 300", err)
	}
}

func TestFilters(t *testing.T) {
	right, wrong := uint32(1), uint32(2)
	for _, c := range []struct {
		name   string
		filter func(*decrypt.Key)
		opens  bool
	}{
		{"no filter", func(*decrypt.Key) {}, true},
		{"ssrc of the track", func(k *decrypt.Key) { k.SSRC = &right }, true},
		{"ssrc of another track", func(k *decrypt.Key) { k.SSRC = &wrong }, false},
		{"kind of the track", func(k *decrypt.Key) { k.Kind = "video" }, true},
		{"kind of another track", func(k *decrypt.Key) { k.Kind = "audio" }, false},
		{"clear bytes that are not there", func(k *decrypt.Key) { *k = skipping(*k, true) }, false},
		{"no clear bytes", func(k *decrypt.Key) { *k = skipping(*k, false) }, true},
	} {
		k := keyOf("a", "secret", 5)
		m := video
		m.SSRC = right
		frame, err := mustSealer(t, k, SealerOptions{}).Seal(nil, make([]byte, 50), m)
		if err != nil {
			t.Fatal(err)
		}
		c.filter(&k)
		if _, err := mustOpener(t, []decrypt.Key{k}).Open(nil, frame, m); (err == nil) != c.opens {
			t.Errorf("%s: %v, opens should be %t", c.name, err, c.opens)
		}
	}
}

// TestOrderFromClearBytes: in the frames of 0.0.3 that have clear bytes, these
// tell the order of the IV.
func TestOrderFromClearBytes(t *testing.T) {
	old := skipping(keyOf("a", "secret", 5), true)
	old.IVOrder = "kid-ctr"
	unset := keyOf("a", "secret", 5)
	s, o := mustSealer(t, old, SealerOptions{Counter: 300}), mustOpener(t, []decrypt.Key{unset})
	for n := range 5 {
		plain := append([]byte{0x31, byte(n), 7}, "the rest of a delta frame"...)
		frame, err := s.Seal(nil, plain, video)
		if err != nil {
			t.Fatal(err)
		}
		if n == 3 {
			frame[1] ^= 1 // a clear byte altered on the way, which tells nothing
		}
		res, err := o.Open(nil, frame, video)
		if err != nil || !bytes.Equal(res.Plain, plain) || res.ClearDiffers != (n == 3) {
			t.Errorf("frame %d: %v, %q, clear differs %t", n, err, res.Plain, res.ClearDiffers)
		}
	}
}

func TestDeepRatchet(t *testing.T) {
	k := keyOf("a", "secret", 5)
	o := mustOpener(t, []decrypt.Key{k, keyOf("b", "other", 5)})
	for _, step := range []int{0, 1, 2, 40, 41} {
		s := mustSealer(t, k, SealerOptions{Counter: uint64(1000 * step), Step: step})
		var res decrypt.Result
		err := decrypt.ErrHold
		for n := 0; n < 20 && errors.Is(err, decrypt.ErrHold); n++ {
			frame, sealErr := s.Seal(nil, []byte("some frame"), audio)
			if sealErr != nil {
				t.Fatal(sealErr)
			}
			res, err = o.Open(nil, frame, audio)
		}
		if err != nil || res.Step != step || res.Key != "a" {
			t.Fatalf("step %d: %v, opened at step %d of %q", step, err, res.Step, res.Key)
		}
	}
	for _, k := range o.keys {
		if len(k.warm) > maxWarm {
			t.Errorf("%d ciphers are kept of a key, want %d at most", len(k.warm), maxWarm)
		}
	}
}

func TestNewOpenerRefuses(t *testing.T) {
	bad := keyOf("a", "secret", 5)
	bad.IVOrder = "ctr"
	for name, keys := range map[string][]decrypt.Key{
		"unknown order":                  {bad},
		"no secret":                      {keyOf("a", "", 5)},
		"an id wider than the header's":  {keyOf("a", "secret", 1<<56)},
		"the same behind a key in order": {keyOf("a", "secret", 5), keyOf("b", "", 6)},
	} {
		if _, err := NewOpener(keys, Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewOpener(nil, Options{MaxRatchet: -1}); err == nil {
		t.Error("-1 ratchet steps: no error")
	}
}

func TestSealerRefuses(t *testing.T) {
	ratcheted := SealerOptions{Step: -1}
	other := keyOf("a", "secret", 5)
	other.Alg = "JITSI-GCM"
	for name, f := range map[string]func() (*Sealer, error){
		"no sender":             func() (*Sealer, error) { return NewSealer(keyOf("a", "secret"), SealerOptions{}) },
		"a sender of six bytes": func() (*Sealer, error) { return NewSealer(keyOf("a", "secret", 1<<40), SealerOptions{}) },
		"a step back":           func() (*Sealer, error) { return NewSealer(keyOf("a", "secret", 5), ratcheted) },
		"another scheme":        func() (*Sealer, error) { return NewSealer(other, SealerOptions{}) },
	} {
		if _, err := f(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	s := mustSealer(t, skipping(keyOf("a", "secret", 5), true), SealerOptions{Counter: maxCounter})
	for _, frame := range [][]byte{nil, {1, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8}} {
		if got, err := s.Seal([]byte("dst"), frame, video); err == nil || string(got) != "dst" {
			t.Errorf("a frame of %d bytes without a whole VP8 header: %q, %v", len(frame), got, err)
		}
	}
	if _, err := s.Seal(nil, []byte{1, 2, 3}, video); err != nil {
		t.Errorf("the last counter: %v", err)
	}
	if _, err := s.Seal(nil, []byte{1, 2, 3}, video); err == nil {
		t.Error("a counter that the header cannot tell: no error")
	}
}
