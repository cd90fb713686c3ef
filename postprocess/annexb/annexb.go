// Package annexb writes a raw H.264 elementary stream: the access units one
// behind the other, byte for byte as they came (ITU-T H.264, Annex B). It
// holds no times; players guess a frame rate.
package annexb

import (
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

var errClosed = errors.New("annexb: frame after Close")

// New starts a stream of one H.264 track. It is a media.Container.
func New(w io.Writer, tracks []media.Track) (media.Writer, error) {
	const hint = "write Matroska instead (.mkv)"
	if len(tracks) != 1 {
		return nil, &media.UnsupportedError{What: fmt.Sprintf("%d tracks in an H.264 stream", len(tracks)), Hint: hint}
	}
	if codec := tracks[0].Codec; codec != "h264" {
		what := cmp.Or(codec, "a track without a codec") + " in an H.264 stream"
		return nil, &media.UnsupportedError{What: what, Hint: hint}
	}
	return &writer{w: w, sequence: media.Sequence{Tracks: 1}}, nil
}

type writer struct {
	w        io.Writer
	sequence media.Sequence
	err      error
	closed   bool
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
		return fmt.Errorf("annexb: %w", err)
	}
	n, err := w.w.Write(f.Data)
	if err == nil && n < len(f.Data) {
		err = io.ErrShortWrite
	}
	return err
}

// Close has nothing left to write.
func (w *writer) Close() error {
	w.closed = true
	return w.err
}
