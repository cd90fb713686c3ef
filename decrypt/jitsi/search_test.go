package jitsi

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// sender seals a track of small frames, each different.
type sender struct {
	*Sealer
	n uint32
	m decrypt.Meta
}

func newSender(t testing.TB, k decrypt.Key, o SealerOptions, m decrypt.Meta) *sender {
	t.Helper()
	return &sender{newSealer(t, k, o), 0, m}
}

func (s *sender) next(t testing.TB) (sealed, plain []byte) {
	t.Helper()
	s.n++
	plain = binary.BigEndian.AppendUint32([]byte{1}, s.n) // bit 0: no key frame
	s.m.Timestamp = s.n
	sealed, err := s.Seal(nil, plain, s.m)
	if err != nil {
		t.Fatal(err)
	}
	return sealed, plain
}

var (
	video = decrypt.Meta{Kind: decrypt.Video, Codec: "vp8", SSRC: 1}
	audio = decrypt.Meta{Kind: decrypt.Audio, Codec: "opus", SSRC: 2}
)

// secret is a key's, different for every n.
func secret(n int) decrypt.Secret {
	return bytes.Repeat(binary.BigEndian.AppendUint32(nil, uint32(n)), 8)
}

func randomKey(alg string, n int, index *uint64) decrypt.Key {
	k := decrypt.Key{ID: fmt.Sprint(n), Type: "oct", Alg: alg, Secret: secret(n)}
	k.Index = index
	return k
}

func TestRatchetIsFollowed(t *testing.T) {
	for _, alg := range []string{"JITSI-GCM", "JITSI-JFRAME-CTR"} {
		k := randomKey(alg, 7, index(2))
		o := newOpener(t, []decrypt.Key{k, randomKey(alg, 8, index(2)), randomKey(alg, 9, nil)})
		var late []byte
		for _, step := range []int{0, 1, 2, 3, 40} {
			s := newSender(t, k, SealerOptions{Step: step}, video)
			for n := range 50 {
				sealed, plain := s.next(t)
				res, err := o.Open(nil, sealed, video)
				if n == 0 && step > 3 && errors.Is(err, decrypt.ErrHold) {
					continue
				}
				if err != nil || res.Step != step || !bytes.Equal(res.Plain, plain) {
					t.Fatalf("%s, step %d, frame %d: %v, opened at step %d", alg, step, n, err, res.Step)
				}
				late = sealed
			}
			if res, err := o.Open(nil, late, video); err != nil || res.Step != step {
				t.Errorf("%s: a frame of step %d again: %v", alg, step, err)
			}
		}
	}
}

func TestMaxRatchetBoundsTheSearch(t *testing.T) {
	k := randomKey("JITSI-GCM", 7, index(2))
	sealed, _ := newSender(t, k, SealerOptions{Step: 5}, video).next(t)
	for _, c := range []struct {
		max  int
		want error
	}{{-1, decrypt.ErrAuth}, {4, decrypt.ErrAuth}, {5, nil}, {0, nil}} {
		o, err := NewOpener([]decrypt.Key{k}, Options{MaxRatchet: c.max})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Open(nil, sealed, video); !errors.Is(err, c.want) {
			t.Errorf("MaxRatchet %d, step 5: %v, want %v", c.max, err, c.want)
		}
	}
}

// Era D has no ratchet, external keys and PBKDF2's have none: what does not
// open is known at once.
func TestKeysWithoutRatchetAreNotSearched(t *testing.T) {
	for _, s := range schemes() {
		k, wrong := s.key("right", 1, index(1)), s.key("wrong", 2, index(1))
		if s.alg == "JITSI-GCM" || s.alg == "JITSI-JFRAME-CTR" && s.era != "D" {
			continue
		}
		sealed, _ := newSender(t, k, SealerOptions{}, video).next(t)
		o := newOpener(t, []decrypt.Key{wrong})
		if _, err := o.Open(nil, sealed, video); !errors.Is(err, decrypt.ErrAuth) || o.Tries() != 1 {
			t.Errorf("%v: %v after %d tries, want ErrAuth after 1", s, err, o.Tries())
		}
	}
}

// The tag of 4 bytes would fit one of 2^32 wrong keys.
func TestShortTagsWaitForASecondFrame(t *testing.T) {
	one, two := randomKey("JITSI-JFRAME-CTR", 1, index(4)), randomKey("JITSI-JFRAME-CTR", 2, index(4))
	opener := func(keys ...decrypt.Key) *Opener { return newOpener(t, keys) }
	s := newSender(t, two, SealerOptions{}, audio)
	first, _ := s.next(t)
	second, _ := s.next(t)
	o := opener(one, two)
	for range 3 {
		if _, err := o.Open(nil, first, audio); !errors.Is(err, decrypt.ErrHold) {
			t.Fatalf("the first frame: %v, want ErrHold", err)
		}
	}
	if res, err := o.Open(nil, second, audio); err != nil || !res.Adopted {
		t.Fatalf("the second frame: %v", err)
	}
	if res, err := o.Open(nil, first, audio); err != nil || res.Adopted || res.Counter != 1 {
		t.Fatalf("the first frame again: %v, counter %d", err, res.Counter)
	}
	if _, err := opener(two).Open(nil, first, audio); err != nil {
		t.Errorf("a key that the frame names alone: %v", err)
	}
	// Long tags need no second frame, not even in a file with JFrame's keys.
	gcm := randomKey("JITSI-GCM", 3, index(4))
	sealed, _ := newSender(t, gcm, SealerOptions{}, audio).next(t)
	if _, err := opener(one, two, randomKey("JITSI-GCM", 5, index(4)), gcm).Open(nil, sealed, audio); err != nil {
		t.Errorf("a tag of 16 bytes: %v", err)
	}
	sealed, _ = newSender(t, two, SealerOptions{}, video).next(t)
	if _, err := opener(one, two).Open(nil, sealed, video); err != nil {
		t.Errorf("a tag of 10 bytes: %v", err)
	}
}

// Keys with the frame's index come first, in the order of the file.
func TestOrderOfKeys(t *testing.T) {
	right := randomKey("JITSI-GCM", 0, index(1))
	any1, any2 := randomKey("JITSI-GCM", 1, nil), randomKey("JITSI-GCM", 2, nil)
	same := randomKey("JITSI-GCM", 3, index(1))
	other := randomKey("JITSI-GCM", 4, index(2))
	sealed, _ := newSender(t, right, SealerOptions{}, video).next(t)
	for _, c := range []struct {
		keys  []decrypt.Key
		tries int64
	}{
		{[]decrypt.Key{any1, other, any2, right, same}, 1},
		{[]decrypt.Key{any1, same, any2, right}, 2},
	} {
		o := newOpener(t, c.keys)
		if res, err := o.Open(nil, sealed, video); err != nil || res.Key != right.ID || o.Tries() != c.tries {
			t.Errorf("%v after %d tries, want %d", err, o.Tries(), c.tries)
		}
	}
}

// A sender that takes key after key, more than are remembered.
func TestManyKeysInTurn(t *testing.T) {
	var keys []decrypt.Key
	for n := range maxSuites + 50 {
		keys = append(keys, randomKey("JITSI-GCM", n, index(uint64(n))))
	}
	o := newOpener(t, keys)
	for n, k := range append(keys, keys[:20]...) {
		s := newSender(t, k, SealerOptions{}, video)
		for range 5 { // meanwhile the next search is saved for
			sealed, plain := s.next(t)
			if res, err := o.Open(nil, sealed, video); err != nil || res.Key != k.ID || !bytes.Equal(res.Plain, plain) {
				t.Fatalf("key %d: %v, by %q", n, err, res.Key)
			}
		}
	}
	if len(o.suites) > maxSuites {
		t.Errorf("%d suites kept, want at most %d", len(o.suites), maxSuites)
	}
}
