package webm_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/postprocess/media"
	"github.com/mjrkit/mjrkit/postprocess/webm"
)

// memory writes frames to a file in memory, once through.
func memory(t *testing.T, container media.Container, tracks []media.Track, frames ...media.Frame) *file {
	t.Helper()
	var b bytes.Buffer
	w, err := container(&b, tracks)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return parse(t, b.Bytes())
}

func TestTracks(t *testing.T) {
	created := time.Date(2026, 11, 21, 0, 51, 36, 389180000, time.UTC)
	f := memory(t, webm.New, []media.Track{
		{Codec: "opus", ClockRate: 48000, Comment: `{"t": "a"}`},
		{Codec: "vp8", Width: 640, Height: 480, Name: "cam\x00era \xff", Created: created, Comment: `{"t": "v"}`},
	})
	if got := f.EBML; got.EBMLDocType != "webm" || got.EBMLDocTypeVersion != 4 || got.EBMLDocTypeReadVersion != 2 {
		t.Errorf("got %+v", got)
	}
	info := f.Segment.Info
	if info.TimecodeScale != 1000000 || info.MuxingApp != "mjr" || info.WritingApp != "mjr" || !info.DateUTC.Equal(created) {
		t.Errorf("got %+v", info)
	}
	audio, video := f.Segment.Tracks.TrackEntry[0], f.Segment.Tracks.TrackEntry[1]
	if a := audio; a.CodecID != "A_OPUS" || a.CodecDelay != 6500000 || a.SeekPreRoll != 80000000 ||
		a.TrackType != 2 || a.Audio.Channels != 2 || a.Audio.SamplingFrequency != 48000 || a.Language != "und" || a.Name != "" {
		t.Errorf("got %+v", a)
	}
	if got, want := hex.EncodeToString(audio.CodecPrivate), "4f707573486561640102380180bb0000000000"; got != want {
		t.Errorf("got OpusHead %s, want %s", got, want)
	}
	if v := video; v.CodecID != "V_VP8" || v.TrackType != 1 || v.Video.PixelWidth != 640 || v.Video.PixelHeight != 480 ||
		v.Name != "cam\ufffdera \ufffd" || v.CodecDelay != 0 {
		t.Errorf("got %+v", v)
	}
	if n := len(f.Segment.Tags.Tag); n != 2 {
		t.Fatalf("got %d tags, want one a track", n)
	}
	for i, tag := range f.Segment.Tags.Tag {
		if tag.Targets.TagTrackUID != f.Segment.Tracks.TrackEntry[i].TrackUID || tag.SimpleTag.TagName != "COMMENT" {
			t.Errorf("tag %d: got %+v", i, tag)
		}
	}
}

// A file without comments has no tags, and no seek entry for them.
func TestNoComment(t *testing.T) {
	f := memory(t, webm.New, []media.Track{{Codec: "vp8", Width: 2, Height: 2}})
	if n := len(f.Segment.Tags.Tag); n != 0 {
		t.Errorf("got %d tags, want none", n)
	}
	if n := len(f.Segment.SeekHead.Seek); n != 2 {
		t.Errorf("got %d seek entries, want 2", n)
	}
}

// FFmpeg, which wrote none of it, finds the very bytes of the old codecs.
func TestPlainAudio(t *testing.T) {
	samples := make([]byte, 1600)
	for i := range samples {
		samples[i] = byte(i * 7)
	}
	for _, tt := range []struct{ codec, format string }{
		{"pcmu", "mulaw"}, {"pcma", "alaw"}, {"l16", "s16be"}, {"l16-48", "s16be"},
	} {
		t.Run(tt.codec, func(t *testing.T) {
			track := media.Track{Codec: tt.codec, ClockRate: 8000, Channels: 1}
			var frames []media.Frame
			for i := 0; i < len(samples); i += 160 {
				frames = append(frames, media.Frame{
					PTS: time.Duration(i) * time.Second / 8000, Key: true, Data: samples[i : i+160],
				})
			}
			path := toFile(t, webm.NewMatroska, []media.Track{track}, frames)
			raw := filepath.Join(t.TempDir(), "raw")
			corpus.Run(t, "ffmpeg", "-v", "error", "-i", path, "-c", "copy", "-f", tt.format, raw)
			if got := readFile(t, raw); !bytes.Equal(got, samples) {
				t.Errorf("got %d other bytes", len(got))
			}
			mkvmerge(t, path, 1)
		})
	}
}

// The configuration of H.264 and AV1 is the one that MKVToolNix makes of the
// raw stream.
func TestCodecPrivate(t *testing.T) {
	for _, tt := range []struct{ recording, raw string }{
		{"plain-h264", "h264"}, {"plain-av1", "obu"},
	} {
		t.Run(tt.recording, func(t *testing.T) {
			k := kit(t, tt.recording, webm.NewMatroska, "video")
			var stream []byte
			for _, f := range k.Frames[:10] { // before the size changes
				stream = append(stream, f.Data...)
			}
			dir := t.TempDir()
			raw, copied := filepath.Join(dir, "raw."+tt.raw), filepath.Join(dir, "copied.mkv")
			if err := os.WriteFile(raw, stream, 0o666); err != nil {
				t.Fatal(err)
			}
			corpus.Run(t, "mkvmerge", "-o", copied, "--default-duration", "0:20fps", raw)
			got := private(t, toFile(t, k.Container, k.Tracks, k.Frames))
			if want := private(t, copied); got != want || got == "" {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func private(t *testing.T, path string) string {
	t.Helper()
	out, _ := corpus.Run(t, "mkvmerge", "-J", path)
	var about struct {
		Tracks []struct {
			Properties struct {
				Private string `json:"codec_private_data"`
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &about); err != nil || len(about.Tracks) != 1 {
		t.Fatalf("%v, %+v", err, about)
	}
	return about.Tracks[0].Properties.Private
}
