package decrypt

import "errors"

// Any opens a track with whichever of several Openers fits, for key files
// that hold keys of more than one scheme. The one that opened the last frame
// is asked first; once one has, an Opener that cannot authenticate (XOR) is
// not believed any more.
//
// Together the Openers spend no more than nine tries a frame on average, as a
// Ring does. Those that are left out for that have their turn with the next
// frame; until then frames are ErrHold.
func Any(openers ...Opener) Opener {
	if len(openers) == 1 {
		return openers[0]
	}
	return &anyOpener{openers: openers}
}

type anyOpener struct {
	openers []Opener
	proved  bool // the first of openers opened a frame and authenticated it
	credit  int64
}

// Tries is how much the Openers have spent together.
func (a *anyOpener) Tries() int64 {
	var n int64
	for _, o := range a.openers {
		n += tries(o)
	}
	return n
}

func tries(o Opener) int64 {
	if c, ok := o.(interface{ Tries() int64 }); ok {
		return c.Tries()
	}
	return 0
}

func (a *anyOpener) Open(dst, frame []byte, m Meta) (Result, error) {
	a.credit = min(a.credit+perFrame, maxCredit)
	best := ErrFormat
	for i, o := range a.openers {
		if i > 0 && a.credit <= 0 {
			a.turn(i)
			best = ErrHold
			break
		}
		before := tries(o)
		res, err := o.Open(dst, frame, m)
		a.credit -= tries(o) - before
		switch {
		case err == nil && res.Unauthenticated && a.proved:
			err = ErrAuth
		case err == nil:
			copy(a.openers[1:i+1], a.openers[:i])
			a.openers[0] = o
			a.proved = !res.Unauthenticated
			return res, nil
		}
		if rank(err) > rank(best) {
			best = err
		}
	}
	return Result{Plain: dst}, best
}

// turn moves the Openers from n on, which were not asked, before the others;
// one that proved itself stays first.
func (a *anyOpener) turn(n int) {
	from := 0
	if a.proved {
		from = 1
	}
	asked := append([]Opener(nil), a.openers[from:n]...)
	copy(a.openers[from:], a.openers[n:])
	copy(a.openers[len(a.openers)-len(asked):], asked)
}

// rank orders what Openers say of the same frame: the one that recognised
// most of it is right.
func rank(err error) int {
	var noKey *NoKeyError
	switch {
	case errors.Is(err, ErrHold):
		return 5
	case errors.Is(err, ErrAuth):
		return 4
	case errors.As(err, &noKey):
		return 3
	case errors.Is(err, ErrClear):
		return 2
	}
	return 1
}
