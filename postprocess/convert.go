// Package postprocess turns recordings into media files: packets in order,
// frames assembled and opened, tracks interleaved on one time base, and
// written to a container.
//
// Each stage wraps the one before it and reads as it runs:
//
//	mjr.Reader ► stream.Reorder ► Assemble ► Open ─┐
//	                                               Interleave ► container
//	mjr.Reader ► stream.Reorder ► Assemble ► Open ─┘
package postprocess

import (
	"io"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// Input is one recording of a session, which becomes one track.
type Input struct {
	Name string    // what reports call it
	R    io.Reader // the bytes of the MJR file
	// Parts are the files behind R of a recording that was stored in parts, in
	// their order. Each is read when the one before it has ended.
	Parts []mjr.Part
	// Sender tells inputs apart that were sent by different participants, each
	// with a clock of his own: sender reports place tracks only beside those
	// of the same one.
	Sender string
	// Opener opens the frames; nil takes them as clear.
	Opener decrypt.Opener
	// PacketOpener opens the packets before they are ordered; may be nil.
	PacketOpener decrypt.PacketOpener
	// Filter recognises packets that a server put in; may be nil.
	Filter decrypt.PacketFilter
	// Clear is what becomes of clear frames where there is an Opener.
	Clear ClearPolicy
}

// ClearPolicy says what becomes of frames in clear inside an encrypted track.
type ClearPolicy uint8

// Clear frames are dropped, or kept before the first frame of their track that
// opens. There has to be one: the end of a track whose frames were kept, and
// none of which opened, is an error, as they may be ciphertext of another
// scheme. A recording that is wholly clear is converted without an Opener.
const (
	ClearDrop ClearPolicy = iota
	ClearBefore
)

// Options of a conversion. The zero value is sensible.
type Options struct {
	Window int  // packets of reordering; 0 is stream.DefaultWindow
	Clean  bool // after a lost frame drop video to the next key frame
	// MaxFrame bounds an assembled frame in bytes; 0 is 8 MiB.
	MaxFrame int
}

func (o Options) maxFrame() int {
	if o.MaxFrame > 0 {
		return o.MaxFrame
	}
	return 8 << 20
}

// Convert writes the inputs into one container on w. Nothing is written to w
// before every input has given a frame or ended. The report is whole whatever
// the error is; its Tracks stand for the inputs, in their order.
//
// An input without a frame that can be used is left out, and the report tells
// why; if that is so of all of them, the error wraps ErrNothingOpened and the
// reasons. It is a *ReadError or a *WriteError where reading or writing
// failed, and a *media.UnsupportedError where the container cannot hold a
// track.
func Convert(w io.Writer, container media.Container, inputs []Input, o Options) (Report, error) {
	rep := Report{Tracks: make([]TrackReport, len(inputs))}
	s := session{options: o, report: &rep}
	err := s.open(inputs)
	if err == nil {
		err = s.write(w, container)
	}
	s.finish()
	return rep, err
}
