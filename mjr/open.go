package mjr

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

var errNoHead = errors.New("no file header")

// open reads the file header and finds the first record.
func (r *Reader) open() error {
	first := string(r.win.peek(fileHead))
	if first == "" {
		return r.failure()
	}
	problem, err := r.openHead()
	if err == nil {
		err = r.locate()
		if err == nil || problem == nil { // ReadPacket meets the error again
			r.settle()
			return nil
		}
	}
	if err != io.EOF {
		return err
	}
	if problem == errHeadCut {
		problem = fmt.Errorf("%w: %w", problem, io.ErrUnexpectedEOF)
	}
	if first[0] != 'M' { // perhaps a key file, named by mistake: it is not shown
		return fmt.Errorf("%w: %w", ErrNotMJR, problem)
	}
	return fmt.Errorf("%w: it begins with %q: %w", ErrNotMJR, first, problem)
}

// failure is what the underlying reader returned instead of io.EOF.
func (r *Reader) failure() error {
	if r.win.err == io.EOF {
		return nil
	}
	return r.win.err
}

// openHead reads the first file header, or finds where to go on without one:
// then it tells the problem. The error is io.EOF where there is nothing.
func (r *Reader) openHead() (problem, err error) {
	h, problem := r.readHead()
	b := r.win.peek(fileMagic)
	// Two bytes are what Janus's readers look at.
	magic := begins(b, "ME") || begins(b, "MJ")
	if problem == nil && (magic || h.Kind != KindUnknown) {
		if !magic {
			h.problem = fmt.Errorf("file magic is %q", b)
		}
		if h.problem != nil {
			r.damage(0, int64(h.size), h.problem.Error())
		}
		r.adopt(h)
		r.win.discard(h.size)
		return h.problem, nil
	}
	if err := r.failure(); err != nil {
		return nil, err
	}
	if r.accept(0) == sound {
		r.damage(0, 0, errNoHead.Error())
		return errNoHead, nil
	}
	if magic {
		h.Header = r.salvageHead(h.Version)
		r.adopt(h)
		return problem, r.resync(problem.Error())
	}
	// Any other file is not searched to its end. Its beginning may be lost.
	if i := r.inside(maxFrame); i > 0 {
		r.skip(i, errNoHead.Error())
		return errNoHead, nil
	}
	return errNoHead, io.EOF
}

// salvageHead takes what can be known of a first header that is broken.
func (r *Reader) salvageHead(version int) Header {
	b := r.win.peek(maxFile)
	text, _, _ := bytes.Cut(b[min(fileHead, len(b)):], []byte(frameMagic))
	h := salvageHeader(text)
	h.Version = version
	return h
}

// another reads a file header that stands where a frame could: that of the
// next of several files put together.
func (r *Reader) another() error {
	h, err := r.readHead()
	if err == nil {
		if r.named && r.contradicts(h.Header) {
			r.leave("another recording begins")
			return nil
		}
		if h.problem != nil {
			r.damage(r.win.off, int64(h.size), h.problem.Error())
		}
		if r.headed {
			r.report.Headers++
		}
		r.adopt(h)
		r.win.discard(h.size)
		return nil
	}
	if err := r.failure(); err != nil {
		return err
	}
	if err == errHeadCut {
		rest := r.win.ahead(0) // all of the file, and less than a header can be
		if r.inside(len(rest)) == 0 {
			r.truncate(len(rest), reasonHeadCut)
			return nil
		}
	}
	return r.resync(err.Error())
}

// contradicts tells whether a further header is that of another medium. What
// the first one promises of the packets would not hold behind it: not their
// codec, nor that they are in clear.
func (r *Reader) contradicts(h Header) bool {
	first := r.Header
	return h.Kind != KindUnknown && (h.Kind != first.Kind || h.Encrypted != first.Encrypted || h.PERC != first.PERC ||
		h.Codec != "" && first.Codec != "" && h.Codec != first.Codec)
}

// leave skips the rest of the file.
func (r *Reader) leave(reason string) {
	start := r.win.off
	for rest := r.win.ahead(1); len(rest) > 0; rest = r.win.ahead(1) {
		r.win.discard(len(rest))
	}
	r.damageTo(start, r.win.off, reason)
}

// adopt takes over what a file header says of the frames behind it.
func (r *Reader) adopt(h head) {
	if h.Kind == KindUnknown {
		h.Kind = r.kind
	}
	r.frames = frames{kind: h.Kind, hint: h.hint}
	r.headed = true
	if h.Kind == Data && !h.FirstFrame.IsZero() {
		r.started, r.wall = true, h.FirstFrame.UnixMicro()
	}
	if !r.named {
		r.Header, r.named = h.Header, h.Kind != KindUnknown
	}
}

// settle completes the header by what the first record shows.
func (r *Reader) settle() {
	r.headed, r.named = true, true
	if r.located == 0 {
		return
	}
	r.Header.Version = r.generation()
	if r.Header.Kind == KindUnknown {
		r.Header.Kind = r.kind
	}
}
