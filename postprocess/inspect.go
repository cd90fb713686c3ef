package postprocess

import (
	"errors"
	"io"
	"time"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/mjr"
)

// Inspect reads a recording through, and opens its frames as Convert would,
// but writes nothing: what would be in the output is Written. Frames of a
// recording flagged as encrypted are Sealed if there is no Opener for them.
// The report has no offset, as that needs the other recordings of the session.
// Of a data channel it has the messages (Packets.Read) and how long they last.
//
// Its error is a *ReadError, or the reason for which Convert would leave the
// input out at once; that no frame opened is none.
func Inspect(in Input, o Options) (TrackReport, error) {
	r := TrackReport{Name: in.Name}
	t, err := newTrack(in, o, new(decrypt.Seen), &r)
	if t == nil {
		return r, err
	}
	switch {
	case r.Header.Kind == mjr.Data:
		err = t.readMessages()
	case err != nil:
	case r.Header.Encrypted && in.Opener == nil && in.PacketOpener == nil:
		err = t.sealed(func(frame) bool {
			r.Frames.Sealed++
			return true
		})
	default:
		for ; err == nil; err = t.next() {
			if t.have {
				r.Frames.Written++
			}
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	t.finish()
	return r, err
}

// Frames calls yield with each frame as it was recorded, in order, until that
// returns false. Encrypted ones are not opened, so no key is needed. Only
// whole frames come. The bytes are valid during the call.
func Frames(in Input, o Options, yield func(frame []byte, m decrypt.Meta) bool) error {
	in.Opener = nil
	t, err := newTrack(in, o, nil, new(TrackReport))
	if err != nil {
		return err
	}
	return t.sealed(func(f frame) bool { return yield(f.data, f.meta) })
}

// sealed reads the frames before they are opened.
func (t *track) sealed(yield func(frame) bool) error {
	for {
		f, err := t.assembled.readFrame()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &ReadError{t.partName(), err}
		}
		if !yield(f) {
			return nil
		}
	}
}

// readMessages reads a data channel.
func (t *track) readMessages() error {
	var first, last time.Time
	for n := 0; ; n++ {
		p, err := t.reader.ReadPacket()
		if errors.Is(err, io.EOF) {
			t.report.Packets.Read = int64(n)
			t.report.Wall = last.Sub(first)
			return nil
		}
		if err != nil {
			return &ReadError{t.partName(), err}
		}
		if n == 0 || p.Wall.Before(first) {
			first = p.Wall
		}
		if n == 0 || p.Wall.After(last) {
			last = p.Wall
		}
	}
}
