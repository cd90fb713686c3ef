package sframe

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

// testKey is a key of a suite; each seed is another secret.
func testKey(suite int, seed byte, e decrypt.E2EE) decrypt.Key {
	return decrypt.Key{
		ID: fmt.Sprintf("suite %d, secret %d", suite, seed), Type: "oct",
		Alg: prefix + suites[suite-1].name, Secret: decrypt.Secret(pattern(32, seed)), E2EE: e,
	}
}

func newSealer(t testing.TB, k decrypt.Key, o SealerOptions) *Sealer {
	t.Helper()
	s, err := NewSealer(k, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sealed(t testing.TB, s *Sealer, plain string, m decrypt.Meta) []byte {
	t.Helper()
	frame, err := s.Seal(nil, []byte(plain), m)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

// openAll opens frames as the product opens a track.
func openAll(t testing.TB, o *Opener, frames [][]byte, m decrypt.Meta) (opened []decrypt.Result, failed []error) {
	t.Helper()
	var track []decrypttest.Encrypted
	for _, f := range frames {
		track = append(track, decrypttest.Encrypted{Data: f, Meta: m})
	}
	out, failed := decrypttest.OpenTrack(t, o, track)
	for _, f := range out {
		opened = append(opened, f.Result)
	}
	return opened, failed
}

func TestSuitesUnderOneKeyID(t *testing.T) {
	var keys []decrypt.Key
	for suite := range len(suites) {
		keys = append(keys, testKey(suite+1, 1, decrypt.E2EE{KeyID: new(uint64(9))}))
	}
	for i := range keys {
		o := newOpener(t, keys...)
		s := newSealer(t, keys[i], SealerOptions{})
		var frames [][]byte
		for n := range 10 {
			frames = append(frames, sealed(t, s, fmt.Sprintf("frame %d", n), decrypt.Meta{}))
		}
		opened, failed := openAll(t, o, frames, decrypt.Meta{})
		if len(opened) != 10 {
			t.Errorf("%s: %d of 10 frames opened, %v", keys[i].ID, len(opened), failed)
		}
		for _, res := range opened {
			if res.Key != keys[i].ID || string(res.Plain) != fmt.Sprintf("frame %d", res.Counter) {
				t.Errorf("%s: %q opened under %s", keys[i].ID, res.Plain, res.Key)
			}
		}
	}
}

// TestLongTagsNeedNoConfirmation: a short-tag key beside it must not make a
// long-tag key wait for a second frame.
func TestLongTagsNeedNoConfirmation(t *testing.T) {
	short, long := testKey(3, 1, decrypt.E2EE{}), testKey(1, 2, decrypt.E2EE{})
	o := newOpener(t, short, long)
	if _, err := o.Open(nil, sealed(t, newSealer(t, long, SealerOptions{}), "one", decrypt.Meta{}), decrypt.Meta{}); err != nil {
		t.Errorf("the only frame under a long-tag key: %v", err)
	}
	s := newSealer(t, short, SealerOptions{KID: 1})
	first := sealed(t, s, "one", decrypt.Meta{})
	for range 2 { // the same frame again confirms nothing
		if _, err := o.Open(nil, first, decrypt.Meta{}); !errors.Is(err, decrypt.ErrHold) {
			t.Errorf("the first frame under a short-tag key that was searched for: %v, want ErrHold", err)
		}
	}
	if res, err := o.Open(nil, sealed(t, s, "two", decrypt.Meta{}), decrypt.Meta{}); err != nil || !res.Adopted {
		t.Errorf("the second one: %v, adopted %v", err, res.Adopted)
	}
	if _, err := o.Open(nil, first, decrypt.Meta{}); err != nil {
		t.Errorf("the first one again: %v", err)
	}
}

// TestTwoSuitesUnderOneKeyIDAreAChoice: only a short-tag key that is alone
// under its key id is believed at once.
func TestTwoSuitesUnderOneKeyIDAreAChoice(t *testing.T) {
	e := decrypt.E2EE{KeyID: new(uint64(9))}
	short, long := testKey(3, 1, e), testKey(1, 2, e)
	frame := sealed(t, newSealer(t, short, SealerOptions{}), "one", decrypt.Meta{})
	if err := second(newOpener(t, short).Open(nil, frame, decrypt.Meta{})); err != nil {
		t.Errorf("alone: %v", err)
	}
	if err := second(newOpener(t, short, long).Open(nil, frame, decrypt.Meta{})); !errors.Is(err, decrypt.ErrHold) {
		t.Errorf("beside another key: %v, want ErrHold", err)
	}
}

// TestHeldFramesLeaveNothing: a match that waits for confirmation has been
// decrypted, and must not stand behind dst.
func TestHeldFramesLeaveNothing(t *testing.T) {
	k := testKey(3, 1, decrypt.E2EE{})
	frame := sealed(t, newSealer(t, k, SealerOptions{}), "secret media", decrypt.Meta{})
	room := []byte("before, and much room behind it")
	res, err := newOpener(t, k).Open(room[:6], frame, decrypt.Meta{})
	if !errors.Is(err, decrypt.ErrHold) || string(res.Plain) != "before" {
		t.Fatalf("%q, %v, want ErrHold", res.Plain, err)
	}
	if want := "before" + strings.Repeat("\x00", len("secret media")) + "oom behind it"; string(room) != want {
		t.Errorf("%q is left in the buffer, want %q", room, want)
	}
}

func TestFramesTooShortForAnyTag(t *testing.T) {
	o := newOpener(t, testKey(4, 1, decrypt.E2EE{KeyID: new(uint64(5))}))
	for n := range 17 {
		for _, kid := range []uint64{5, 6} {
			frame := append(Header{KID: kid}.Append(nil), make([]byte, n)...)
			err := second(o.Open(nil, frame, decrypt.Meta{}))
			_, noKey := errors.AsType[*decrypt.NoKeyError](err)
			switch tooShort := n < 4 || n < 16 && kid == 5; {
			case tooShort && !errors.Is(err, decrypt.ErrFormat), !tooShort && kid == 6 && !noKey, !tooShort && kid == 5 && !errors.Is(err, decrypt.ErrAuth):
				t.Errorf("key id %d, %d bytes behind the header: %v", kid, n, err)
			}
		}
	}
}

func TestUnnamedKeysServeEveryKeyID(t *testing.T) {
	keys := []decrypt.Key{
		testKey(4, 1, decrypt.E2EE{}),
		testKey(4, 2, decrypt.E2EE{}),
		testKey(4, 3, decrypt.E2EE{KeyID: new(uint64(5))}),
	}
	o := newOpener(t, keys...)
	for i, k := range keys {
		for _, kid := range []uint64{5, 1 << 40} {
			s := newSealer(t, k, SealerOptions{KID: kid})
			res, err := o.Open(nil, sealed(t, s, "media", decrypt.Meta{}), decrypt.Meta{})
			if err != nil || res.Key != k.ID {
				t.Errorf("key %d, key id %d: opened under %q, %v", i, kid, res.Key, err)
			}
		}
	}
}

func TestRatchet(t *testing.T) {
	for _, c := range []struct {
		bits  int
		steps []int
	}{
		{0, []int{0, 1, 2, 3, 3, 7, 8, 1024}},
		{4, []int{0, 1, 5, 15, 16, 17, 40, 41, 200, 1000}},
		{8, []int{3, 255, 256, 600, 1024}},
		{16, []int{0, 1, 1023, 1024}},
		{63, []int{0, 1, 1024}},
	} {
		for _, suite := range []int{2, 3, 5, 8} {
			k := testKey(suite, 1, decrypt.E2EE{KDF: "ratchet", RatchetBits: c.bits, Generation: 1})
			o := newOpener(t, k)
			for _, step := range c.steps {
				s := newSealer(t, k, SealerOptions{Step: step})
				var frames [][]byte
				for n := range 120 {
					frames = append(frames, sealed(t, s, fmt.Sprint(step, n), decrypt.Meta{}))
				}
				opened, failed := openAll(t, o, frames, decrypt.Meta{})
				if len(opened) != len(frames) {
					t.Errorf("suite %d, R=%d, step %d: %d opened, %v", suite, c.bits, step, len(opened), failed)
				}
				if i := slices.IndexFunc(opened, func(r decrypt.Result) bool { return r.Step != step }); i >= 0 {
					t.Errorf("suite %d, R=%d: step %d, want %d", suite, c.bits, opened[i].Step, step)
				}
			}
		}
	}
}

func TestRatchetIsBounded(t *testing.T) {
	for _, bits := range []int{0, 4, 63} {
		k := testKey(4, 1, decrypt.E2EE{KDF: "ratchet", RatchetBits: bits})
		o, err := NewOpener([]decrypt.Key{k}, Options{MaxRatchet: 20})
		if err != nil {
			t.Fatal(err)
		}
		last := sealed(t, newSealer(t, k, SealerOptions{Step: 20}), "media", decrypt.Meta{})
		beyond := sealed(t, newSealer(t, k, SealerOptions{Step: 21}), "media", decrypt.Meta{})
		opened, _ := openAll(t, o, [][]byte{beyond, beyond, beyond, beyond, last, beyond, last, last}, decrypt.Meta{})
		if len(opened) == 0 {
			t.Errorf("R=%d: step 20 does not open", bits)
		}
		for _, res := range opened {
			if res.Step != 20 {
				t.Errorf("R=%d: step %d opens beyond the bound of 20", bits, res.Step)
			}
		}
	}
	// A key id may show any step: it must cost nothing.
	k := testKey(4, 1, decrypt.E2EE{KDF: "ratchet", RatchetBits: 63})
	frame := append(Header{KID: 1<<63 - 1}.Append(nil), pattern(40, 1)...)
	o := newOpener(t, k)
	noKey, ok := errors.AsType[*decrypt.NoKeyError](second(o.Open(nil, frame, decrypt.Meta{})))
	if !ok || noKey.ID != 1<<63-1 || o.Tries() != 0 {
		t.Errorf("step 2^63-1: %v after %d tries, want no key", noKey, o.Tries())
	}
}

func second(_ decrypt.Result, err error) error { return err }

func TestMLSEpochsThatShareAKeyID(t *testing.T) {
	var keys []decrypt.Key
	for epoch := range uint64(40) {
		keys = append(keys, testKey(5, byte(epoch), decrypt.E2EE{KDF: "mls", Epoch: &epoch, EpochBits: 4, SenderBits: 6}))
	}
	o := newOpener(t, keys...)
	for _, k := range keys {
		for sender := range uint64(5) {
			s := newSealer(t, k, SealerOptions{Sender: sender})
			for range 3 {
				res, err := o.Open(nil, sealed(t, s, "media", decrypt.Meta{}), decrypt.Meta{})
				if err != nil || res.Key != k.ID || res.KID != sender<<4|*k.Epoch%16 {
					t.Fatalf("epoch %d, sender %d: key %q, key id %#x, %v", *k.Epoch, sender, res.Key, res.KID, err)
				}
			}
		}
	}
}

func TestNoKeyErrorNamesTheFile(t *testing.T) {
	o := newOpener(t,
		testKey(4, 1, decrypt.E2EE{KeyID: new(uint64(5))}),
		testKey(1, 2, decrypt.E2EE{KeyID: new(uint64(5))}),
		testKey(4, 3, decrypt.E2EE{KDF: "ratchet", RatchetBits: 8, Generation: 2}),
		testKey(4, 4, decrypt.E2EE{KDF: "mls", Epoch: new(uint64(17)), EpochBits: 4}))
	frame := append(Header{KID: 0x1000}.Append(nil), pattern(40, 1)...)
	noKey, ok := errors.AsType[*decrypt.NoKeyError](second(o.Open(nil, frame, decrypt.Meta{})))
	if want := []uint64{5, 2 << 8, 1}; !ok || noKey.ID != 0x1000 || !slices.Equal(noKey.Have, want) {
		t.Errorf("%v, want no key with id 4096 and %d", noKey, want)
	}
	var many []decrypt.Key
	for id := range uint64(100) {
		many = append(many, testKey(4, 1, decrypt.E2EE{KeyID: &id}))
	}
	noKey, ok = errors.AsType[*decrypt.NoKeyError](second(newOpener(t, many...).Open(nil, frame, decrypt.Meta{})))
	if !ok || len(noKey.Have) != maxHave {
		t.Errorf("%v, want %d ids", noKey, maxHave)
	}
}

// TestKeyIDsWithoutEnd: a file may name as many key ids as it has frames.
func TestKeyIDsWithoutEnd(t *testing.T) {
	var many []decrypt.Key
	for range 1000 {
		many = append(many, testKey(4, 1, decrypt.E2EE{}))
	}
	for _, keys := range [][]decrypt.Key{many[:1], many} {
		o := newOpener(t, keys...)
		for kid := range uint64(maxChoices + 1) {
			frame := append(Header{KID: kid}.Append(nil), pattern(40, 1)...)
			if _, err := o.Open(nil, frame, decrypt.Meta{}); err == nil {
				t.Fatal("noise opens")
			}
			if len(o.choices) > maxChoices || len(o.choices)*len(keys) > maxListed+len(keys) {
				t.Fatalf("%d keys: %d key ids are remembered", len(keys), len(o.choices))
			}
		}
		if _, err := o.Open(nil, sealed(t, newSealer(t, keys[0], SealerOptions{}), "media", decrypt.Meta{}), decrypt.Meta{}); err != nil {
			t.Error(err)
		}
	}
}
