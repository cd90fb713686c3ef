package postprocess

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNothingOpened: not one frame of any input could be used. The error that
// wraps it wraps the reason of each track, too.
var ErrNothingOpened = errors.New("nothing opened")

// Why a track has no frame that can be used, besides *MissingKeyError,
// *media.UnsupportedError, *ReadError and what mjr.NewReader returns.
var (
	// ErrWrongKey: keys were tried, and none fits.
	ErrWrongKey = errors.New("no key fits")
	// ErrNotEncrypted: the frames are not encrypted in a scheme of the keys,
	// or not at all.
	ErrNotEncrypted = errors.New("not encrypted in a scheme of these keys")
	// ErrNoKeyFrame: frames opened, and no decoder can start at one of them.
	ErrNoKeyFrame = errors.New("no whole key frame")
	// ErrNoFrames: there is not one whole frame.
	ErrNoFrames = errors.New("no whole frame")
)

// MissingKeyError: the frames name keys that the key file lacks.
type MissingKeyError struct {
	IDs []uint64 // which, ascending; at most 16
}

// missingKeys lists the ids of both.
func missingKeys(frames, packets map[uint64]int64) *MissingKeyError {
	var ids []uint64
	for id := range frames {
		ids = append(ids, id)
	}
	for id := range packets {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return &MissingKeyError{IDs: ids[:min(len(ids), 16)]}
}

func (e *MissingKeyError) Error() string {
	return fmt.Sprintf("no key with id %s", strings.Trim(fmt.Sprint(e.IDs), "[]"))
}

// ReadError: reading the bytes of an input failed. What is wrong with the
// bytes themselves is no such error.
type ReadError struct {
	Name string // of the Input
	Err  error
}

func (e *ReadError) Error() string { return fmt.Sprintf("reading %s: %v", e.Name, e.Err) }
func (e *ReadError) Unwrap() error { return e.Err }

// WriteError: writing to the output failed.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return fmt.Sprintf("writing: %v", e.Err) }
func (e *WriteError) Unwrap() error { return e.Err }

// nothingError is ErrNothingOpened with the reasons of all tracks.
type nothingError struct{ why []error }

func (e *nothingError) Error() string {
	s := ErrNothingOpened.Error()
	for i, why := range e.why {
		s += [...]string{": ", "; "}[min(i, 1)] + why.Error()
	}
	return s
}

func (e *nothingError) Unwrap() []error { return append([]error{ErrNothingOpened}, e.why...) }
