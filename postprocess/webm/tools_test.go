package webm_test

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// toFile and toPipe write a recording under a name in a folder of the test.
func toFile(t *testing.T, container media.Container, tracks []media.Track, frames []media.Frame) string {
	return save(t, container, tracks, frames, func(f *os.File) io.Writer { return f })
}

func toPipe(t *testing.T, container media.Container, tracks []media.Track, frames []media.Frame) string {
	return save(t, container, tracks, frames, func(f *os.File) io.Writer { return struct{ io.Writer }{f} })
}

func save(t *testing.T, container media.Container, tracks []media.Track, frames []media.Frame, to func(*os.File) io.Writer) string {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "out.mkv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := container(to(f), tracks)
	if err != nil {
		t.Fatal(err)
	}
	for _, frame := range frames {
		if err := w.WriteFrame(frame); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// TestTools gives every recording, as a file and through a pipe, to FFmpeg and
// MKVToolNix: both must be content, and find the frames where they belong.
func TestTools(t *testing.T) {
	for _, tt := range recordings {
		tracks, frames := load(t, tt.name, tt.kinds...)
		for name, to := range map[string]func(*testing.T, media.Container, []media.Track, []media.Frame) string{
			"file": toFile, "pipe": toPipe,
		} {
			t.Run(tt.name+" "+strings.Join(tt.kinds, " ")+" "+name, func(t *testing.T) {
				path := to(t, tt.container, tracks, frames)
				decode(t, path)
				mkvmerge(t, path, len(tracks))
				packets(t, path, tracks, frames)
			})
		}
	}
}

// decode wants silence from FFmpeg while it decodes all. It keeps the file's
// time base: else it rounds to a frame rate that it guesses, and complains of
// its own rounding where a camera was not regular.
func decode(t *testing.T, path string) {
	t.Helper()
	out, errs := corpus.Run(t, "ffmpeg", "-v", "warning", "-i", path, "-enc_time_base", "-1", "-f", "null", "-")
	if out+errs != "" {
		t.Errorf("ffmpeg: %s%s", out, errs)
	}
}

// mkvmerge reads all of the file, and writes it anew.
func mkvmerge(t *testing.T, path string, tracks int) {
	t.Helper()
	out, _ := corpus.Run(t, "mkvmerge", "-J", path)
	var about struct {
		Container        struct{ Recognized, Supported bool }
		Warnings, Errors []string
		Tracks           []struct{ ID int }
	}
	if err := json.Unmarshal([]byte(out), &about); err != nil {
		t.Fatal(err)
	}
	if len(about.Warnings)+len(about.Errors) > 0 {
		t.Errorf("mkvmerge: %q, %q", about.Warnings, about.Errors)
	}
	if !about.Container.Recognized || !about.Container.Supported || len(about.Tracks) != tracks {
		t.Errorf("mkvmerge: got %+v", about)
	}
	out, _ = corpus.Run(t, "mkvmerge", "-o", filepath.Join(t.TempDir(), "again.mkv"), path)
	if strings.Contains(out, "Warning") || strings.Contains(out, "Error") {
		t.Errorf("mkvmerge: %s", out)
	}
}

// packets compares what ffprobe finds with what was written.
func packets(t *testing.T, path string, tracks []media.Track, frames []media.Frame) {
	t.Helper()
	out, errs := corpus.Run(t, "ffprobe", "-v", "warning", "-show_packets", "-show_data_hash", "sha256",
		"-show_entries", "packet=stream_index,pts_time,flags,data_hash", "-of", "csv=print_section=0:nokey=1", path)
	if errs != "" {
		t.Errorf("ffprobe: %s", errs)
	}
	lines, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != len(frames) {
		t.Fatalf("ffprobe: got %d packets, want %d", len(lines), len(frames))
	}
	for i, line := range lines {
		f := frames[i]
		codec := tracks[f.Track].Codec
		seconds, err := strconv.ParseFloat(line[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		want := f.PTS
		if codec == "opus" {
			want -= 6500 * time.Microsecond // the codec's delay
		}
		got := time.Duration(seconds * float64(time.Second))
		if off := (got - want).Abs(); line[0] != strconv.Itoa(f.Track) || off > time.Millisecond {
			t.Fatalf("packet %d: got stream %s at %v, want %d at %v", i, line[0], got, f.Track, want)
		}
		if key := strings.Contains(line[2], "K"); key != f.Key {
			t.Fatalf("packet %d: got flags %s, want key %v", i, line[2], f.Key)
		}
		if codec == "h264" || codec == "av1" {
			continue // in a block they are not as they came
		}
		sum := sha256.Sum256(f.Data)
		if want := "SHA256:" + hex.EncodeToString(sum[:]); line[3] != want {
			t.Fatalf("packet %d: got %s, want %s", i, line[3], want)
		}
	}
}

// TestComment asks as a script does that was written for janus-pp-rec.
func TestComment(t *testing.T) {
	for _, tt := range []struct {
		kinds          []string
		entries, first string
	}{
		{[]string{"video"}, "format_tags=comment", `{"t": "v", "c": "vp8"`},
		{[]string{"video"}, "stream_tags=comment", `{"t": "v", "c": "vp8"`},
		{[]string{"audio", "video"}, "stream_tags=comment", `{"t": "a", "c": "opus"`},
	} {
		tracks, frames := load(t, "plain-vp8-identity", tt.kinds...)
		path := toFile(t, recordings[1].container, tracks, frames)
		out, _ := corpus.Run(t, "ffprobe", "-v", "error", "-show_entries", tt.entries, "-of", "default=nw=1:nk=1", path)
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		if !strings.HasPrefix(lines[0], tt.first) {
			t.Errorf("%s of %v: got %q, want %q", tt.entries, tt.kinds, lines[0], tt.first)
		}
		if len(lines) != len(tt.kinds) || lines[len(lines)-1] != tracks[len(tracks)-1].Comment {
			t.Errorf("%s of %v: got %q", tt.entries, tt.kinds, lines)
		}
	}
}

// TestDuration: a file has one, up to the end of its last packet; a pipe none.
func TestDuration(t *testing.T) {
	for _, tt := range recordings[:3] {
		tracks, frames := load(t, tt.name, tt.kinds...)
		var end time.Duration
		for _, f := range frames {
			end = max(end, f.PTS+f.Duration)
		}
		path := toFile(t, tt.container, tracks, frames)
		out, _ := corpus.Run(t, "ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path)
		seconds, err := strconv.ParseFloat(strings.TrimSpace(out), 64)
		if err != nil {
			t.Fatal(err)
		}
		if off := (time.Duration(seconds*1e9) - end).Abs(); off > time.Millisecond {
			t.Errorf("%s: got %v s, want %v", tt.name, seconds, end)
		}
		if d := parse(t, readFile(t, toPipe(t, tt.container, tracks, frames))).Segment.Info.Duration; d != 0 {
			t.Errorf("%s: a pipe has the duration %v", tt.name, d)
		}
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
