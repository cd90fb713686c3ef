package ivf_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/postprocess/ivf"
)

// TestTools: FFmpeg decodes all without a word, finds each frame at its time,
// and the file as long as it is.
func TestTools(t *testing.T) {
	for _, name := range recordings {
		t.Run(name, func(t *testing.T) {
			tracks, frames := load(t, name)
			f, err := os.Create(filepath.Join(t.TempDir(), "out.ivf"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			w, err := ivf.New(f, tracks)
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
			if out, errs := corpus.Run(t, "ffmpeg", "-v", "warning", "-i", f.Name(), "-enc_time_base", "-1", "-f", "null", "-"); out+errs != "" {
				t.Errorf("ffmpeg: %s%s", out, errs)
			}
			out, _ := corpus.Run(t, "ffprobe", "-v", "error", "-show_packets", "-show_entries", "packet=pts_time:format=duration", "-of", "csv=p=0", f.Name())
			r := csv.NewReader(strings.NewReader(out))
			r.FieldsPerRecord = -1
			lines, err := r.ReadAll()
			if err != nil || len(lines) != len(frames)+1 {
				t.Fatalf("ffprobe: got %d lines for %d frames, %v", len(lines), len(frames), err)
			}
			for i, line := range lines {
				want := frames[len(frames)-1].PTS // the duration, in the last line
				if i < len(frames) {
					want = frames[i].PTS
				}
				seconds, err := strconv.ParseFloat(line[0], 64)
				if err != nil {
					t.Fatal(err)
				}
				if off := (time.Duration(seconds*1e9) - want).Abs(); off > time.Millisecond {
					t.Fatalf("line %d: got %v s, want %v", i, seconds, want)
				}
			}
		})
	}
}
