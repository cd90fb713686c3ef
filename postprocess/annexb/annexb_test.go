package annexb_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/postprocess/annexb"
	"github.com/mjrkit/mjrkit/postprocess/media"
	"github.com/mjrkit/mjrkit/postprocess/media/mediatest"
)

func kit(t testing.TB) mediatest.Kit {
	tracks, frames := mediatest.Load(t, corpus.Load(t, "plain-h264").File(t, "video"))
	h264 := media.Track{Codec: "h264"}
	return mediatest.Kit{
		Container: annexb.New, Tracks: tracks, Frames: frames, Read: read,
		Refused: []mediatest.Refused{
			{Sin: "two tracks", Tracks: []media.Track{h264, h264}},
			{Sin: "VP8", Tracks: []media.Track{{Codec: "vp8", Width: 640, Height: 480}}},
			{Sin: "audio", Tracks: []media.Track{{Codec: "opus"}}},
		},
	}
}

// read is the reader of the kit. A new access unit begins with a sequence
// parameter set, or with a picture's first slice where none came before: the
// start code, a type of 1, and a first bit of 1 for macroblock 0.
func read(t testing.TB, b []byte) []media.Frame {
	t.Helper()
	var frames []media.Frame
	start := []byte{0, 0, 0, 1}
	at := 0
	for i := range b {
		if !bytes.HasPrefix(b[i:], start) || len(b) < i+6 {
			continue
		}
		kind, first := b[i+4]&31, b[i+5]&0x80 != 0
		if i > at && (kind == 7 || kind == 1 && first) {
			frames = append(frames, media.Frame{Data: b[at:i]})
			at = i
		}
	}
	if at < len(b) {
		frames = append(frames, media.Frame{Data: b[at:]})
	}
	return frames
}

func TestContainer(t *testing.T) { mediatest.Run(t, kit(t)) }

func BenchmarkWriteFrame(b *testing.B) { mediatest.Bench(b, kit(b)) }

// TestTools: FFmpeg decodes all frames without a word.
func TestTools(t *testing.T) {
	ffmpeg := corpus.Tool(t, "ffmpeg")
	k := kit(t)
	path := filepath.Join(t.TempDir(), "out.h264")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := k.Container(f, k.Tracks)
	if err != nil {
		t.Fatal(err)
	}
	for _, frame := range k.Frames {
		if err := w.WriteFrame(frame); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(ffmpeg, "-v", "warning", "-i", path, "-f", "framecrc", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	frames := 0
	for line := range strings.Lines(string(out)) {
		switch {
		case strings.HasPrefix(line, "0,"):
			frames++
		case !strings.HasPrefix(line, "#"):
			t.Errorf("ffmpeg: %s", line)
		}
	}
	if frames != len(k.Frames) {
		t.Errorf("ffmpeg decoded %d frames, want %d", frames, len(k.Frames))
	}
}
