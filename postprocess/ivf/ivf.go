// Package ivf writes IVF, the plain container of the VP8, VP9 and AV1 tools:
// one video track, a header and the frames.
//
//	"DKIF"  version 0, 16 bits  header length 32, 16 bits
//	"VP80"  width, 16 bits      height, 16 bits
//	ticks a second, 32 bits     seconds a tick's part, 32 bits
//	length, 32 bits             0, 32 bits
//
//	size, 32 bits   time in ticks, 64 bits   frame …
//
// All numbers are little-endian. A tick is a millisecond: of finer ticks
// FFmpeg guesses frame rates that no camera had, and repeats frames to keep
// up with them.
//
// The length is put in at the end if what is written to can seek, else it is
// 0. It counts ticks, as FFmpeg reads and writes it; tools whose tick is a
// frame write the number of frames, which is then the same.
package ivf

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

const (
	headerSize   = 32
	lengthOffset = 24
	ticks        = 1000 // a second
)

var errClosed = errors.New("ivf: frame after Close")

// New starts an IVF file of one VP8, VP9 or AV1 track. It is a
// media.Container.
func New(w io.Writer, tracks []media.Track) (media.Writer, error) {
	const hint = "write WebM or Matroska instead (.webm, .mkv)"
	if len(tracks) != 1 {
		return nil, &media.UnsupportedError{What: fmt.Sprintf("%d tracks in IVF", len(tracks)), Hint: hint}
	}
	t := tracks[0]
	code, ok := map[string]string{"vp8": "VP80", "vp9": "VP90", "av1": "AV01"}[t.Codec]
	if !ok {
		return nil, &media.UnsupportedError{What: cmp.Or(t.Codec, "a track without a codec") + " in IVF", Hint: hint}
	}
	if t.Width < 0 || t.Height < 0 || t.Width > math.MaxUint16 || t.Height > math.MaxUint16 {
		return nil, &media.UnsupportedError{What: fmt.Sprintf("a picture of %d × %d in IVF", t.Width, t.Height)}
	}
	out := &writer{w: w, sequence: media.Sequence{Tracks: 1}, av1: t.Codec == "av1"}
	if s, ok := w.(io.WriteSeeker); ok {
		if base, err := s.Seek(0, io.SeekCurrent); err == nil {
			out.seeker, out.base = s, base
		}
	}
	b := append([]byte("DKIF"), 0, 0, headerSize, 0)
	b = append(b, code...)
	b = binary.LittleEndian.AppendUint16(b, uint16(t.Width))
	b = binary.LittleEndian.AppendUint16(b, uint16(t.Height))
	b = binary.LittleEndian.AppendUint32(b, ticks)
	b = binary.LittleEndian.AppendUint32(b, 1)
	if err := out.write(append(b, make([]byte, 8)...)); err != nil {
		return nil, err
	}
	return out, nil
}

type writer struct {
	w        io.Writer
	seeker   io.WriteSeeker // w, if it can seek
	base     int64          // where in w the file begins
	size     int64          // of what is written
	av1      bool
	sequence media.Sequence

	buf    []byte
	err    error
	closed bool
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
		return fmt.Errorf("ivf: %w", err)
	}
	// Each temporal unit of AV1 begins with a delimiter, an OBU of type 2
	// without a payload; what comes out of RTP may lack it.
	delimiter := []byte(nil)
	if w.av1 && f.Data[0]>>3&15 != 2 {
		delimiter = []byte{2<<3 | 2, 0}
	}
	size := len(delimiter) + len(f.Data)
	if uint64(size) > math.MaxUint32 {
		return fmt.Errorf("ivf: frame of %d bytes", size)
	}
	w.buf = binary.LittleEndian.AppendUint32(w.buf[:0], uint32(size))
	w.buf = binary.LittleEndian.AppendUint64(w.buf, uint64(f.PTS.Round(time.Millisecond).Milliseconds()))
	w.buf = append(w.buf, delimiter...)
	w.buf = append(w.buf, f.Data...)
	return w.write(w.buf)
}

// Close puts the length in, if it can.
func (w *writer) Close() error {
	if !w.closed && w.err == nil {
		w.closed = true
		w.err = w.patch()
	}
	return w.err
}

func (w *writer) patch() error {
	length := w.sequence.End.Milliseconds()
	if w.seeker == nil || length > math.MaxUint32 {
		return nil
	}
	end := w.base + w.size
	if _, err := w.seeker.Seek(w.base+lengthOffset, io.SeekStart); err != nil {
		return err
	}
	if err := w.write(binary.LittleEndian.AppendUint32(nil, uint32(length))); err != nil {
		return err
	}
	_, err := w.seeker.Seek(end, io.SeekStart)
	return err
}

func (w *writer) write(b []byte) error {
	n, err := w.w.Write(b)
	w.size += int64(n)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return err
}
