package mjr

import (
	"errors"
	"io"
	"slices"
	"time"
)

// ErrNotMJR says that there is no recording in a file, or none of which
// anything can be read.
var ErrNotMJR = errors.New("not an MJR recording")

// Reader reads a recording of any generation. Where the file is damaged it
// goes on at the next record that can be believed; what it had to leave out is
// told by Report.
type Reader struct {
	// Header is valid after NewReader, and does not change. Of files put
	// together it is the first one's.
	Header Header

	win     window
	frames       // of the part of the file that is being read
	headed  bool // the next file header is a further one
	named   bool // and the next one that tells the kind is not ours
	located int  // the size of the record at the window's start; 0 if there is none yet
	report  Report
}

// NewReader reads up to the first record, which tells what the header does
// not. It looks ahead: reading a pipe, it waits for what follows that record.
//
// A recording that never got a frame is no error; see Empty. The error is
// ErrNotMJR, wrapped, if nothing of r can be read, and what r returned if
// reading failed.
func NewReader(r io.Reader) (*Reader, error) {
	mr := &Reader{
		win:    window{src: r},
		frames: frames{hint: -1},
	}
	if err := mr.open(); err != nil {
		return nil, err
	}
	return mr, nil
}

// ReadPacket returns the next record. Its Data is valid until the next read.
//
// The error is io.EOF wherever the file ends, cut or not: damage shows only in
// Report. Any other error is what the underlying reader returned.
//
// Packets of audio and video have the size of an RTP header at least, but
// nothing else of them is checked while the file is whole: it may hold RTCP,
// and lengths that lie.
func (r *Reader) ReadPacket() (p Packet, err error) {
	if err := r.locate(); err != nil {
		return Packet{}, err
	}
	frame := r.win.peek(r.located)
	offset := r.win.off + frameHead
	r.win.discard(r.located)
	r.located = 0
	r.report.Records++

	body := frame[frameHead:len(frame):len(frame)]
	r.saw(body)
	p.Data, p.Offset, p.HasArrival = body, offset, !r.untimed
	if p.HasArrival {
		p.Arrival = time.Duration(stamp(frame)) * time.Millisecond
	}
	if r.kind == Data {
		p.Wall = time.UnixMicro(wallClock(body)).UTC()
		p.Data, p.Offset = body[wallSize:], offset+wallSize
	}
	return p, nil
}

// Report tells what was found so far; the end of the file is only seen when
// ReadPacket has returned io.EOF.
func (r *Reader) Report() Report {
	report := r.report
	report.Damages = slices.Clone(report.Damages)
	return report
}

// Empty reports whether the file is a recording without any frame, and without
// damage: of no bytes, of the magic alone, or of a header alone. Janus leaves
// such files of calls in which nothing was sent.
func (r *Reader) Empty() bool {
	return r.located == 0 && r.report.Records == 0 && r.report.Whole() && r.win.err == io.EOF
}
