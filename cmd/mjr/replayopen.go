//go:build !nonet

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/mjrkit/mjrkit/mjr/stream"
	"github.com/mjrkit/mjrkit/replay"
)

// replayInput is the recordings of one session, opened.
type replayInput struct {
	name    string
	files   []*os.File
	left    []string // files that are named as parts and are none, in words
	session *replay.Session
}

// encrypted reports whether a track is flagged as end-to-end encrypted.
func (in *replayInput) encrypted() bool {
	return slices.ContainsFunc(in.session.Tracks(), func(r *replay.Recording) bool { return r.Header.Encrypted || r.Header.PERC })
}

func (in *replayInput) close() {
	for _, f := range in.files {
		f.Close()
	}
}

// openReplay opens and indexes a session's recordings. Data channels and
// recordings without packets are left out, and named.
func openReplay(ctx context.Context, say *reporter, s session) (*replayInput, error) {
	in := &replayInput{name: s.name, session: replay.NewSession()}
	var recs []*replay.Recording
	tracks, left, err := tracksOf(s.files)
	if err != nil {
		return in, err
	}
	in.left = left
	for _, files := range tracks {
		r, err := in.open(ctx, files)
		switch {
		case errors.Is(err, replay.ErrNoRTP), errors.Is(err, replay.ErrEmpty):
			say.warn(fmt.Sprintf("left out: %v", err))
			continue
		case errors.Is(err, stream.ErrCodec):
			return in, &exitError{exitUnsupported, err, ""}
		case err != nil:
			return in, err
		}
		recs = append(recs, r)
		if !r.KeyFramesVisible() {
			say.warn(r.Name + ": no key frame can be seen without a key: receivers that need one wait for the next")
		}
	}
	in.session = replay.NewSession(recs...)
	if in.session.Duration() == 0 {
		return in, &exitError{exitNotMJR, fmt.Errorf("%s: no packets to replay", s.name), ""}
	}
	return in, nil
}

// open opens and indexes a track: one file, or the parts of a recording.
func (in *replayInput) open(ctx context.Context, files []string) (*replay.Recording, error) {
	var parts []replay.Part
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		in.files = append(in.files, f)
		st, err := f.Stat()
		if err != nil {
			return nil, err
		}
		parts = append(parts, replay.Part{Name: name, R: &ctxReaderAt{ctx, f}, Size: st.Size()})
	}
	return replay.OpenParts(parts[0], parts[1:]...)
}

// ctxReaderAt ends the indexing of a long recording at a signal.
type ctxReaderAt struct {
	ctx context.Context
	r   io.ReaderAt
}

func (c *ctxReaderAt) ReadAt(b []byte, off int64) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.r.ReadAt(b, off)
}

// short says what of the recordings could not be sent. What was lost before
// the recorder is no failure.
func (in *replayInput) short(sent []replay.TrackStats) []string {
	short := slices.Clone(in.left)
	for i, r := range in.session.Tracks() {
		for _, err := range r.Incomplete() {
			short = append(short, err.Error())
		}
		if !r.File.Whole() {
			short = append(short, fmt.Sprintf("%s is damaged: %d bytes in %d places were skipped", r.Name, r.File.Skipped, r.File.Damaged))
		}
		if n := r.Packets.Late; n > 0 {
			short = append(short, fmt.Sprintf("%s: %d packets came too late to be put in order", r.Name, n))
		}
		if i < len(sent) && sent[i].Unsendable > 0 {
			short = append(short, fmt.Sprintf("%s: %d packets could not be sent", r.Name, sent[i].Unsendable))
		}
	}
	return short
}
