//go:build !nokeys

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/mjrkit/mjrkit/decrypt/detect"
	"github.com/mjrkit/mjrkit/decrypt/livekit"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess"
)

// opened is the inputs of one session, ready to be converted.
type opened struct {
	inputs  []postprocess.Input
	headers []mjr.Header
	files   []*os.File // of the inputs; of each its first part
	late    []*lateFile
	left    []string // files that are left out, in words
}

func (in *opened) close() {
	for _, f := range in.files {
		f.Close()
	}
	for _, f := range in.late {
		f.close()
	}
}

// open opens a session's recordings, and decides for each of them whether it
// is in clear and which keys may open it.
func (v *converter) open(ctx context.Context, j job) (*opened, error) {
	in := new(opened)
	p := plug{keys: v.keys, maxRatchet: v.o.maxRatchet, unauthenticated: v.o.unauth, cache: new(livekit.Cache), warn: v.say.warn}
	tracks, left, err := tracksOf(j.files)
	if err != nil {
		return in, err
	}
	in.left = left
	for _, t := range tracks {
		if err := v.openTrack(ctx, in, t, p); err != nil {
			return in, err
		}
	}
	return in, nil
}

// openTrack opens one track.
func (v *converter) openTrack(ctx context.Context, in *opened, files []string, p plug) error {
	name := files[0]
	f, h, err := openRecording(name)
	if f != nil {
		in.files = append(in.files, f)
	}
	if err != nil {
		return err
	}
	in.headers = append(in.headers, h)
	if err := v.mayConvert(f, name, h); err != nil {
		return err
	}
	for _, part := range files[1:] {
		if err := v.mayConvertPart(part); err != nil {
			return err
		}
	}
	input := in.input(ctx, v.bar, files)
	encrypted, err := v.encrypted(f, name, h)
	if err != nil {
		return err
	}
	if encrypted {
		id, err := v.senderOf(files)
		if err != nil {
			return err
		}
		if err := p.open(&input, h, id); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if v.o.acceptClear != "" {
			if err := v.mayKeepClear(ctx, &input, in, files, p); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	in.inputs = append(in.inputs, input)
	return nil
}

// openRecording opens a file, reads its header, and leaves it at its start.
func openRecording(name string) (*os.File, mjr.Header, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, mjr.Header{}, err
	}
	r, err := mjr.NewReader(f)
	if err == nil {
		err = named(r)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return f, mjr.Header{}, fmt.Errorf("%s: %w", name, err)
	}
	return f, r.Header, nil
}

// named refuses a recording that does not tell its codec any more.
func named(r *mjr.Reader) error {
	if h := r.Header; h.Codec != "" || h.Kind == mjr.Data || r.Empty() {
		return nil
	}
	return &exitError{exitNotMJR, errors.New("its header is lost, and with it the codec"),
		`"mjr repair --codec NAME" makes a recording of it, with --e2ee if it is encrypted`}
}

// encrypted tells whether a recording is to be opened with keys: with keys
// given, all that --plain does not exempt. It exempts none that looks encrypted:
// servers forget the flag, and noise would be taken for a call.
func (v *converter) encrypted(f *os.File, name string, h mjr.Header) (bool, error) {
	if v.keys == nil || h.Kind == mjr.Data {
		return false, nil
	}
	if !v.o.plain || h.Encrypted || h.PERC {
		return true, nil
	}
	guess, err := lookAt(f)
	if err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	if guess.Scheme != "" {
		v.say.warn(fmt.Sprintf("%s is not flagged as encrypted, but %s: opened with the keys all the same", name, looks(guess)))
	}
	return guess.Scheme != "", nil
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
	switch {
	case guess.Scheme == "":
		return nil
	case flagged:
		return &exitError{exitNoKey, fmt.Errorf("%s is not in clear: it %s, and no keys were given", name, looks(guess)),
			"give a key file with --keys"}
	}
	return &exitError{exitNoKey,
		fmt.Errorf("%s is not flagged as encrypted, but %s, and no keys were given", name, looks(guess)),
		"give a key file with --keys; if it is in clear all the same, say so with --plain"}
}

// mayKeepClear settles --accept-clear for one recording, which it reads through
// for that: clear frames are kept before one that opens only if there is such a
// one, and a recording is wholly clear only if nothing of it opens and it looks
// like no scheme. All others would put ciphertext into the output.
func (v *converter) mayKeepClear(ctx context.Context, input *postprocess.Input, in *opened, files []string, p plug) error {
	last := len(in.files) - 1 // this track's
	id, err := v.senderOf(files)
	if err != nil {
		return err
	}
	scan := in.input(ctx, nil, files)
	if err := p.open(&scan, in.headers[last], id); err != nil {
		return err
	}
	report, err := postprocess.Inspect(scan, postprocess.Options{Window: v.o.window})
	var read *postprocess.ReadError
	if errors.As(err, &read) {
		return err
	}
	scheme := false
	for _, name := range files[1:] {
		f, _, err := openRecording(name)
		if err != nil {
			return err
		}
		guess, err := lookAt(f)
		f.Close()
		if err != nil {
			return err
		}
		scheme = scheme || guess.Scheme != ""
	}
	guess, err := lookAt(in.files[last]) // leaves the file at its start
	switch {
	case err != nil:
		return err
	case report.Frames.Opened > 0:
		input.Clear = postprocess.ClearBefore
	case v.o.acceptClear == "all" && guess.Scheme == "" && !scheme:
		input.Opener, input.PacketOpener, input.Filter = nil, nil, nil
	}
	return nil
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
