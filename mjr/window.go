package mjr

import (
	"errors"
	"io"
)

// A window is at least twice as large as what it was asked to show: bytes move
// down only after as many were consumed, and reading stays linear. Most that
// is looked at is a frame that begins where another one may end, and what
// stands behind it.
const (
	firstWindow   = 32 << 10 // enough for all packets of networks
	largestWindow = 2 * (2*maxFrame + fileHead + wordSize + beyond)
)

// maxEmptyReads is how often a source may return nothing and no error.
const maxEmptyReads = 100

var errBadCount = errors.New("mjr: source returned an impossible count")

// window looks ahead in a stream without copying what it shows.
//
// It is not a bufio.Reader because that moves its bytes down at each fill:
// where much is looked at, all of it would be copied again for every few bytes
// that a slow source delivers.
type window struct {
	src        io.Reader
	buf        []byte
	start, end int
	off        int64 // of buf[start] in the file
	err        error // why there is nothing behind buf[end]; sticks
}

// peek shows the next n bytes; fewer only where the source ends, and then
// w.err says why. They stay valid until the next peek.
func (w *window) peek(n int) []byte {
	if w.end-w.start < n {
		w.fill(n)
	}
	return w.buf[w.start:min(w.start+n, w.end)]
}

// ahead shows all bytes that are in memory, at least n if the source has them.
func (w *window) ahead(n int) []byte {
	w.peek(n)
	return w.buf[w.start:w.end]
}

// discard consumes n bytes that were peeked at.
func (w *window) discard(n int) {
	w.start += n
	w.off += int64(n)
	if w.start == w.end {
		w.start, w.end = 0, 0
	}
}

func (w *window) fill(n int) {
	if w.start+n > len(w.buf) && w.err == nil {
		to := w.buf
		if n > len(to)/2 {
			to = make([]byte, max(2*n, min(2*len(to), largestWindow), firstWindow))
		}
		w.end = copy(to, w.buf[w.start:w.end])
		w.buf, w.start = to, 0
	}
	for empty := 0; w.end-w.start < n && w.err == nil; {
		m, err := w.src.Read(w.buf[w.end:])
		if m < 0 || m > len(w.buf)-w.end {
			w.err = errBadCount
			return
		}
		w.end += m
		w.err = err
		if m > 0 {
			empty = 0
		} else if empty++; empty == maxEmptyReads && err == nil {
			w.err = io.ErrNoProgress
		}
	}
}

// ended reports whether the file ends n bytes behind the window's start, as
// far as can be seen: reading may have failed there instead.
func (w *window) ended(n int) bool { return w.end-w.start <= n && w.err != nil }
