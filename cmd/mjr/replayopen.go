//go:build !nonet

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/mjrkit/mjrkit/mjr/stream"
	"github.com/mjrkit/mjrkit/replay"
)

// replayInput is the recordings of one session, opened.
type replayInput struct {
	name    string
	files   []*os.File
	session *replay.Session
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
	for _, name := range s.files {
		r, err := in.open(ctx, name)
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
			say.warn(name + ": no key frame can be seen without a key: receivers that need one wait for the next")
		}
	}
	in.session = replay.NewSession(recs...)
	if in.session.Duration() == 0 {
		return in, &exitError{exitNotMJR, fmt.Errorf("%s: no packets to replay", s.name), ""}
	}
	return in, nil
}

func (in *replayInput) open(ctx context.Context, name string) (*replay.Recording, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	in.files = append(in.files, f)
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return replay.OpenRecording(&ctxReaderAt{ctx, f}, st.Size(), name)
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
	var short []string
	for i, r := range in.session.Tracks() {
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
