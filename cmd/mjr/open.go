//go:build !nokeys

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/mjrkit/mjrkit/decrypt/detect"
	"github.com/mjrkit/mjrkit/decrypt/livekit"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess"
)

// opened is the inputs of one session, ready to be converted.
type opened struct {
	inputs  []postprocess.Input
	headers []mjr.Header
	files   []*os.File
}

func (in *opened) close() {
	for _, f := range in.files {
		f.Close()
	}
}

// open opens a session's recordings, and decides for each of them whether it
// is in clear and which keys may open it.
func (v *converter) open(ctx context.Context, j job) (*opened, error) {
	in := new(opened)
	p := plug{keys: v.keys, maxRatchet: v.o.maxRatchet, unauthenticated: v.o.unauth, cache: new(livekit.Cache)}
	for _, name := range j.files {
		f, err := os.Open(name)
		if err != nil {
			return in, err
		}
		in.files = append(in.files, f)
		r, err := mjr.NewReader(f)
		if err != nil {
			return in, fmt.Errorf("%s: %w", name, err)
		}
		h := r.Header
		in.headers = append(in.headers, h)
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return in, fmt.Errorf("%s: %w", name, err)
		}
		if err := v.mayConvert(f, name, h); err != nil {
			return in, err
		}
		input := postprocess.Input{Name: name, R: &ctxReader{ctx: ctx, r: f, bar: v.bar}}
		if v.encrypted(h) {
			if err := p.open(&input, h, v.o.sender[filepath.Clean(name)]); err != nil {
				return in, fmt.Errorf("%s: %w", name, err)
			}
		}
		in.inputs = append(in.inputs, input)
	}
	return in, nil
}

// encrypted tells whether a recording is to be opened with keys: with keys
// given, all that --plain does not exempt.
func (v *converter) encrypted(h mjr.Header) bool {
	return v.keys != nil && h.Kind != mjr.Data && !(v.o.plain && !h.Encrypted && !h.PERC)
}

// mayConvert refuses what would end in noise: a recording that is encrypted,
// by its flag or by the look of its first frames, when no keys were given.
func (v *converter) mayConvert(f *os.File, name string, h mjr.Header) error {
	if v.keys != nil || h.Kind == mjr.Data {
		return nil
	}
	flagged := h.Encrypted || h.PERC
	if flagged && v.o.acceptClear != "all" {
		return &exitError{exitNoKey,
			fmt.Errorf("%s is end-to-end encrypted, and no keys were given", name),
			`give a key file with --keys, or send it on still encrypted with "mjr replay"`}
	}
	if v.o.plain && !flagged {
		return nil
	}
	guess, err := lookAt(f)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if guess.Scheme == "" {
		return nil
	}
	hint := "give a key file with --keys; if it is in clear all the same, say so with --plain"
	if flagged {
		hint = "give a key file with --keys"
	}
	return &exitError{exitNoKey,
		fmt.Errorf("%s is not flagged as encrypted, but %s, and no keys were given", name, looks(guess)), hint}
}

// looks says in words what a track looks like.
func looks(g detect.Guess) string {
	if g.Detail == "" {
		return "looks like " + g.Scheme
	}
	return "looks like " + g.Scheme + ", " + g.Detail
}

// codecs lists the codecs of recordings, as far as they can be read.
func codecs(files []string) []string {
	var all []string
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		if r, err := mjr.NewReader(f); err == nil && r.Header.Kind != mjr.Data {
			all = append(all, r.Header.Codec)
		}
		f.Close()
	}
	return all
}
