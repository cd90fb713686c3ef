package ivf_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/postprocess/ivf"
	"github.com/mjrkit/mjrkit/postprocess/media"
	"github.com/mjrkit/mjrkit/postprocess/media/mediatest"
)

func load(t testing.TB, recording string) ([]media.Track, []media.Frame) {
	t.Helper()
	return mediatest.Load(t, corpus.Load(t, recording).File(t, "video"))
}

// read is the reader of the kit.
func read(t testing.TB, b []byte) []media.Frame {
	t.Helper()
	if len(b) < 32 || string(b[:8]) != "DKIF\x00\x00\x20\x00" {
		t.Fatalf("no header: %q", b[:min(len(b), 32)])
	}
	if rate, scale := binary.LittleEndian.Uint32(b[16:]), binary.LittleEndian.Uint32(b[20:]); rate != 1000 || scale != 1 {
		t.Errorf("got %d/%d ticks a second", rate, scale)
	}
	var frames []media.Frame
	for b = b[32:]; len(b) > 0; {
		if len(b) < 12 {
			t.Fatalf("frame %d: %d bytes of its header", len(frames), len(b))
		}
		n := int(binary.LittleEndian.Uint32(b))
		if n > len(b)-12 {
			t.Fatalf("frame %d: %d bytes, and %d are left", len(frames), n, len(b)-12)
		}
		pts := time.Duration(binary.LittleEndian.Uint64(b[4:])) * time.Millisecond
		frames = append(frames, media.Frame{PTS: pts, Data: b[12 : 12+n]})
		b = b[12+n:]
	}
	return frames
}

func kit(t testing.TB, recording string) mediatest.Kit {
	tracks, frames := load(t, recording)
	vp8 := media.Track{Codec: "vp8", Width: 640, Height: 480}
	return mediatest.Kit{
		Container: ivf.New, Tracks: tracks, Frames: frames, Read: read, Tick: time.Millisecond,
		Refused: []mediatest.Refused{
			{Sin: "two tracks", Tracks: []media.Track{vp8, vp8}},
			{Sin: "H.264", Tracks: []media.Track{{Codec: "h264", Width: 640, Height: 480}}},
			{Sin: "audio", Tracks: []media.Track{{Codec: "opus"}}},
			{Sin: "picture wider than 16 bits", Tracks: []media.Track{{Codec: "vp9", Width: 1 << 16, Height: 480}}},
			{Sin: "height below zero", Tracks: []media.Track{{Codec: "vp9", Width: 640, Height: -1}}},
		},
	}
}

var recordings = []string{"plain-vp8-identity", "plain-vp8-reschange", "plain-vp9", "plain-av1"}

func TestContainer(t *testing.T) {
	for _, name := range recordings {
		t.Run(name, func(t *testing.T) { mediatest.Run(t, kit(t, name)) })
	}
}

func BenchmarkWriteFrame(b *testing.B) { mediatest.Bench(b, kit(b, "plain-vp8-identity")) }

func TestHeader(t *testing.T) {
	for codec, code := range map[string]string{"vp8": "VP80", "vp9": "VP90", "av1": "AV01"} {
		var b bytes.Buffer
		w, err := ivf.New(&b, []media.Track{{Codec: codec, Width: 640, Height: 65535}})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		want := "DKIF\x00\x00\x20\x00" + code + "\x80\x02\xff\xff\xe8\x03\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		if got := b.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A temporal unit out of RTP has no delimiter; in IVF it has one.
func TestDelimiter(t *testing.T) {
	var b bytes.Buffer
	w, err := ivf.New(&b, []media.Track{{Codec: "av1"}})
	if err != nil {
		t.Fatal(err)
	}
	for i, data := range []string{"\x32\x01\xaa", "\x12\x00\x32\x01\xaa"} {
		if err := w.WriteFrame(media.Frame{PTS: time.Duration(i), Data: []byte(data)}); err != nil {
			t.Fatal(err)
		}
	}
	for i, f := range read(t, b.Bytes()) {
		if got, want := string(f.Data), "\x12\x00\x32\x01\xaa"; got != want {
			t.Errorf("frame %d: got %x, want %x", i, got, want)
		}
	}
}

// Each time is rounded on its own, to the nearest millisecond.
func TestRounding(t *testing.T) {
	var b bytes.Buffer
	w, err := ivf.New(&b, []media.Track{{Codec: "vp8"}})
	if err != nil {
		t.Fatal(err)
	}
	const frame = 33366666 * time.Nanosecond // 29.97 a second
	for i := range 1000 {
		if err := w.WriteFrame(media.Frame{PTS: time.Duration(i*2600) * frame, Data: []byte{0}}); err != nil {
			t.Fatal(err)
		}
	}
	for i, f := range read(t, b.Bytes()) {
		if off := (f.PTS - time.Duration(i*2600)*frame).Abs(); off > time.Millisecond/2 {
			t.Fatalf("frame %d: off by %v", i, off)
		}
	}
}
