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
	"errors"
	"io"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// Input is one recording of a session, which becomes one track.
type Input struct {
	Name string    // what reports call it
	R    io.Reader // the bytes of the MJR file
	// Opener opens the frames; nil takes them as clear.
	Opener decrypt.Opener
	// PacketOpener opens the packets before they are ordered; may be nil.
	PacketOpener decrypt.PacketOpener
	// Filter recognises packets that a server put in; may be nil.
	Filter decrypt.PacketFilter
}

// ClearPolicy says what becomes of frames in clear inside an encrypted track.
type ClearPolicy uint8

// Clear frames are dropped, or accepted before the first authenticated frame
// of their track, or (a flagged recording that is wholly clear) always.
const (
	ClearDrop ClearPolicy = iota
	ClearBefore
	ClearAll
)

// Options of a conversion. The zero value is sensible.
type Options struct {
	Window int         // packets of reordering; 0 is stream.DefaultWindow
	Clean  bool        // after a lost frame drop video to the next key frame
	Clear  ClearPolicy // for inputs with an Opener
	// MaxFrame bounds an assembled frame in bytes; 0 is 16 MiB.
	MaxFrame int
}

// ErrNothingOpened: not one frame of any input could be used.
var ErrNothingOpened = errors.New("nothing opened")

// Convert writes the inputs into one container on w. Nothing is written to w
// before every input has given a frame or ended. The report is whole whatever
// the error is.
func Convert(w io.Writer, container media.Container, inputs []Input, o Options) (Report, error) {
	return Report{}, ErrNothingOpened
}
