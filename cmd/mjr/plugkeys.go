//go:build !nokeys

package main

import (
	"errors"
	"slices"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/livekit"
	"github.com/mjrkit/mjrkit/decrypt/perc"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess"
)

// plug gives the inputs of one session the Openers for all schemes that there
// are keys of.
type plug struct {
	keys            *decrypt.KeySet
	maxRatchet      int
	unauthenticated bool           // schemes that authenticate nothing, too
	cache           *livekit.Cache // of the session's passphrases
}

// open completes an input by what opens it; sender narrows the keys to those
// of one participant.
func (p plug) open(in *postprocess.Input, h mjr.Header, sender string) error {
	kind := decrypt.Video
	if h.Kind == mjr.Audio {
		kind = decrypt.Audio
	}
	keys := decrypt.Select(p.keys.Keys, kind, sender)
	has := func(handles func(string) bool) bool {
		return slices.ContainsFunc(keys, func(k decrypt.Key) bool { return handles(k.Alg) })
	}
	var openers []decrypt.Opener
	withheld := false
	for _, s := range schemes {
		if !has(s.handles) {
			continue
		}
		if s.unauthenticated && !p.unauthenticated {
			withheld = true
			continue
		}
		o, err := s.open(keys, openOptions{maxRatchet: p.maxRatchet, cache: p.cache})
		if err != nil {
			return err
		}
		openers = append(openers, o)
	}
	switch {
	case has(perc.Handles) && (h.PERC || len(openers) == 0):
		o, err := perc.NewOpener(keys, perc.Options{})
		in.PacketOpener = o
		return err
	case len(openers) == 0 && withheld:
		return &exitError{exitNoKey,
			errors.New("the keys are of a scheme that authenticates nothing"),
			"a wrong key cannot be told from a right one there; open it all the same with --allow-unauthenticated"}
	case len(openers) == 0:
		return &exitError{exitNoKey, errors.New("the key file has no key for this recording"), ""}
	}
	in.Opener = decrypt.Any(openers...)
	if has(livekit.Handles) {
		in.Filter = livekit.NewFilter(p.keys.SIFTrailer)
	}
	return nil
}
