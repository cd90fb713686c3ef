package livekit

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err) // in a test's constant
	}
	return b
}

func rawKey(id string, index uint64) decrypt.Key {
	return decrypt.Key{
		ID: id, Type: "oct", Alg: "LIVEKIT-A128GCM", Secret: []byte("raw key " + id),
		E2EE: decrypt.E2EE{KDF: "HKDF", Index: &index},
	}
}

// cheapPassphrase is a passphrase whose derivation costs a test nothing.
func cheapPassphrase(id string, index uint64) decrypt.Key {
	k := rawKey(id, index)
	k.KDF, k.Iterations = "PBKDF2", 1
	return k
}

func videoMeta(codec string, n int) decrypt.Meta {
	return decrypt.Meta{Kind: decrypt.Video, Codec: codec, SSRC: 77, Timestamp: uint32(3000 * n)}
}

// seal makes the n-th frame of a sender.
func seal(t testing.TB, k decrypt.Key, step int, plain []byte, m decrypt.Meta) []byte {
	t.Helper()
	s, err := NewSealer(k, SealerOptions{Step: step, Count: 1 + m.Timestamp/3000})
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Seal(nil, plain, m)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// vp8Frame is a frame of VP8 as far as the first bit tells.
func vp8Frame(n int) []byte {
	f := bytes.Repeat([]byte{byte(n)}, 60)
	f[0] = 1
	if n%30 == 0 {
		f[0] = 0
	}
	return f
}

func TestOpenRatchetedFarAlready(t *testing.T) {
	k := rawKey("k", 0)
	for _, step := range []int{1, 2, 7, 300} {
		o := newOpener(t, []decrypt.Key{k}, 0)
		held := 0
		for n := 0; ; n++ {
			res, err := o.Open(nil, seal(t, k, step, vp8Frame(n), videoMeta("vp8", n)), videoMeta("vp8", n))
			if errors.Is(err, decrypt.ErrHold) && n < 100 {
				held++
				continue
			}
			if err != nil || !res.Adopted || res.Step != step {
				t.Fatalf("step %d: frame %d: step %d, %v", step, n, res.Step, err)
			}
			break
		}
		if step < 8 && held > 1 {
			t.Errorf("step %d: %d frames held, want at most 1", step, held)
		}
	}
}

func TestOpenFollowsRatchets(t *testing.T) {
	k := rawKey("k", 3)
	o := newOpener(t, []decrypt.Key{k}, 0)
	const frames = 2000
	for n := range frames {
		step := n / 100
		res, err := o.Open(nil, seal(t, k, step, vp8Frame(n), videoMeta("vp8", n)), videoMeta("vp8", n))
		if err != nil || res.Step != step || !bytes.Equal(res.Plain, vp8Frame(n)) {
			t.Fatalf("frame %d: step %d, want %d (%v)", n, res.Step, step, err)
		}
		if want := n%100 == 0; res.Adopted != want {
			t.Fatalf("frame %d: adopted %v", n, res.Adopted)
		}
	}
	if got := float64(o.Tries()) / frames; got > 1.05 {
		t.Errorf("%.3f tries a frame, want at most 1.05", got)
	}
}

// The library's sender may know its codec only after some frames.
func TestOpenSenderLearnsItsCodecWhileRatcheted(t *testing.T) {
	k := rawKey("k", 0)
	o := newOpener(t, []decrypt.Key{k}, 0)
	unknown, known := videoMeta("", 0), videoMeta("h264", 0)
	unknown.Type, known.Type = decrypt.KeyFrame, decrypt.KeyFrame
	plain := unhex("000000016588350c5161e3976561880f504a514bd0292ba956b7d5448512")
	early := seal(t, k, 5, plain, unknown)
	if _, err := o.Open(nil, early, known); !errors.Is(err, decrypt.ErrHold) {
		t.Fatalf("first frame: %v, want ErrHold while the step is searched", err)
	}
	res, err := o.Open(nil, seal(t, k, 5, plain, known), known)
	if err != nil || !res.Adopted || res.Step != 5 {
		t.Fatalf("second frame: %+v, %v", res, err)
	}
	res, err = o.Open(nil, early, known)
	if err != nil || !bytes.Equal(res.Plain, plain) || res.Step != 5 {
		t.Fatalf("the held frame: %+v, %v", res, err)
	}
}

func TestOpenNoKeyFitsIsBounded(t *testing.T) {
	var keys []decrypt.Key
	for i := range 20 {
		keys = append(keys, rawKey(fmt.Sprint("hkdf ", i), 0), cheapPassphrase(fmt.Sprint("pbkdf2 ", i), 0))
	}
	right := rawKey("not in the file", 0)
	for _, codec := range []string{"vp8", "h264", "av1", ""} {
		o := newOpener(t, keys, 0)
		const frames = 300
		for n := range frames {
			m := videoMeta(codec, n)
			plain := append(unhex("0000000167420000000168870000000165880000000141"), vp8Frame(n)...)
			f := seal(t, right, 0, plain, videoMeta("h264", n))
			if _, err := o.Open(nil, f, m); !errors.Is(err, decrypt.ErrHold) && !errors.Is(err, decrypt.ErrAuth) {
				t.Fatal(err)
			}
		}
		if got := o.Tries(); got > 10*frames {
			t.Errorf("%s: %d tries for %d frames, want at most 10 a frame", codec, got, frames)
		}
	}
}

func TestOpenManyParticipantsUnderOneIndex(t *testing.T) {
	var keys []decrypt.Key
	for i := range 60 {
		keys = append(keys, rawKey(fmt.Sprint("participant ", i), 0))
	}
	o := newOpener(t, keys, 0)
	const frames = 4000
	adopted := 0
	for n := range frames {
		m := videoMeta("vp8", n)
		res, err := o.Open(nil, seal(t, keys[41], 0, vp8Frame(n), m), m)
		if err != nil && !errors.Is(err, decrypt.ErrHold) || n > 10 && err != nil {
			t.Fatalf("frame %d: %v", n, err)
		}
		if res.Adopted {
			adopted++
		}
		if err == nil && res.Key != "participant 41" {
			t.Fatalf("opened by %q", res.Key)
		}
	}
	if got := float64(o.Tries()) / frames; got > 1.05 || adopted != 1 {
		t.Errorf("%.3f tries a frame, %d adoptions, want at most 1.05 and 1", got, adopted)
	}
}

func TestOpenKeyWithoutIndexFitsAll(t *testing.T) {
	anyIndex := rawKey("any", 0)
	anyIndex.Index = nil
	sender := rawKey("any", 9) // the same secret
	o := newOpener(t, []decrypt.Key{anyIndex, rawKey("other", 9)}, 0)
	m := videoMeta("vp8", 1)
	res, err := o.Open(nil, seal(t, sender, 0, vp8Frame(1), m), m)
	if err != nil || res.Key != "any" || res.KID != 9 {
		t.Errorf("got %q, index %d, %v", res.Key, res.KID, err)
	}
}

func TestOpenFilters(t *testing.T) {
	m := videoMeta("vp8", 1)
	other, recorded := uint32(78), uint32(77)
	for _, tt := range []struct {
		name  string
		set   func(*decrypt.Key)
		meta  decrypt.Meta
		opens bool
	}{
		{"no filter", func(*decrypt.Key) {}, m, true},
		{"right kind", func(k *decrypt.Key) { k.Kind = "video" }, m, true},
		{"other kind", func(k *decrypt.Key) { k.Kind = "audio" }, m, false},
		{"right SSRC", func(k *decrypt.Key) { k.SSRC = &recorded }, m, true},
		{"other SSRC", func(k *decrypt.Key) { k.SSRC = &other }, m, false},
		{"SSRC as sent, rewritten by a server", func(k *decrypt.Key) { k.SSRC = &recorded }, decrypt.Meta{Kind: decrypt.Video, Codec: "vp8", SSRC: 1}, true},
	} {
		k := rawKey("k", 0)
		f := seal(t, k, 0, vp8Frame(1), m)
		tt.set(&k)
		_, err := newOpener(t, []decrypt.Key{k}, 0).Open(nil, f, tt.meta)
		var noKey *decrypt.NoKeyError
		if tt.opens && err != nil || !tt.opens && !errors.As(err, &noKey) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestMaxStep(t *testing.T) {
	for _, tt := range []struct{ max, raw, passphrase int }{
		{0, 1024, 64}, {-1, 0, 0}, {1024, 1024, 64}, {1, 1, 1}, {8, 8, 8}, {100, 100, 8}, {16384, 16384, 1024},
	} {
		o := Options{MaxRatchet: tt.max}
		if raw, pass := o.maxStep(false), o.maxStep(true); raw != tt.raw || pass != tt.passphrase {
			t.Errorf("MaxRatchet %d: %d and %d steps, want %d and %d", tt.max, raw, pass, tt.raw, tt.passphrase)
		}
	}
}

func TestPassphraseSearchEndsAtItsBound(t *testing.T) {
	k := cheapPassphrase("deep", 0)
	for _, tt := range []struct {
		step  int
		found bool
	}{{64, true}, {65, false}} {
		// The raw key reaches further, and takes the Ring there.
		o := newOpener(t, []decrypt.Key{k, rawKey("raw", 0)}, 0)
		found := false
		for n := range 400 {
			m := videoMeta("vp8", n)
			_, err := o.Open(nil, seal(t, k, tt.step, vp8Frame(n), m), m)
			found = found || err == nil
		}
		if found != tt.found {
			t.Errorf("step %d: found is %v, want %v", tt.step, found, tt.found)
		}
		if got := len(o.attempt.keys[0].chain.keys); got > 65 {
			t.Errorf("%d chain keys derived, want at most 65", got)
		}
	}
}

func TestCacheIsShared(t *testing.T) {
	var c Cache
	k := cheapPassphrase("shared", 0)
	m := videoMeta("vp8", 0)
	f := seal(t, k, 6, vp8Frame(0), m)
	var wg sync.WaitGroup
	openers := make([]*Opener, 4)
	for i := range openers {
		o, err := NewOpener([]decrypt.Key{k}, Options{Cache: &c})
		if err != nil {
			t.Fatal(err)
		}
		openers[i] = o
		wg.Go(func() {
			if _, err := o.Open(nil, f, m); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, o := range openers {
		if got, want := o.attempt.keys[0].chain, openers[0].attempt.keys[0].chain; got != want {
			t.Error("two chains for one key")
		}
	}
	if len(c.chains) != 1 {
		t.Errorf("%d chains, want 1", len(c.chains))
	}
	same, salt := k, "salt"
	same.Salt = &salt
	more := k
	more.Iterations = 2
	raw := k
	raw.KDF = "HKDF"
	if _, err := NewOpener([]decrypt.Key{same, more, raw}, Options{Cache: &c}); err != nil || len(c.chains) != 4 {
		t.Errorf("%d chains for 4 different derivations (%v)", len(c.chains), err)
	}
}

func TestCachePrintsNoKeys(t *testing.T) {
	var c Cache
	k := rawKey("k", 0)
	k.Secret = []byte("do not print me")
	if _, err := NewOpener([]decrypt.Key{k}, Options{Cache: &c}); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%v %+v %#v %s %x %d", &c, &c, &c, &c, &c, &c); got != strings.Repeat("[keys] ", 5)+"[keys]" {
		t.Errorf("printed as %q", got)
	}
}
