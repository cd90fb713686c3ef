package webm

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

var errClosed = errors.New("webm: frame after Close")

// writer is a file that is being written, cluster by cluster.
type writer struct {
	w        io.Writer
	seeker   io.WriteSeeker // w, if it can seek
	base     int64          // where in w the file begins
	head     head
	tracks   []track
	video    bool // some track is
	sequence media.Sequence

	headLen int   // of the head, in bytes
	segment int   // where in the head the segment's data begins
	offset  int64 // of the next cluster in the segment's data
	cluster cluster
	cues    []cue

	err    error
	closed bool
}

type track struct {
	framing framing
	video   bool
}

// begin writes the head.
func (w *writer) begin() error {
	b, segment, err := w.head.render(nil)
	if err != nil {
		return err
	}
	w.headLen, w.segment = len(b), segment
	w.offset = int64(len(b) - segment)
	return w.write(b)
}

func (w *writer) WriteFrame(f media.Frame) error {
	if w.closed && w.err == nil {
		return errClosed
	}
	if w.err == nil {
		w.err = w.writeFrame(f)
	}
	return w.err
}

func (w *writer) writeFrame(f media.Frame) error {
	if err := w.sequence.Next(f); err != nil {
		return fmt.Errorf("webm: %w", err)
	}
	t := &w.tracks[f.Track]
	size, err := t.framing.size(f.Data)
	if err != nil {
		return fmt.Errorf("webm: frame at %v: %w", f.PTS, err)
	}
	ms := f.PTS.Round(time.Millisecond).Milliseconds()
	start := t.video && f.Key
	if start || !w.cluster.takes(ms, size) {
		if err := w.flush(); err != nil {
			return err
		}
	}
	opens := w.cluster.empty()
	if opens {
		w.cluster.begin(ms)
	}
	if start || opens && !w.video {
		w.cue(ms, f.Track)
	}
	w.cluster.header(f.Track+1, ms, f.Key || !t.video, size)
	w.cluster.buf = t.framing.append(w.cluster.buf, f.Data)
	return nil
}

// flush writes the cluster and forgets it.
func (w *writer) flush() error {
	if w.cluster.empty() {
		return nil
	}
	b := w.cluster.finish()
	w.offset += int64(len(b))
	return w.write(b)
}

// Close writes the last cluster, and to a file also the cues and the head
// again, with its sizes and places.
func (w *writer) Close() error {
	if w.closed || w.err != nil {
		return w.err
	}
	w.closed = true
	w.err = w.flush()
	if w.err == nil && w.seeker != nil {
		w.err = w.patch()
	}
	return w.err
}

func (w *writer) patch() error {
	end := ending{duration: w.sequence.End}
	if len(w.cues) > 0 {
		b, err := renderCues(w.cues)
		if err != nil {
			return err
		}
		end.cues = w.offset
		w.offset += int64(len(b))
		if err := w.write(b); err != nil {
			return err
		}
	}
	end.size = w.offset
	b, _, err := w.head.render(&end)
	if err != nil {
		return err
	}
	if len(b) != w.headLen {
		return fmt.Errorf("webm: the head grew from %d to %d bytes", w.headLen, len(b))
	}
	if _, err := w.seeker.Seek(w.base, io.SeekStart); err != nil {
		return err
	}
	if err := w.write(b); err != nil {
		return err
	}
	_, err = w.seeker.Seek(w.base+int64(w.segment)+w.offset, io.SeekStart)
	return err
}

func (w *writer) write(b []byte) error {
	n, err := w.w.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return err
}
