package mediatest

import (
	"io"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

// endless repeats the frames of a kit, later each time.
type endless struct {
	frames []media.Frame
	next   int
	shift  time.Duration
}

func (e *endless) frame() media.Frame {
	if e.next == len(e.frames) {
		last := e.frames[e.next-1]
		e.shift += last.PTS + 20*time.Millisecond - e.frames[0].PTS
		e.next = 0
	}
	f := e.frames[e.next]
	e.next++
	f.PTS += e.shift
	return f
}

// testAllocations writes frames until buffers have their size, and then wants
// none to be allocated.
func testAllocations(t *testing.T, k Kit) {
	w, err := k.Container(io.Discard, k.Tracks)
	if err != nil {
		t.Fatal(err)
	}
	e := &endless{frames: k.Frames}
	one := func() {
		if err := w.WriteFrame(e.frame()); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 * len(k.Frames) {
		one()
	}
	if n := testing.AllocsPerRun(2*len(k.Frames), one); n != 0 {
		t.Errorf("%v allocations a frame, want none", n)
	}
}

// Bench measures a frame; bytes are those of the frames.
func Bench(b *testing.B, k Kit) {
	w, err := k.Container(io.Discard, k.Tracks)
	if err != nil {
		b.Fatal(err)
	}
	var bytes int64
	for _, f := range k.Frames {
		bytes += int64(len(f.Data))
	}
	b.SetBytes(bytes / int64(len(k.Frames)))
	b.ReportAllocs()
	e := &endless{frames: k.Frames}
	for b.Loop() {
		if err := w.WriteFrame(e.frame()); err != nil {
			b.Fatal(err)
		}
	}
}
