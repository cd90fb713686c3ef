package decrypttest

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// Opened is one frame that came out of a track, and what its Opener said.
type Opened struct {
	Encrypted
	Result decrypt.Result // Plain is a copy
}

// OpenTrack opens the frames of a track in order, as the product does: frames
// that are held back are opened again after each Result with Adopted, in
// their turn. It returns what opened, in the order of the track, and the
// other frames' errors.
func OpenTrack(t testing.TB, o decrypt.Opener, frames []Encrypted) ([]Opened, []error) {
	t.Helper()
	results := make([]decrypt.Result, len(frames))
	errs := make([]error, len(frames))
	try := func(i int) (adopted bool) {
		res, err := o.Open(nil, frames[i].Data, frames[i].Meta)
		results[i], errs[i] = res, err
		if err == nil {
			results[i].Plain = bytes.Clone(res.Plain)
			results[i].Nonce = bytes.Clone(res.Nonce)
		}
		return err == nil && res.Adopted
	}
	var held []int
	for i := range frames {
		if adopted := try(i); errors.Is(errs[i], decrypt.ErrHold) {
			held = append(held, i)
		} else if adopted {
			held = again(held, try, errs)
		}
	}
	again(held, try, errs)
	var opened []Opened
	var failed []error
	for i, f := range frames {
		if errs[i] != nil {
			failed = append(failed, errs[i])
			continue
		}
		opened = append(opened, Opened{f, results[i]})
	}
	return opened, failed
}

// again tries the frames that were held, from the first after each adoption.
func again(held []int, try func(int) bool, errs []error) []int {
	for adopted := true; adopted; {
		adopted = false
		var still []int
		for _, i := range held {
			if try(i) {
				adopted = true
			}
			if errors.Is(errs[i], decrypt.ErrHold) {
				still = append(still, i)
			}
		}
		held = still
	}
	return held
}
