package decrypttest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// slow holds its first frames back until it saw the third.
type slow struct{ n int }

func (s *slow) Open(dst, frame []byte, _ decrypt.Meta) (decrypt.Result, error) {
	s.n++
	switch {
	case string(frame) == "bad":
		return decrypt.Result{Plain: dst}, decrypt.ErrAuth
	case s.n < 3:
		return decrypt.Result{Plain: dst}, decrypt.ErrHold
	}
	return decrypt.Result{Plain: append(dst, frame...), Adopted: s.n == 3}, nil
}

func TestOpenTrackOpensHeldFramesInTheirTurn(t *testing.T) {
	var frames []Encrypted
	for _, s := range []string{"one", "two", "three", "bad", "four"} {
		frames = append(frames, Encrypted{Data: []byte(s)})
	}
	opened, failed := OpenTrack(t, &slow{}, frames)
	var got []string
	for _, o := range opened {
		got = append(got, string(o.Result.Plain))
	}
	if s := strings.Join(got, " "); s != "one two three four" || fmt.Sprint(failed) != "[not authentic]" {
		t.Errorf("opened %q, failed %v", s, failed)
	}
}

func TestRefusals(t *testing.T) {
	noKey := &decrypt.NoKeyError{Scheme: "toy", ID: 3}
	for _, c := range []struct {
		want string
		err  error
		ok   bool
	}{
		{"authentication", decrypt.ErrAuth, true},
		{"authentication", decrypt.ErrFormat, true},
		{"authentication", decrypt.ErrHold, true},
		{"authentication", noKey, false},
		{"authentication", nil, false},
		{"no key", noKey, true},
		{"no key", decrypt.ErrAuth, false},
		{"authentication or no key", noKey, true},
		{"too short", decrypt.ErrFormat, true},
		{"too short", decrypt.ErrAuth, false},
		{"checksum", nil, false},
	} {
		v := Vector{Expect: Expect{Error: c.want}}
		said := listen(t, func(t testing.TB) { v.refuses(t, c.err) })
		if ok := len(said) == 0; ok != c.ok {
			t.Errorf("%v where %q is expected: accepted is %t, want %t", c.err, c.want, ok, c.ok)
		}
	}
}
