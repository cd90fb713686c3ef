package postprocess

import (
	"errors"
	"fmt"
	"io"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

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
	place(s.frames.tracks)
	return nil
}

// write copies the frames of all tracks into the container.
func (s *session) write(w io.Writer, container media.Container) error {
	if err := s.frames.prime(); err != nil {
		return err
	}
	if len(s.frames.tracks) == 0 {
		return s.nothing()
	}
	align(s.frames.tracks)
	s.frames.start()
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
	if err == nil {
		err = s.inVain()
	}
	if closing := dst.Close(); err == nil {
		err = closing
	}
	return err
}

// inVain is the error of a track whose clear frames were kept for a frame that
// opens, and none did, or of which the container took nothing.
func (s *session) inVain() error {
	for _, t := range s.frames.tracks {
		var why error
		switch f := t.report.Frames; {
		case f.ClearKept > 0 && f.Opened == 0:
			why = ErrNotEncrypted
		case f.Written == 0:
			why = ErrNoFrames
		default:
			continue
		}
		return &nothingError{[]error{fmt.Errorf("%s: %w", t.in.Name, why)}}
	}
	return nil
}

// finish completes the report. A frame whose bytes do not say how long it
// lasts, lasts as long as the one before it.
func (s *session) finish() {
	for _, t := range s.all {
		t.finish()
	}
	for _, t := range s.frames.tracks {
		if t.report.Frames.Written > 0 && t.Duration == 0 {
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
	t := c.s.frames.tracks[f.Track]
	if err := c.Writer.WriteFrame(f); err != nil {
		var refused *media.RefusedError
		if errors.As(err, &refused) {
			t.report.Frames.Refused++
			return nil
		}
		return err
	}
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
