// Package media is what the post-processor hands to a container: decoded-
// order frames on one time base, and the tracks that they belong to.
package media

import (
	"errors"
	"io"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// Frame is one encoded frame, as the sender's encoder made it.
//
// Data read is valid until the next read; a Writer keeps nothing of it.
type Frame struct {
	Track int // index into the tracks of the container
	// PTS is the presentation time since the start of the session, the same
	// zero for all tracks. Frames of one track come in decoding order; frames
	// of several tracks by time.
	PTS time.Duration
	// Duration is how long the frame lasts where its bytes say so (Opus: by
	// its TOC, RFC 6716, section 3.1); 0 is unknown.
	Duration time.Duration
	Key      bool // decoding can start here; always true for audio
	Data     []byte
}

// Track is one medium of a session, as a container needs it. All of it is
// known before the first frame is written.
type Track struct {
	Kind      mjr.Kind
	Codec     string // as mjr.Codec has it
	ClockRate int    // of the RTP timestamps, in Hz
	Channels  int    // audio
	// Width and Height in pixels, from the first key frame; video.
	Width, Height int
	// FirstFrame is the first frame of the track, for containers that need
	// parameter sets in their header. It is valid during the Container call.
	FirstFrame []byte
	// Created is the wall clock at PTS 0; zero where no file tells.
	Created time.Time
	Name    string // from the recording's description; may be empty
	// Comment is the recording's MJR header, JSON, which scripts look for in
	// the converted file.
	Comment string
}

// Reader is where frames come from; io.EOF is their end.
type Reader interface {
	ReadFrame() (Frame, error)
}

// Writer is a container being written. Close finishes the format, and leaves
// open what it writes to.
type Writer interface {
	WriteFrame(Frame) error
	Close() error
}

// Container starts a container on w. It may patch what it wrote first (cues,
// durations) if w is an io.WriteSeeker whose Seek works; a pipe is written
// once through. It returns an *UnsupportedError for tracks that it cannot
// hold, and writes nothing before it has checked them all.
type Container func(w io.Writer, tracks []Track) (Writer, error)

// UnsupportedError is a track that a container, or this program, cannot hold.
type UnsupportedError struct {
	What string // "h264 in Ogg"
	Hint string // what to do instead; may be empty
}

func (e *UnsupportedError) Error() string { return "unsupported: " + e.What }

// RefusedError is a frame that a container cannot hold. Nothing of it was
// written, and the next one may be.
type RefusedError struct{ Why string }

func (e *RefusedError) Error() string { return e.Why }

// Copy writes all frames of src to dst. It does not close dst.
func Copy(dst Writer, src Reader) error {
	for {
		f, err := src.ReadFrame()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := dst.WriteFrame(f); err != nil {
			return err
		}
	}
}
