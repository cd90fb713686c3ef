package postprocess

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

func TestDataChannelIsLeftOut(t *testing.T) {
	rec := corpus.Load(t, "plain-vp8-data")
	c, rep, err := convert(t, inputs(t, rec.Files...), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var unsupported *media.UnsupportedError
	if len(c.tracks) != 2 || !rep.Tracks[1].Left || !errors.As(rep.Tracks[1].Why, &unsupported) {
		t.Errorf("%d tracks, %v", len(c.tracks), rep.Tracks[1].Why)
	}
	_, _, err = convert(t, inputs(t, rec.File(t, "data-2")), Options{})
	if !errors.Is(err, ErrNothingOpened) || !errors.As(err, &unsupported) {
		t.Errorf("alone: got %v", err)
	}
	insp, err := Inspect(inputs(t, rec.File(t, "data-2"))[0], Options{})
	if err != nil || insp.Packets.Read != insp.File.Records || insp.Packets.Read < 10 || !within(insp.Wall, 11967*time.Millisecond, time.Millisecond) {
		t.Errorf("inspected: %v, %d messages in %v", err, insp.Packets.Read, insp.Wall)
	}
}

func TestNothingToConvert(t *testing.T) {
	video := load(t, "plain-av1", "video")
	av1 := video.input(t)
	av1.Opener = keyed{}
	h265 := video
	h265.header.Codec = "h265"
	noPackets := func(mjr.Packet) bool { return true }
	junk := load(t, "plain-vp8-identity", "audio")
	junk.packets = slices.DeleteFunc(junk.packets, noPackets)
	for _, c := range []struct {
		sin  string
		in   Input
		want error // nil: *media.UnsupportedError
	}{
		{"not a recording", Input{R: bytes.NewReader([]byte("RIFF and what follows"))}, mjr.ErrNotMJR},
		{"no bytes", Input{R: bytes.NewReader(nil)}, ErrNoFrames},
		{"no packets", junk.input(t), ErrNoFrames},
		{"AV1 encrypted by frame", av1, nil},
		{"H.265", h265.input(t), nil},
	} {
		t.Run(c.sin, func(t *testing.T) {
			var out bytes.Buffer
			rep, err := Convert(&out, (&capture{t: t}).container, []Input{c.in}, Options{})
			var unsupported *media.UnsupportedError
			if !errors.Is(err, ErrNothingOpened) || c.want == nil && !errors.As(err, &unsupported) || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if out.Len() > 0 {
				t.Errorf("%d bytes were written", out.Len())
			}
			if !rep.Tracks[0].Left || rep.Tracks[0].Why == nil {
				t.Error("not left out")
			}
		})
	}
}

func TestTracksAreOnOneClock(t *testing.T) {
	audio, video := load(t, "plain-vp8-identity", "audio"), load(t, "plain-vp8-identity", "video")
	u := audio.header.FirstFrame
	for _, c := range []struct {
		sin          string
		audio, video time.Time
		want         time.Duration // video after audio
		unrelated    bool
	}{
		{"none", u, u.Add(1500 * time.Millisecond), 1500 * time.Millisecond, false},
		{"video first", u, u.Add(-time.Hour), -time.Hour, false},
		{"two days apart", u, u.Add(48 * time.Hour), 0, true},
	} {
		audio.header.FirstFrame, video.header.FirstFrame = c.audio, c.video
		got, rep, err := convert(t, []Input{audio.input(t), video.input(t)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		a, v := got.of(mjr.Audio)[0], got.of(mjr.Video)[0]
		if d := v.PTS - a.PTS; d != c.want || min(a.PTS, v.PTS) != 0 {
			t.Errorf("%s: audio at %v, video at %v", c.sin, a.PTS, v.PTS)
		}
		if rep.Tracks[1].Unrelated != c.unrelated || rep.Tracks[0].Unrelated {
			t.Errorf("%s: unrelated: %v", c.sin, rep.Tracks[1].Unrelated)
		}
		if c.want == 0 && (got.blocks[0].Track != 0 || got.blocks[1].Track != 1) {
			t.Errorf("%s: tracks that begin together come as %d, %d", c.sin, got.blocks[0].Track, got.blocks[1].Track)
		}
		created := c.audio
		if c.want < 0 {
			created = c.video
		}
		for i, tr := range got.tracks {
			if !tr.Created.Equal(created) {
				t.Errorf("%s: track %d created %v, want %v", c.sin, i, tr.Created, created)
			}
		}
	}
}

func TestRecordingsOfTheOldestGeneration(t *testing.T) {
	rec := corpus.Load(t, "plain-vp8-identity")
	audio, video := load(t, rec.Name, "audio"), load(t, rec.Name, "video")
	for _, in := range [][]Input{
		{audio.generation0("audio"), video.generation0("video")},
		{audio.generation0("audio"), video.input(t)},
	} {
		c, rep, err := convert(t, in, Options{})
		if err != nil {
			t.Fatal(err)
		}
		matches(t, c.of(mjr.Audio), rec.Truth, "audio")
		matches(t, c.of(mjr.Video), rec.Truth, "video")
		for i, tr := range rep.Tracks {
			want := rep.Tracks[1].Header.FirstFrame // zero in the first round
			if tr.Offset != 0 || tr.Unrelated || !c.tracks[i].Created.Equal(want) {
				t.Errorf("%s: offset %v, created %v, want %v", tr.Name, tr.Offset, c.tracks[i].Created, want)
			}
		}
		if len(c.blocks) != 604+241 || c.blocks[0].PTS != 0 {
			t.Errorf("%d blocks, from %v on", len(c.blocks), c.blocks[0].PTS)
		}
	}
}

func TestInspectSeesWhatConvertWrites(t *testing.T) {
	for _, name := range []string{"plain-vp8-loss", "plain-vp9"} {
		rec := corpus.Load(t, name)
		_, rep, err := convert(t, inputs(t, rec.Files...), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, in := range inputs(t, rec.Files...) {
			got, err := Inspect(in, Options{})
			if err != nil {
				t.Fatal(err)
			}
			keys := int64(0)
			for _, f := range rec.Truth {
				if f.Kind == got.Header.Kind.String() && f.Type == "key" {
					keys++
				}
			}
			want := rep.Tracks[i]
			if !reflect.DeepEqual(got.Frames, want.Frames) || got.KeyFrames != want.KeyFrames || got.KeyFrames > keys || got.KeyFrames < min(keys, 2) {
				t.Errorf("%s: got %+v and %d key frames, want %+v and %d of the %d sent", got.Name, got.Frames, got.KeyFrames, want.Frames, want.KeyFrames, keys)
			}
			if got.Wall != want.Wall || got.RTP != want.RTP || got.RTP < 11*time.Second {
				t.Errorf("%s: %v and %v", got.Name, got.RTP, got.Wall)
			}
		}
	}
}

func TestTrackIsDescribed(t *testing.T) {
	audio, video := load(t, "plain-h264", "audio"), load(t, "plain-h264", "video")
	video.header.Description = "camera"
	c, _, err := convert(t, []Input{audio.input(t), video.input(t)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	v := c.tracks[1]
	if v.Codec != "h264" || v.Kind != mjr.Video || v.ClockRate != 90000 || v.Width != 320 || v.Height != 240 || v.Name != "camera" {
		t.Errorf("%+v", v)
	}
	if sha(v.FirstFrame) != c.of(mjr.Video)[0].sum {
		t.Error("the first frame is another one")
	}
	if !bytes.Contains([]byte(v.Comment), []byte(`"d": "camera"`)) {
		t.Errorf("comment %q", v.Comment)
	}
	if a := c.tracks[0]; a.Channels != 2 || a.ClockRate != 48000 || a.Width != 0 {
		t.Errorf("%+v", a)
	}
}
