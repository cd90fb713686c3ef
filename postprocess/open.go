package postprocess

import (
	"errors"

	"github.com/mjrkit/mjrkit/decrypt"
)

// opener is the stage that opens frames. What does not open ends here, and is
// counted. The frames come out in the order in which they came in, those too
// that could be opened only later: see held.
type opener struct {
	src    frameReader
	o      decrypt.Opener // nil: the frames are in clear
	seen   *decrypt.Seen  // of all tracks
	clear  ClearPolicy
	rate   int // of the clock, for the report
	report *FrameReport

	plain  []byte // backs the plaintext of the frame last opened
	held   heldFrames
	opened bool // a frame was opened: no clear one is taken any more
	lost   bool // something did not open since the last frame
	err    error
}

func (o *opener) readFrame() (frame, error) {
	for {
		if f, ok := o.pop(); ok {
			return f, nil
		}
		if o.err != nil {
			return frame{}, o.err
		}
		f, err := o.src.readFrame()
		switch {
		case err != nil:
			o.err = err
			o.retry() // the last chance
		case o.o == nil:
			o.report.Opened++
			return o.pass(f), nil
		default:
			if f, ok := o.take(f); ok {
				return f, nil
			}
		}
	}
}

// take opens a frame, if no others wait before it.
func (o *opener) take(f frame) (frame, bool) {
	if o.held.empty() {
		res, err := o.o.Open(o.plain[:0], f.data, f.meta)
		if !errors.Is(err, decrypt.ErrHold) {
			o.plain = keep(o.plain, res.Plain)
			return o.settle(f, res, err)
		}
		o.held.push(f).err = err
		return frame{}, false
	}
	h := o.held.push(f)
	o.held.open(h, o.o)
	if h.err == nil && h.res.Adopted {
		o.retry()
	}
	return frame{}, false
}

// keep is the larger of two buffers.
func keep(a, b []byte) []byte {
	if cap(b) > cap(a) {
		return b
	}
	return a
}

// retry opens all frames again that wait for a key, until no more of them
// brings another one.
func (o *opener) retry() {
	for again := true; again; {
		again = false
		for _, h := range o.held.frames {
			if h.waits() {
				o.held.open(h, o.o)
				again = again || h.err == nil && h.res.Adopted
			}
		}
	}
}

// pop gives the oldest held frame that passes, unless one before it still
// waits.
func (o *opener) pop() (frame, bool) {
	for !o.held.empty() {
		if o.held.frames[0].waits() && !o.held.full() && o.err == nil {
			break
		}
		h := o.held.pop()
		if f, ok := o.settle(h.frame, h.res, h.err); ok {
			return f, true
		}
	}
	return frame{}, false
}

// settle decides what becomes of a frame by what the Opener said of it, in
// the order of the frames.
func (o *opener) settle(f frame, res decrypt.Result, err error) (frame, bool) {
	switch {
	case err == nil:
		o.opened = true
		if o.replayed(res) {
			o.lost = o.lost || f.lost
			return frame{}, false
		}
		o.report.count(res, ticks(f.time, o.rate))
		f.data = res.Plain
		return o.pass(f), true
	case o.acceptClear(err):
		o.report.keepClear(ticks(f.time, o.rate))
		return o.pass(f), true
	}
	o.report.fail(err)
	o.lost = true
	return frame{}, false
}

// replayed tells whether the same frame was in the session before. Another one
// under the same counter is none, and is reported.
func (o *opener) replayed(res decrypt.Result) bool {
	switch o.seen.Check(res, res.Plain) {
	case decrypt.Replayed:
		o.report.Replayed++
		return true
	case decrypt.Reused:
		o.report.Reused++
	case decrypt.Repeated:
		o.report.Repeated++
	}
	return false
}

// pass lets a frame out.
func (o *opener) pass(f frame) frame {
	f.lost = f.lost || o.lost
	o.lost = false
	return f
}

// acceptClear tells whether a frame that did not open is taken as clear. After
// the first one that opened nothing is: a server could put it in.
func (o *opener) acceptClear(err error) bool {
	switch {
	case o.opened:
		return false
	case o.clear == ClearAll:
		return true
	case o.clear == ClearBefore:
		return errors.Is(err, decrypt.ErrFormat) || errors.Is(err, decrypt.ErrClear)
	}
	return false
}
