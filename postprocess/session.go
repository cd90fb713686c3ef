package postprocess

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// unrelated is how far apart two recordings of one session cannot begin.
const unrelated = 24 * time.Hour

// session is one conversion.
type session struct {
	options Options
	report  *Report
	all     []*track // with a header
	frames  interleaver
	seen    decrypt.Seen
}

// open opens the inputs. It fails where reading does; an input that is of no
// use is left out.
func (s *session) open(inputs []Input) error {
	for n, in := range inputs {
		r := &s.report.Tracks[n]
		r.Name = in.Name
		t, err := newTrack(in, s.options, &s.seen, r)
		if t != nil {
			s.all = append(s.all, t)
		}
		if failed := (*ReadError)(nil); errors.As(err, &failed) {
			return err
		}
		if err != nil {
			r.Left, r.Why = true, err
			continue
		}
		s.frames.tracks = append(s.frames.tracks, t)
	}
	offsets(s.frames.tracks)
	return nil
}

// offsets places the recordings on one clock, by the times at which their
// first packets were written; a recording that does not say began with the
// earliest.
func offsets(tracks []*track) {
	var first, earliest time.Time
	for _, t := range tracks {
		u := t.report.Header.FirstFrame
		if u.IsZero() {
			continue
		}
		if first.IsZero() {
			first, earliest = u, u
		}
		if u.Sub(first).Abs() > unrelated {
			t.report.Unrelated = true
		} else if u.Before(earliest) {
			earliest = u
		}
	}
	for _, t := range tracks {
		if u := t.report.Header.FirstFrame; !u.IsZero() && !t.report.Unrelated {
			t.report.Offset = u.Sub(earliest)
		}
	}
}

// write copies the frames of all tracks into the container.
func (s *session) write(w io.Writer, container media.Container) error {
	if err := s.frames.prime(); err != nil {
		return err
	}
	if len(s.frames.tracks) == 0 {
		return s.nothing()
	}
	out := &notingWriter{w: w}
	err := s.copy(out.seekable(), container)
	if out.err != nil {
		return &WriteError{out.err}
	}
	return err
}

func (s *session) copy(w io.Writer, container media.Container) error {
	dst, err := container(w, s.frames.media())
	if err != nil {
		return err
	}
	err = media.Copy(&countingWriter{dst, s}, &s.frames)
	if closing := dst.Close(); err == nil {
		err = closing
	}
	return err
}

// finish completes the report. A frame whose bytes do not say how long it
// lasts, lasts as long as the one before it.
func (s *session) finish() {
	for _, t := range s.all {
		t.finish()
	}
	for _, t := range s.frames.tracks {
		if t.end > 0 && t.Duration == 0 {
			t.end += ticks(t.report.Packets.LastDuration, t.rate)
		}
		s.report.Duration = max(s.report.Duration, t.end)
	}
}

// nothing is the error when no track can be used.
func (s *session) nothing() error {
	e := new(nothingError)
	for _, r := range s.report.Tracks {
		e.why = append(e.why, fmt.Errorf("%s: %w", r.Name, r.Why))
	}
	return e
}

// countingWriter takes down what the container took.
type countingWriter struct {
	media.Writer
	s *session
}

func (c *countingWriter) WriteFrame(f media.Frame) error {
	if err := c.Writer.WriteFrame(f); err != nil {
		return err
	}
	t := c.s.frames.tracks[f.Track]
	t.report.Frames.Written++
	t.end = max(t.end, f.PTS+f.Duration)
	return nil
}

// notingWriter remembers an error of the output, which the container may have
// wrapped or lost.
type notingWriter struct {
	w   io.Writer
	err error
}

func (w *notingWriter) Write(b []byte) (int, error) {
	n, err := w.w.Write(b)
	if err != nil && w.err == nil {
		w.err = err
	}
	return n, err
}

// seekable hides no Seek that w has: containers look for one.
func (w *notingWriter) seekable() io.Writer {
	if s, ok := w.w.(io.Seeker); ok {
		return struct {
			io.Writer
			io.Seeker
		}{w, s}
	}
	return w
}
