//go:build !nokeys

package main

import (
	"errors"
	"fmt"
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
	warn            func(string)
}

// usable leaves out the keys that a scheme refuses, each with a warning: one
// bad entry does not spoil a file.
func (p plug) usable(s scheme, keys []decrypt.Key) []decrypt.Key {
	return slices.DeleteFunc(slices.Clone(keys), func(k decrypt.Key) bool {
		if !s.handles(k.Alg) {
			return false
		}
		_, err := s.open([]decrypt.Key{k}, openOptions{maxRatchet: p.maxRatchet, cache: p.cache})
		if err != nil {
			p.warn(fmt.Sprintf("key %q is not used: %v", k.ID, err))
		}
		return err != nil
	})
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
		opts := openOptions{maxRatchet: p.maxRatchet, cache: p.cache}
		o, err := s.open(keys, opts)
		if err != nil {
			if keys = p.usable(s, keys); !has(s.handles) {
				continue
			}
			if o, err = s.open(keys, opts); err != nil {
				return err
			}
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
		hint := ""
		if !h.Encrypted && !h.PERC {
			hint = "if the recording is in clear, convert it with --plain"
		}
		return &exitError{exitNoKey, errors.New("there is no key for this recording"), hint}
	}
	in.Opener = decrypt.Any(openers...)
	if has(livekit.Handles) {
		trailers := [][]byte{p.keys.SIFTrailer}
		for _, k := range keys {
			trailers = append(trailers, k.SIFTrailer)
		}
		in.Filter = livekit.NewFilter(trailers...)
	}
	return nil
}
