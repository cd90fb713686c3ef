package mjr

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"time"
)

// The limits of what a Writer writes, in bytes. Janus's tools skip longer
// packets, and crash on longer headers. A longer message would overflow the
// length of its record.
const (
	MaxPacket  = 1500               // of an RTP packet
	MaxMessage = maxBody - wallSize // of a data-channel message
	MaxHeader  = 1499               // of the header's JSON
)

const newFileMagic = "MJR00002"

// ErrHeaderTooLong says that a header's JSON is longer than MaxHeader.
var ErrHeaderTooLong = errors.New("header too long")

var errClosed = errors.New("packet after Close")

// SizeError says that a packet was refused because of its size. Nothing of it
// was written, and the Writer goes on.
type SizeError struct {
	Kind     Kind
	Size     int // of Packet.Data
	Min, Max int
}

func (e *SizeError) Error() string {
	if e.Size < e.Min {
		return fmt.Sprintf("%s packet too short: %d bytes < %d", e.Kind, e.Size, e.Min)
	}
	return fmt.Sprintf("%s packet too long: %d bytes > %d", e.Kind, e.Size, e.Max)
}

// Writer writes a recording of generation 2, as Janus does.
//
// It buffers nothing: each record is one call of the underlying Write, and the
// header goes with the first record. So a crash costs what was being written
// and no more, and a file that is cut is cut in its last record.
type Writer struct {
	w      io.Writer
	header Header
	begun  bool
	buf    []byte
	err    error

	// Of a copy, see NewCopyWriter.
	head    []byte // behind the file magic, as it is to be written; nil is the header's JSON
	untimed bool   // as generations 0 and 1
	long    bool   // packets may be as long as a record can hold
}

// NewWriter writes the file magic, and nothing else: until the first packet
// the file is what Janus leaves of a call in which nothing was sent.
//
// It refuses a header that Janus's tools cannot read, with a HeaderError or
// ErrHeaderTooLong, before anything is written. Version and Raw do not matter.
// A Created of zero becomes now. A FirstFrame of zero becomes the time at
// which the first packet is written, or its Wall, less its Arrival.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	now := time.Now()
	if h.Created.IsZero() {
		h.Created = now
	}
	h.Extensions, h.Unknown = maps.Clone(h.Extensions), maps.Clone(h.Unknown)
	mw := &Writer{w: w, header: h}
	if h.FirstFrame.IsZero() {
		h.FirstFrame = now // to be measured, not to be written
	}
	if _, err := h.appendHead(nil); err != nil {
		return nil, err
	}
	if mw.write([]byte(newFileMagic)); mw.err != nil {
		return nil, mw.err
	}
	return mw, nil
}

// WritePacket writes one record; it keeps nothing of p.
//
// The received time is Arrival in whole milliseconds modulo 2^32, and 0 for a
// packet that has none. A data-channel message without a Wall gets FirstFrame
// and Arrival.
//
// A packet of a size that Janus's tools cannot read is refused with a
// SizeError, and others can be written after it. Any other error is one of
// writing, and sticks: the file may end inside a record then. Data-channel
// messages over 1500 bytes are read well by janus-pp-rec, but crash a Janus
// whose Record&Play plays them, up to 1.4.2 at least.
func (w *Writer) WritePacket(p Packet) error {
	if w.err != nil {
		return w.err
	}
	least, most := rtpHead, MaxPacket
	if w.header.Kind == Data {
		least, most = 0, MaxMessage
	} else if w.long {
		most = maxBody
	}
	if len(p.Data) < least || len(p.Data) > most {
		return &SizeError{w.header.Kind, len(p.Data), least, most}
	}
	w.buf = w.buf[:0]
	if !w.begun {
		w.begin(p)
	}
	w.appendFrame(p)
	w.write(w.buf)
	return w.err
}

// Close ends the recording, and returns the error that ended it before, if
// any. It leaves the underlying writer open. A recording without packets stays
// eight bytes.
func (w *Writer) Close() error {
	if w.err == nil {
		w.err = errClosed
		return nil
	}
	if w.err == errClosed {
		return nil
	}
	return w.err
}

// begin puts the header before the first record.
func (w *Writer) begin(p Packet) {
	w.begun = true
	if w.head != nil {
		w.buf = append(w.buf, w.head...)
		return
	}
	h := &w.header
	if h.FirstFrame.IsZero() {
		h.FirstFrame = time.Now()
		if h.Kind == Data && !p.Wall.IsZero() {
			h.FirstFrame = p.Wall
		}
		h.FirstFrame = h.FirstFrame.Add(-p.Arrival)
	}
	w.buf, w.err = h.appendHead(w.buf)
}

func (w *Writer) appendFrame(p Packet) {
	var ms uint32
	if p.HasArrival {
		ms = uint32(max(p.Arrival, 0).Milliseconds()) // wraps, as Janus's does
	}
	size := len(p.Data)
	if w.header.Kind == Data {
		size += wallSize
	}
	b := append(w.buf, w.magic()...)
	if !w.untimed {
		b = binary.BigEndian.AppendUint32(b, ms)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(size))
	if w.header.Kind == Data {
		wall := p.Wall
		if wall.IsZero() {
			wall = w.header.FirstFrame.Add(p.Arrival)
		}
		b = binary.BigEndian.AppendUint64(b, uint64(wall.UnixMicro()))
	}
	w.buf = append(b, p.Data...)
}

func (w *Writer) magic() string {
	if w.untimed {
		return oldFrameMagic
	}
	return frameMagic
}

func (w *Writer) write(b []byte) {
	if w.err != nil {
		return
	}
	n, err := w.w.Write(b)
	if err == nil && n != len(b) {
		err = io.ErrShortWrite
	}
	w.err = err
}
