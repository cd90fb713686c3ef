package webm_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/postprocess/media"
	"github.com/mjrkit/mjrkit/postprocess/media/mediatest"
	"github.com/mjrkit/mjrkit/postprocess/webm"
)

func load(t testing.TB, recording string, kinds ...string) ([]media.Track, []media.Frame) {
	t.Helper()
	r := corpus.Load(t, recording)
	var files []string
	for _, k := range kinds {
		files = append(files, r.File(t, k))
	}
	return mediatest.Load(t, files...)
}

// recordings are those that the tests write, each with its container.
var recordings = []struct {
	name      string
	container media.Container
	kinds     []string
}{
	{"plain-opus-dtx", webm.New, []string{"audio"}},
	{"plain-vp8-identity", webm.New, []string{"video"}},
	{"plain-vp8-identity", webm.New, []string{"audio", "video"}},
	{"plain-vp8-reschange", webm.New, []string{"audio", "video"}},
	{"plain-vp8-loss", webm.New, []string{"audio"}},
	{"plain-vp9", webm.New, []string{"audio", "video"}},
	{"plain-av1", webm.New, []string{"audio", "video"}},
	{"plain-h264", webm.NewMatroska, []string{"audio", "video"}},
	{"plain-vp8-identity", webm.NewMatroska, []string{"video", "audio"}},
}

func kit(t testing.TB, recording string, container media.Container, kinds ...string) mediatest.Kit {
	tracks, frames := load(t, recording, kinds...)
	if recording == "plain-h264" {
		// OpenH264's parameter sets have a zero byte after them, which is no
		// part of a NAL unit and does not come back.
		for i := range frames {
			frames[i].Data = bytes.ReplaceAll(frames[i].Data, []byte{0, 0, 0, 0, 1}, []byte{0, 0, 0, 1})
		}
	}
	return mediatest.Kit{
		Container: container, Tracks: tracks, Frames: frames, Read: read,
		Tick: time.Millisecond, Keys: true,
	}
}

func TestContainer(t *testing.T) {
	opus := media.Track{Codec: "opus", ClockRate: 48000, Channels: 2}
	refused := []mediatest.Refused{
		{Sin: "H.264 in WebM", Tracks: []media.Track{{Codec: "h264", Width: 320, Height: 240}}},
		{Sin: "second track", Tracks: []media.Track{opus, {Codec: "g722", ClockRate: 8000, Channels: 1}}},
		{Sin: "more channels than a channel mapping", Tracks: []media.Track{{Codec: "multiopus", ClockRate: 48000, Channels: 6}}},
		{Sin: "Opus of six channels", Tracks: []media.Track{{Codec: "opus", ClockRate: 48000, Channels: 6}}},
		{Sin: "video without a size", Tracks: []media.Track{{Codec: "vp8"}}},
		{Sin: "video of a size that no codec has", Tracks: []media.Track{{Codec: "vp8", Width: 1 << 17, Height: 1}}},
		{Sin: "AV1 without a sequence header", Tracks: []media.Track{{Codec: "av1", Width: 320, Height: 240, FirstFrame: []byte{0x12, 0}}}},
		{Sin: "H.265", Tracks: []media.Track{{Codec: "h265", Width: 320, Height: 240}}},
		{Sin: "more tracks than numbers", Tracks: make([]media.Track, 127)},
	}
	for _, tt := range recordings {
		name := tt.name
		for _, k := range tt.kinds {
			name += " " + k
		}
		t.Run(name, func(t *testing.T) {
			k := kit(t, tt.name, tt.container, tt.kinds...)
			k.Refused = refused[1:]
			if tt.name == "plain-vp8-identity" && len(tt.kinds) == 1 {
				k.Refused = refused
			}
			mediatest.Run(t, k)
		})
	}
}

func BenchmarkWriteFrame(b *testing.B) {
	for _, tt := range recordings[2:] {
		b.Run(tt.name, func(b *testing.B) { mediatest.Bench(b, kit(b, tt.name, tt.container, tt.kinds...)) })
	}
}
