package decrypt

import (
	"errors"
	"testing"
)

// ringOpener is a scheme that knows frames by the number in them: it opens
// those under one candidate, and searches as all do.
type ringOpener struct {
	ring  Ring
	keys  int
	right Candidate
	err   error // what it says of every frame, without a search
	xor   bool
}

func (o *ringOpener) Tries() int64 { return o.ring.Tries() }

func (o *ringOpener) Open(dst, frame []byte, _ Meta) (Result, error) {
	if o.err != nil {
		return Result{Plain: dst}, o.err
	}
	if o.xor {
		return Result{Plain: append(dst, frame...), Unauthenticated: true}, nil
	}
	_, adopted, err := o.ring.Open(0, upTo(o.keys), false, frame, lock{o.right})
	if err != nil {
		return Result{Plain: dst}, err
	}
	return Result{Plain: append(dst, frame...), Adopted: adopted}, nil
}

func wrong() *ringOpener {
	return &ringOpener{ring: Ring{MaxStep: 1024}, keys: 50, right: Candidate{-1, -1}}
}

func TestAnySpendsNoMoreThanOne(t *testing.T) {
	const frames = 500
	a := Any(wrong(), wrong(), wrong(), wrong())
	for n := range frames {
		if _, err := a.Open(nil, frameNo(n), Meta{}); !errors.Is(err, ErrHold) && !errors.Is(err, ErrAuth) {
			t.Fatal(err)
		}
	}
	if got := tries(a); got > 10*frames {
		t.Errorf("%d frames cost %d tries, want at most 10 a frame", frames, got)
	}
}

func TestAnyFindsTheRightOneBehindOthers(t *testing.T) {
	right := &ringOpener{ring: Ring{MaxStep: 1024}, keys: 3, right: Candidate{2, 0}}
	a := Any(wrong(), wrong(), wrong(), right)
	for n := range 20 {
		res, err := a.Open(nil, frameNo(n), Meta{})
		if err == nil {
			if !res.Adopted {
				t.Error("the first frame that opens is not told to be it: those held would stay so")
			}
			// From now on it is asked first, and the others not at all.
			before := tries(a)
			if _, err := a.Open(nil, frameNo(n+1), Meta{}); err != nil || tries(a) != before+1 {
				t.Errorf("the next frame: %v, %d tries", err, tries(a)-before)
			}
			return
		}
		if !errors.Is(err, ErrHold) {
			t.Fatalf("frame %d: %v, want ErrHold while the others have not been asked", n, err)
		}
	}
	t.Fatal("not found")
}

func TestAnyBelievesNoXORAfterAProof(t *testing.T) {
	right := &ringOpener{keys: 1, right: Candidate{0, 0}}
	a := Any(right, &ringOpener{xor: true})
	if _, err := a.Open(nil, frameNo(1), Meta{}); err != nil {
		t.Fatal(err)
	}
	right.right = Candidate{-1, -1}
	res, err := a.Open([]byte("kept"), frameNo(2), Meta{})
	if !errors.Is(err, ErrAuth) || string(res.Plain) != "kept" {
		t.Errorf("got %q, %v; want ErrAuth and dst as it was", res.Plain, err)
	}
}

func TestAnySaysWhatWasRecognised(t *testing.T) {
	noKey := &NoKeyError{Scheme: "toy", ID: 7}
	a := Any(&ringOpener{err: ErrFormat}, &ringOpener{err: noKey}, &ringOpener{err: ErrClear})
	_, err := a.Open(nil, frameNo(1), Meta{})
	var got *NoKeyError
	if !errors.As(err, &got) || got != noKey {
		t.Errorf("got %v, want %v", err, noKey)
	}
}
