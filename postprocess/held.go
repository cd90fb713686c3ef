package postprocess

import (
	"errors"

	"github.com/mjrkit/mjrkit/decrypt"
)

// Frames that wait for their key are bounded by number and, with all behind
// them, by size.
const (
	maxHeld      = 256
	maxHeldBytes = 8 << 20
)

// heldFrame is a frame that waits to be opened, or one that is opened and
// waits for those before it.
type heldFrame struct {
	frame // data is a copy
	plain []byte
	res   decrypt.Result
	err   error
}

// waits tells whether the frame is to be opened again.
func (h *heldFrame) waits() bool { return errors.Is(h.err, decrypt.ErrHold) }

// heldFrames is the queue of them: an Opener that searches for a key answers
// ErrHold until it has found it, and the frames must come out in their order.
type heldFrames struct {
	frames []*heldFrame
	bytes  int
}

func (q *heldFrames) empty() bool { return len(q.frames) == 0 }

func (q *heldFrames) full() bool {
	return len(q.frames) > maxHeld || q.bytes > maxHeldBytes
}

// push appends a copy of f.
func (q *heldFrames) push(f frame) *heldFrame {
	h := &heldFrame{frame: f}
	h.data = append([]byte(nil), f.data...)
	q.frames = append(q.frames, h)
	q.bytes += len(h.data)
	return h
}

// open opens a frame of the queue.
func (q *heldFrames) open(h *heldFrame, o decrypt.Opener) {
	q.bytes -= len(h.plain)
	h.res, h.err = o.Open(h.plain[:0], h.data, h.meta)
	h.plain = h.res.Plain
	q.bytes += len(h.plain)
}

// pop takes the oldest frame out.
func (q *heldFrames) pop() *heldFrame {
	h := q.frames[0]
	q.frames[0] = nil
	q.frames = q.frames[1:]
	q.bytes -= len(h.data) + len(h.plain)
	return h
}
