package mediatest

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

// testRefused wants each set of tracks refused, by type and in silence.
func testRefused(t *testing.T, k Kit) {
	cases := append([]Refused{
		{"no tracks", nil},
		{"data channel", []media.Track{{Codec: "text"}}},
		{"codec without a name", []media.Track{{}}},
	}, k.Refused...)
	for _, tt := range cases {
		t.Run(tt.Sin, func(t *testing.T) {
			b := &buffer{}
			w, err := k.Container(b, tt.Tracks)
			var unsupported *media.UnsupportedError
			if !errors.As(err, &unsupported) {
				t.Fatalf("got error %v, want a *media.UnsupportedError", err)
			}
			if unsupported.What == "" || w != nil {
				t.Errorf("got %q and writer %v", unsupported.What, w)
			}
			if b.calls != 0 {
				t.Errorf("%d bytes were written before, or it was sought", b.written)
			}
		})
	}
}

// testBadFrames wants frames refused that cannot be right, and the writer to
// stay with its error.
func testBadFrames(t *testing.T, k Kit) {
	good := k.Frames[few]
	type change struct {
		sin string
		f   func(*media.Frame)
	}
	cases := []change{
		{"no data", func(f *media.Frame) { f.Data = nil }},
		{"track below zero", func(f *media.Frame) { f.Track = -1 }},
		{"no such track", func(f *media.Frame) { f.Track = len(k.Tracks) }},
	}
	if k.Tick > 0 {
		cases = append(cases,
			change{"time below zero", func(f *media.Frame) { f.PTS = -1 }},
			change{"ten minutes before the last frame", func(f *media.Frame) { f.PTS -= 10 * time.Minute }},
			change{"duration below zero", func(f *media.Frame) { f.Duration = -1 }},
			change{"end later than any time", func(f *media.Frame) { f.PTS, f.Duration = 1<<63-1, 1 }})
	}
	for _, tt := range cases {
		t.Run(tt.sin, func(t *testing.T) {
			b := &buffer{}
			w, err := k.Container(b, k.Tracks)
			if err != nil {
				t.Fatal(err)
			}
			hour := good // so that ten minutes before it is a time
			hour.PTS += time.Hour
			if err := w.WriteFrame(hour); err != nil {
				t.Fatal(err)
			}
			bad := hour
			tt.f(&bad)
			first := w.WriteFrame(bad)
			if first == nil {
				t.Fatal("the frame was taken")
			}
			sticks(t, w, b, hour, first)
		})
	}
}

// sticks wants first again from all calls, and nothing more written.
func sticks(t *testing.T, w media.Writer, b *buffer, f media.Frame, first error) {
	t.Helper()
	calls := b.calls
	for range 2 {
		if err := w.WriteFrame(f); !errors.Is(err, first) {
			t.Errorf("WriteFrame after an error: got %v, want %v", err, first)
		}
		if err := w.Close(); !errors.Is(err, first) {
			t.Errorf("Close after an error: got %v, want %v", err, first)
		}
	}
	if b.calls != calls {
		t.Errorf("%d calls to what is written to after %v", b.calls-calls, first)
	}
}

// testClose closes twice, and writes after it.
func testClose(t *testing.T, k Kit) {
	b := &buffer{}
	w, err := k.Container(b, k.Tracks)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range k.Frames {
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	calls := b.calls
	if err := w.Close(); err != nil {
		t.Errorf("second Close: got %v, want nil", err)
	}
	if err := w.WriteFrame(k.Frames[len(k.Frames)-1]); err == nil {
		t.Error("a frame after Close was taken")
	}
	if b.calls != calls {
		t.Errorf("%d writes or seeks after Close", b.calls-calls)
	}
	if b.closed {
		t.Error("Close closed what it wrote to")
	}
}

// testWriteErrors lets the disk be full at every byte of a small file. Large
// frames are cut short: what is in them does not matter here.
func testWriteErrors(t *testing.T, k Kit) {
	frames := slices.Clone(k.Frames[:few])
	for i, f := range frames {
		frames[i].Data = f.Data[:min(len(f.Data), 200)]
	}
	for _, file := range []bool{true, false} {
		whole := &buffer{}
		write(t, k, as(whole, file), frames)
		if whole.written < 32 {
			t.Fatalf("the whole file is %d bytes", whole.written)
		}
		for n := range whole.written {
			b := &buffer{failing: true, failAt: n}
			if !failsOnce(t, k, b, as(b, file), frames, errFull) {
				t.Fatalf("seekable %v: disk full at byte %d of %d went unnoticed", file, n, whole.written)
			}
			b = &buffer{failing: true, failAt: n, silent: true}
			if !failsOnce(t, k, b, as(b, file), frames, io.ErrShortWrite) {
				t.Fatalf("seekable %v: a short write at byte %d of %d went unnoticed", file, n, whole.written)
			}
		}
	}
}

// testSeekErrors lets each seek fail in turn.
func testSeekErrors(t *testing.T, k Kit) {
	frames := k.Frames[:few]
	whole := &buffer{}
	write(t, k, whole, frames)
	for n := 1; n <= whole.seeks; n++ {
		b := &buffer{badSeek: n}
		failed := failsOnce(t, k, b, b, frames, errFull)
		if n == 1 && failed {
			t.Fatal("the first seek failed, and that was not taken for a pipe")
		}
		if n == 1 {
			compare(t, k, k.Read(t, b.data), frames)
		} else if !failed {
			t.Fatalf("seek %d of %d failed unnoticed", n, whole.seeks)
		}
	}
}

// failsOnce writes a file, and reports whether something failed. That must be
// the error want, and be said again for ever.
func failsOnce(t *testing.T, k Kit, b *buffer, to io.Writer, frames []media.Frame, want error) bool {
	t.Helper()
	w, err := k.Container(to, k.Tracks)
	for i := 0; err == nil && i < len(frames); i++ {
		err = w.WriteFrame(frames[i])
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		return false
	}
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want it to wrap %v", err, want)
	}
	if w != nil {
		b.failing = false // and the disk has room again
		sticks(t, w, b, frames[0], err)
	}
	return true
}

func as(b *buffer, file bool) io.Writer {
	if file {
		return b
	}
	return pipe{b}
}
