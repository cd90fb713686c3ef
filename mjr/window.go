package mjr

import (
	"errors"
	"io"
)

// windowSize holds a record that may be damaged (64 KiB and its header), one
// more that begins anywhere in it, and as much again: so bytes move down only
// after at least as many were consumed, and reading stays linear.
const windowSize = 192 << 10

// maxEmptyReads is how often a source may return nothing and no error.
const maxEmptyReads = 100

var errBadCount = errors.New("mjr: source returned an impossible count")

// window looks ahead in a stream without copying what it shows.
//
// It is not a bufio.Reader because that moves its bytes down at each fill: 64
// KiB of look-ahead would be copied again for every few bytes that a slow
// source delivers.
type window struct {
	src        io.Reader
	buf        []byte
	start, end int
	off        int64 // of buf[start] in the file
	err        error // why there is nothing behind buf[end]; sticks
}

// peek shows the next n bytes, n ≤ windowSize; fewer only where the source
// ends, and then w.err says why. They stay valid until the next peek.
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
	if w.start+n > len(w.buf) {
		w.end = copy(w.buf, w.buf[w.start:w.end])
		w.start = 0
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
