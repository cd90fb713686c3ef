package mjr

import (
	"errors"
	"io"
	"slices"
	"time"
)

// Part is a file with a part of a recording, see NewPartsReader.
type Part struct {
	Name string // of the file; its number is taken where the header has none
	R    io.Reader
}

// PartReport is what a PartsReader found in one part.
type PartReport struct {
	Report
	Name   string
	Number int // from 1 on; 0 where Left tells why nothing is known
	// Missing is how many parts should have been in front of this one.
	Missing int
	// Left is why the file was left out: it wraps ErrNotMJR or ErrOther.
	Left error
}

// PartsReader reads the parts that a recorder made of one medium as one
// recording: no packet is left out at a seam, and the received times of all
// parts count from the first frame of the first one.
//
// Each file is read when the one before it has ended. One that is no part of
// the recording is left out, and reported; see Chain.
type PartsReader struct {
	// Header is that of the first part, and does not change.
	Header Header

	parts   []Part
	part    int     // the one being read
	cur     *Reader // nil if that one was left out
	chain   Chain
	shift   time.Duration // of the received times of cur
	last    time.Duration // the received time given out last
	reports []PartReport  // of what was opened; the last one is cur's
	err     error         // of opening a part; sticks
}

// NewPartsReader opens the first part, and each further one when it is its
// turn. They come in the order of their numbers. A recording that is whole in
// one file is its only part.
//
// Where a part has no packets, or does not tell what it holds, the next one
// stands for the first. The error is that of NewReader if there is none that
// can be read, or what reading returned.
func NewPartsReader(first Part, further ...Part) (*PartsReader, error) {
	r := &PartsReader{parts: append([]Part{first}, further...)}
	unread := r.open(0)
	if unread != nil && !errors.Is(unread, ErrNotMJR) {
		return nil, unread
	}
	for !r.joined() && r.part+1 < len(r.parts) {
		if err := r.open(r.part + 1); err == nil {
			unread = nil
		} else if !errors.Is(err, ErrNotMJR) {
			return nil, err
		}
	}
	if unread != nil {
		return nil, unread
	}
	return r, nil
}

// joined: the part that stands for the first is found.
func (r *PartsReader) joined() bool { return r.chain.begun }

// open opens a part. An error that wraps ErrNotMJR is in its report.
func (r *PartsReader) open(part int) error {
	r.leave()
	r.part = part
	p := r.parts[part]
	opened, err := NewReader(p.R)
	if err != nil && !errors.Is(err, ErrNotMJR) {
		return err
	}
	report := PartReport{Name: p.Name, Left: err}
	if err == nil {
		if !r.joined() {
			r.Header = opened.Header
		}
		report.Number, _ = PartNumber(opened.Header, p.Name)
		if report.Left = r.join(opened, &report); report.Left == nil {
			r.cur = opened
		}
	}
	r.reports = append(r.reports, report)
	return err
}

// join puts a file behind those before it, if it belongs there.
func (r *PartsReader) join(opened *Reader, report *PartReport) (err error) {
	if opened.Empty() {
		return nil
	}
	if len(r.parts) == 1 { // whatever its header tells
		report.Missing = report.Number - 1
		return nil
	}
	if report.Missing, err = r.chain.Add(opened.Header, report.Number); err != nil {
		return err
	}
	r.shift = r.last
	if from, u := r.Header.FirstFrame, opened.Header.FirstFrame; !from.IsZero() && !u.IsZero() {
		r.shift = u.Sub(from)
	}
	return nil
}

// leave keeps what is known of the part that was read.
func (r *PartsReader) leave() {
	if n := len(r.reports); r.cur != nil {
		r.reports[n-1].Report = r.cur.Report()
	}
	r.cur = nil
}

// ReadPacket returns the next record, as Reader.ReadPacket does. Its Offset
// lies in the file that Part tells.
func (r *PartsReader) ReadPacket() (Packet, error) {
	for {
		if r.cur != nil {
			p, err := r.cur.ReadPacket()
			if err == nil {
				if p.HasArrival {
					p.Arrival += r.shift
					r.last = p.Arrival
				}
				return p, nil
			}
			if !errors.Is(err, io.EOF) {
				return p, err
			}
		}
		if r.err != nil {
			return Packet{}, r.err
		}
		if r.part+1 == len(r.parts) {
			return Packet{}, io.EOF
		}
		if err := r.open(r.part + 1); err != nil && !errors.Is(err, ErrNotMJR) {
			r.err = err
		}
	}
}

// Part is the index of the part that is being read, or whose reading failed.
func (r *PartsReader) Part() int { return r.part }

// Reports tells of each part that was opened so far what was found in it.
func (r *PartsReader) Reports() []PartReport {
	all := slices.Clone(r.reports)
	for i := range all {
		all[i].Damages = slices.Clone(all[i].Damages)
	}
	if n := len(all); r.cur != nil {
		all[n-1].Report = r.cur.Report()
	}
	return all
}

// Empty reports whether all parts are recordings without any frame, see
// Reader.Empty.
func (r *PartsReader) Empty() bool {
	if len(r.parts) == 1 {
		return r.cur.Empty()
	}
	return !r.joined() && !slices.ContainsFunc(r.reports, func(p PartReport) bool { return p.Left != nil })
}
