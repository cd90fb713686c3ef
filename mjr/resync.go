package mjr

import (
	"bytes"
	"encoding/json"
)

// verdict is what a frame or file header that a search came upon is worth.
type verdict uint8

const (
	unsound verdict = iota
	sound
	// cutOff: it would be sound, but the file ends before it does. A wrong
	// length looks the same, so the search goes on.
	cutOff
)

// resync leaves out bytes from the window's start on, at least one, up to the
// next record that stands the tests of accept, or to the end of the file.
func (r *Reader) resync(reason string) error {
	start, cut := r.win.off, int64(-1)
	r.win.discard(1)
	for {
		b := r.win.ahead(fileHead)
		i := nextMagic(b, 0)
		if i < 0 {
			if r.win.err != nil {
				r.win.discard(len(b))
				break
			}
			r.win.discard(len(b) - len(frameMagic) + 1) // a magic may begin there
			continue
		}
		r.win.discard(i)
		switch r.accept(0) {
		case sound:
			r.damageTo(start, r.win.off, reason)
			return nil
		case cutOff:
			if cut < 0 {
				cut = r.win.off
			}
		}
		r.win.discard(1)
	}
	if cut >= 0 && r.failure() == nil {
		r.damageTo(start, cut, reason)
		start, reason = cut, reasonCut
		r.report.Truncated = true
	}
	r.damageTo(start, r.win.off, reason)
	return r.failure()
}

// inside searches n bytes from the window's start, but not at the start, for
// the beginning of a record that stands the tests of accept. It returns where,
// or 0.
func (r *Reader) inside(n int) int {
	for i := 1; ; i++ {
		if i = nextMagic(r.win.peek(n+len(frameMagic)-1), i); i < 0 {
			return 0
		}
		if r.accept(i) == sound {
			return i
		}
	}
}

// nextMagic finds where in b, from an index on, a frame or a file header may
// begin; -1 if nowhere. It does not search for each magic by itself: where one
// is frequent and another is not there, that would take quadratic time.
func nextMagic(b []byte, from int) int {
	for {
		i := bytes.IndexByte(b[min(from, len(b)):], 'M')
		if i < 0 {
			return -1
		}
		from += i
		if from+len(frameMagic) > len(b) {
			return -1
		}
		if s := string(b[from : from+len(frameMagic)]); s == frameMagic || s == jsonMagic {
			return from
		}
		from++
	}
}

// accept judges a frame or file header at index i of the window, in time that
// does not depend on what it says of its size: it must make sense by itself,
// and have a frame behind it or the file's end. A frame of the same stream as
// the one read last is believed by that alone.
func (r *Reader) accept(i int) verdict {
	b := r.win.peek(i + fileHead + wordSize + beyond)[i:]
	if isHead(b) {
		return r.acceptHead(i)
	}
	if !r.isFrame(b) || len(b) < frameHead {
		return unsound
	}
	size := frameHead + bodyLen(b)
	b = r.win.peek(i + size + beyond)[i:]
	body := b[frameHead:min(size, len(b))]
	switch {
	case !r.fits(body, size-frameHead):
		return unsound
	case len(b) < size:
		return cutOff
	case r.follows(b[size:]) || r.belongs(body):
		return sound
	}
	return unsound
}

// acceptHead is accept for the header of a further file. What it costs to look
// at the JSON is linear in the bytes of all headers that a search meets: text
// that is JSON from two places on is no JSON any more where a third one begins.
func (r *Reader) acceptHead(i int) verdict {
	b := r.win.peek(i + fileHead)[i:]
	if len(b) < fileHead {
		return unsound
	}
	size := fileHead + bodyLen(b)
	b = r.win.peek(i + size + beyond)[i:]
	if len(b) < size+beyond || string(b[size:size+len(frameMagic)]) != frameMagic {
		return unsound
	}
	if b[0] == frameMagic[0] && b[1] == frameMagic[1] || b[fileHead] == '{' && json.Valid(b[fileHead:size]) {
		return sound
	}
	return unsound
}

// damageTo records the bytes from start to end as left out, if there are any.
func (r *Reader) damageTo(start, end int64, reason string) {
	if end > start {
		r.damage(start, end-start, reason)
	}
}
