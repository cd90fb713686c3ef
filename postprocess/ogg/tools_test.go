package ogg_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// agree wants all of opusinfo, FFmpeg with both of its decoders, and opusdec
// to take a file without a word, and to find it as long as it is.
func agree(t *testing.T, b []byte, want time.Duration) {
	t.Helper()
	dir := t.TempDir()
	path, wav := filepath.Join(dir, "out.opus"), filepath.Join(dir, "out.wav")
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	if out, errs := corpus.Run(t, "opusinfo", path); errs != "" || strings.Contains(out, "WARNING") || strings.Contains(out, "ERROR") {
		t.Errorf("opusinfo: %s%s", out, errs)
	}
	for _, decoder := range []string{"opus", "libopus"} {
		if out, errs := corpus.Run(t, "ffmpeg", "-v", "warning", "-c:a", decoder, "-i", path, "-f", "null", "-"); out+errs != "" {
			t.Errorf("ffmpeg, decoder %s: %s%s", decoder, out, errs)
		}
	}
	corpus.Run(t, "opusdec", "--quiet", path, wav)
	out, _ := corpus.Run(t, "ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", wav)
	seconds, err := strconv.ParseFloat(strings.TrimSpace(out), 64)
	if err != nil {
		t.Fatal(err)
	}
	want -= 6500 * us // the pre-skip
	if off := (time.Duration(seconds*1e9) - want).Abs(); off > ms {
		t.Errorf("opusdec: got %v s, want %v", seconds, want)
	}
}

func TestTools(t *testing.T) {
	for _, name := range []string{"plain-opus-dtx", "plain-vp8-loss", "plain-vp8-pause", "plain-vp9"} {
		t.Run(name, func(t *testing.T) {
			tracks, frames := load(t, name)
			last := frames[len(frames)-1]
			want := last.PTS + last.Duration
			if name == "plain-vp8-pause" {
				// The sender's clock stepped by 744 samples where a packet of
				// 960 was: the recording is that much longer than its clock.
				want += (960 - 744) * time.Second / 48000
			}
			agree(t, file(t, tracks[0], frames...), want)
		})
	}
}

// TestToolsFill takes packets out of what libopus encodes in each of its modes
// and frame lengths, and has the gaps filled.
func TestToolsFill(t *testing.T) {
	// 70 packets of 60 ms less the pre-skip, so that the last one is whole.
	const whole, wholeLowDelay = "atrim=end_sample=201288", "atrim=end_sample=201480"
	const silk, hybrid, celt = 0, 12, 16 // the first configuration of each
	for _, tt := range []struct {
		first                              byte
		name, application, bitrate, length string
	}{
		{silk, "SILK, 60 ms", "voip", "6k", "60"},
		{silk, "SILK, 20 ms", "voip", "9k", "20"},
		{silk, "SILK, 10 ms", "voip", "9k", "10"},
		{hybrid, "hybrid, 20 ms", "voip", "24k", "20"},
		{hybrid, "hybrid, 10 ms", "voip", "24k", "10"},
		{celt, "CELT, 20 ms", "audio", "64k", "20"},
		{celt, "CELT, 2.5 ms", "lowdelay", "64k", "2.5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path, whole := filepath.Join(t.TempDir(), "in.opus"), whole
			if tt.application == "lowdelay" {
				whole = wholeLowDelay
			}
			corpus.Run(t, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=c=pink:seed=1:r=48000,"+whole, "-ac", "1", "-c:a", "libopus",
				"-application", tt.application, "-b:a", tt.bitrate, "-frame_duration", tt.length, path)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, _, all := packets(t, b)
			if len(all) < 50 {
				t.Fatalf("got %d packets of libopus", len(all))
			}
			config := all[40].data[0] >> 3
			if config < tt.first || tt.first < celt && config >= tt.first+12 || tt.first == hybrid && config >= celt {
				t.Fatalf("libopus used configuration %d", config)
			}
			var frames []media.Frame
			for i, p := range all {
				if i%10 < 7 || i == len(all)-1 {
					frames = append(frames, media.Frame{PTS: time.Duration(p.start) * time.Second / 48000, Data: p.data})
				}
			}
			last := all[len(all)-1]
			agree(t, file(t, opus, frames...), time.Duration(last.start+last.length)*time.Second/48000)
		})
	}
}

// TestComment asks as a script does that was written for janus-pp-rec.
func TestComment(t *testing.T) {
	tracks, frames := load(t, "plain-opus-dtx")
	path := filepath.Join(t.TempDir(), "out.opus")
	if err := os.WriteFile(path, file(t, tracks[0], frames...), 0o666); err != nil {
		t.Fatal(err)
	}
	out, _ := corpus.Run(t, "ffprobe", "-v", "error", "-show_entries", "stream_tags=comment", "-of", "default=nw=1:nk=1", path)
	if got := strings.TrimSuffix(out, "\n"); got != tracks[0].Comment || got == "" {
		t.Errorf("ffprobe: got %q, want %q", got, tracks[0].Comment)
	}
	out, _ = corpus.Run(t, "opusinfo", path)
	if want := "\tDESCRIPTION=" + tracks[0].Comment + "\n"; !strings.Contains(out, want) {
		t.Errorf("opusinfo: got %s, want %s", out, want)
	}
}
