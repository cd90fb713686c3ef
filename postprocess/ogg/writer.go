package ogg

import (
	"errors"
	"fmt"
	"time"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

// All in samples at 48 kHz, in which Opus in Ogg counts whatever its input
// was.
const (
	rate       = 48000
	pageLength = rate                // of a page
	tolerance  = rate / 100          // between a packet's time and its place
	maxOverlap = rate                // of packets that come too early
	maxGap     = 24 * 60 * 60 * rate // that is filled, with 5 MB
)

var errClosed = errors.New("ogg: frame after Close")

type writer struct {
	stream   stream
	sequence media.Sequence

	started bool
	end     int64 // of the last packet
	onPage  int64 // samples on the page that is being filled
	toc     byte  // of the last packet

	filler [2]byte
	err    error
	closed bool
}

// header writes the two headers, each on pages of its own.
func (w *writer) header(head, tags []byte) error {
	if err := w.stream.add(head, 0); err != nil {
		return err
	}
	if err := w.stream.flush(flagFirst); err != nil {
		return err
	}
	if err := w.stream.add(tags, 0); err != nil {
		return err
	}
	return w.stream.flush(0)
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
		return fmt.Errorf("ogg: %w", err)
	}
	d, ok := media.OpusDuration(f.Data)
	if !ok {
		return fmt.Errorf("ogg: frame at %v is not an Opus packet", f.PTS)
	}
	length := samples(d)
	if err := w.place(f.PTS, length); err != nil {
		return err
	}
	w.toc = f.Data[0]
	return w.add(f.Data, length)
}

// place moves the end of what is written to where a packet begins, as far as
// need be.
func (w *writer) place(pts time.Duration, length int64) error {
	at := samples(pts)
	if !w.started {
		w.started, w.end = true, at
		return nil
	}
	switch gap := at - w.end; {
	case gap < -maxOverlap:
		return fmt.Errorf("ogg: frame at %v comes %v before the end of those before it", pts, duration(-gap))
	case gap > maxGap:
		return fmt.Errorf("ogg: frame at %v comes %v after those before it, more than is filled", pts, duration(gap))
	case gap > min(length/2, tolerance):
		return w.fill(gap)
	}
	return nil
}

// add writes a packet behind the last one.
func (w *writer) add(packet []byte, length int64) error {
	if w.onPage > 0 && w.onPage+length > pageLength {
		if err := w.stream.flush(0); err != nil {
			return err
		}
		w.onPage = 0
	}
	w.end += length
	w.onPage += length
	return w.stream.add(packet, w.end)
}

// Close marks the last page and writes it.
func (w *writer) Close() error {
	if !w.closed && w.err == nil {
		w.closed = true
		w.stream.granule, w.stream.ended = w.end, true
		w.err = w.stream.flush(flagLast)
	}
	return w.err
}

// samples rounds each time on its own, so that errors never add up.
func samples(d time.Duration) int64 {
	s, ns := int64(d/time.Second), int64(d%time.Second)
	return s*rate + (ns*rate+int64(time.Second)/2)/int64(time.Second)
}

func duration(samples int64) time.Duration {
	return time.Duration(samples) * time.Second / rate
}
