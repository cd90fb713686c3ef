// Package mediatest tests containers: that frames come out as they went in,
// and that a container keeps the contract of package media.
//
//   - What it cannot hold it refuses with a *media.UnsupportedError, before
//     it has written a byte.
//   - It keeps nothing of a frame's data.
//   - A frame that cannot be right (no such track, no data, a time below zero
//     or long before the frame that was written last) is an error, and never
//     becomes a wrong file.
//   - The first error sticks: every later call returns it, and nothing more is
//     written. A seek that fails after the first one is such an error; if the
//     very first fails, the container takes w for a pipe.
//   - A file may begin in the middle of w, and w stands at its end afterwards.
//   - Close finishes the format and leaves w open; to close again does nothing.
//   - A frame costs no allocation.
//
// Load brings real frames.
package mediatest

import (
	"bytes"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

// Kit is a container and what belongs to its test.
type Kit struct {
	Container media.Container
	Tracks    []media.Track // that the container holds
	Frames    []media.Frame // of these tracks, real ones
	// Refused is what the container cannot hold.
	Refused []Refused
	// Read reads a whole file without the package under test: track, time, key
	// and data of each frame, in the order of the file. What is odd about the
	// file fails the test.
	Read func(t testing.TB, file []byte) []media.Frame
	// Tick is the finest step in time that the container can tell; 0 is none.
	Tick time.Duration
	// Keys is true if the container tells key frames.
	Keys bool
}

// Refused is a set of tracks that a container cannot hold.
type Refused struct {
	Sin    string
	Tracks []media.Track
}

// few frames make a small file, for tests that write it a thousand times.
const few = 8

// Run tests all of the contract.
func Run(t *testing.T, k Kit) {
	t.Helper()
	if len(k.Frames) <= few {
		t.Fatalf("mediatest: %d frames are too few", len(k.Frames))
	}
	t.Run("frames", func(t *testing.T) { testFrames(t, k) })
	t.Run("offset", func(t *testing.T) { testOffset(t, k) })
	t.Run("scribble", func(t *testing.T) { testScribble(t, k) })
	t.Run("order", func(t *testing.T) { testOrder(t, k) })
	t.Run("refused", func(t *testing.T) { testRefused(t, k) })
	t.Run("bad frames", func(t *testing.T) { testBadFrames(t, k) })
	t.Run("close", func(t *testing.T) { testClose(t, k) })
	t.Run("write errors", func(t *testing.T) { testWriteErrors(t, k) })
	t.Run("seek errors", func(t *testing.T) { testSeekErrors(t, k) })
	t.Run("allocations", func(t *testing.T) { testAllocations(t, k) })
}

// testFrames writes and reads all frames, to a pipe and to a file.
func testFrames(t *testing.T, k Kit) {
	for _, s := range sinks() {
		t.Run(s.name, func(t *testing.T) {
			write(t, k, s.w, k.Frames)
			compare(t, k, k.Read(t, s.buf.data), k.Frames)
		})
		t.Run(s.name+" without a frame", func(t *testing.T) {
			s := sinkNamed(s.name)
			write(t, k, s.w, nil)
			if got := k.Read(t, s.buf.data); len(got) != 0 {
				t.Errorf("got %d frames, want none", len(got))
			}
		})
	}
}

// testOffset writes a file behind other bytes: it is the same file.
func testOffset(t *testing.T, k Kit) {
	alone, behind := &buffer{}, &buffer{}
	write(t, k, alone, k.Frames)
	before := []byte("bytes of somebody else")
	if _, err := behind.Write(before); err != nil {
		t.Fatal(err)
	}
	write(t, k, behind, k.Frames)
	if !bytes.HasPrefix(behind.data, before) {
		t.Fatalf("what stood before was overwritten: %q", behind.data[:len(before)])
	}
	if !bytes.Equal(behind.data[len(before):], alone.data) {
		t.Error("the file is another one at another place")
	}
	if behind.pos != len(behind.data) {
		t.Errorf("left standing at %d, want the end, %d", behind.pos, len(behind.data))
	}
}

// testScribble overwrites all that was handed on.
func testScribble(t *testing.T, k Kit) {
	want, got := &buffer{}, &buffer{}
	write(t, k, want, k.Frames)
	tracks := append([]media.Track(nil), k.Tracks...)
	for i := range tracks {
		tracks[i].FirstFrame = bytes.Clone(tracks[i].FirstFrame)
	}
	w, err := k.Container(got, tracks)
	if err != nil {
		t.Fatal(err)
	}
	for i := range tracks {
		scribble(tracks[i].FirstFrame)
		tracks[i] = media.Track{Comment: "scribbled"}
	}
	var data []byte
	for _, f := range k.Frames {
		data = append(data[:0], f.Data...)
		f.Data = data
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
		scribble(data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.data, want.data) {
		t.Error("the file changes with the caller's buffers")
	}
}

// testOrder swaps neighbours of different tracks, as an interleaver may that
// reads two clocks: both must come out.
func testOrder(t *testing.T, k Kit) {
	if len(k.Tracks) < 2 {
		return // nothing to swap
	}
	frames, swapped := append([]media.Frame(nil), k.Frames...), 0
	for i := 1; i < len(frames); i++ {
		if frames[i].Track != frames[i-1].Track {
			frames[i], frames[i-1] = frames[i-1], frames[i]
			i++
			swapped++
		}
	}
	if swapped == 0 {
		t.Fatal("mediatest: no neighbours to swap")
	}
	b := &buffer{}
	write(t, k, b, frames)
	compare(t, k, k.Read(t, b.data), frames)
}

func compare(t *testing.T, k Kit, got, want []media.Frame) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d frames, want %d", len(got), len(want))
	}
	for i, g := range got {
		w := want[i]
		if g.Track != w.Track || !bytes.Equal(g.Data, w.Data) {
			t.Fatalf("frame %d: got track %d and %d bytes, want track %d and %d bytes, or other bytes",
				i, g.Track, len(g.Data), w.Track, len(w.Data))
		}
		if off := (g.PTS - w.PTS).Abs(); k.Tick > 0 && off > (k.Tick+1)/2 {
			t.Fatalf("frame %d: got time %v, want %v", i, g.PTS, w.PTS)
		}
		if k.Keys && g.Key != w.Key {
			t.Fatalf("frame %d: got key %v, want %v", i, g.Key, w.Key)
		}
	}
}

func scribble(b []byte) {
	for i := range b {
		b[i] ^= 0xa5
	}
}
