package decrypt

import "errors"

// Any opens a track with whichever of several Openers fits, for key files
// that hold keys of more than one scheme. The one that opened the last frame
// is asked first; once one has, an Opener that cannot authenticate (XOR) is
// not asked any more.
func Any(openers ...Opener) Opener {
	if len(openers) == 1 {
		return openers[0]
	}
	return &anyOpener{openers: openers}
}

type anyOpener struct {
	openers []Opener
	proved  bool // the first of openers opened a frame and authenticated it
}

func (a *anyOpener) Open(dst, frame []byte, m Meta) (Result, error) {
	var first error
	for i, o := range a.openers {
		res, err := o.Open(dst, frame, m)
		if err == nil {
			if res.Unauthenticated && a.proved {
				return Result{Plain: dst}, ErrAuth
			}
			copy(a.openers[1:i+1], a.openers[:i])
			a.openers[0] = o
			a.proved = !res.Unauthenticated
			return res, nil
		}
		if rank(err) > rank(first) {
			first = err
		}
	}
	if first == nil {
		first = ErrFormat
	}
	return Result{Plain: dst}, first
}

// rank orders what Openers say of the same frame: the one that recognised
// most of it is right.
func rank(err error) int {
	var noKey *NoKeyError
	switch {
	case err == nil:
		return 0
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
