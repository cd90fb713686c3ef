package mediatest

import (
	"errors"
	"io"
	"testing"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

var errFull = errors.New("disk full")

// buffer is a file in memory that can be told to fail.
type buffer struct {
	data   []byte
	pos    int
	closed bool
	calls  int // of Write and Seek

	failing bool // from failAt bytes on, counting every write
	failAt  int
	silent  bool // fails without an error, as no io.Writer may
	written int
	seeks   int
	badSeek int // the seek that fails, from 1; 0 is none
}

func (b *buffer) Write(p []byte) (int, error) {
	b.calls++
	n, err := len(p), error(nil)
	if left := b.failAt - b.written; b.failing && n > left {
		n, err = left, errFull
		if b.silent {
			err = nil
		}
	}
	b.written += n
	if grow := b.pos + n - len(b.data); grow > 0 {
		b.data = append(b.data, make([]byte, grow)...)
	}
	copy(b.data[b.pos:], p[:n])
	b.pos += n
	return n, err
}

func (b *buffer) Seek(offset int64, whence int) (int64, error) {
	b.calls++
	b.seeks++
	if b.seeks == b.badSeek {
		return 0, errFull
	}
	switch whence {
	case io.SeekCurrent:
		offset += int64(b.pos)
	case io.SeekEnd:
		offset += int64(len(b.data))
	}
	if offset < 0 || offset > int64(len(b.data)) {
		return 0, errors.New("seek outside of the file")
	}
	b.pos = int(offset)
	return offset, nil
}

func (b *buffer) Close() error {
	b.closed = true
	return nil
}

// pipe hides that a buffer can seek.
type pipe struct{ b *buffer }

func (p pipe) Write(d []byte) (int, error) { return p.b.Write(d) }
func (p pipe) Close() error                { return p.b.Close() }

// terminal has a Seek that does not work, as os.Stdout has on a pipe.
type terminal struct{ pipe }

func (terminal) Seek(int64, int) (int64, error) { return 0, errors.New("illegal seek") }

type sink struct {
	name string
	w    io.Writer
	buf  *buffer
}

func sinks() []sink {
	file, through, stdout := &buffer{}, &buffer{}, &buffer{}
	return []sink{
		{"file", file, file},
		{"pipe", pipe{through}, through},
		{"seek that fails", terminal{pipe{stdout}}, stdout},
	}
}

func sinkNamed(name string) sink {
	for _, s := range sinks() {
		if s.name == name {
			return s
		}
	}
	panic("mediatest: no sink " + name)
}

// write writes a whole file.
func write(t testing.TB, k Kit, w io.Writer, frames []media.Frame) {
	t.Helper()
	if err := tryWrite(k, w, frames); err != nil {
		t.Fatal(err)
	}
}

func tryWrite(k Kit, w io.Writer, frames []media.Frame) error {
	c, err := k.Container(w, k.Tracks)
	if err != nil {
		return err
	}
	for _, f := range frames {
		if err := c.WriteFrame(f); err != nil {
			return err
		}
	}
	return c.Close()
}
