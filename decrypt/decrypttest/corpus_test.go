package decrypttest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

// TestVectorsAreAllRead counts, so that a renamed member does not go unseen.
func TestVectorsAreAllRead(t *testing.T) {
	for file, want := range map[string]int{
		"jitsi.json": 131, "livekit.json": 185, "sframe-medooze.json": 115,
		"sframe-rfc9605.json": 140, "xor-demo.json": 87, "perc.json": 26,
	} {
		vectors := Vectors(t, file)
		if len(vectors) != want {
			t.Errorf("%s has %d vectors, want %d", file, len(vectors), want)
		}
		for _, v := range vectors {
			empty := v.Encrypted == nil && v.Packets == nil
			if unsent := v.Expect.Error == "sender" || v.Observation; empty != unsent {
				t.Errorf("%s: has no bytes: %t, want %t", v.ID, empty, unsent)
			}
			if v.Observation {
				continue
			}
			var keys []map[string]any
			if v.KeyMaterial(t, &keys); len(keys) == 0 && v.Expect.OK && !v.Expect.Injected {
				t.Errorf("%s has no key", v.ID)
			}
		}
	}
}

func TestVectorMeta(t *testing.T) {
	want := decrypt.Meta{Kind: decrypt.Video, Codec: "vp8", Type: decrypt.KeyFrame, SSRC: SSRC, Timestamp: Timestamp}
	for _, v := range Vectors(t, "livekit.json") {
		if v.ID == "livekit-006" && v.Meta != want {
			t.Errorf("got %+v, want %+v", v.Meta, want)
		}
	}
	ssrcs := make(map[uint32]bool)
	for _, v := range Vectors(t, "sframe-rfc9605.json") {
		ssrcs[v.Meta.SSRC] = true
	}
	if !ssrcs[0x12345678] || !ssrcs[SSRC] {
		t.Errorf("SSRCs %v: want 12345678 of a per-SSRC vector among them", ssrcs)
	}
}

func TestFrames(t *testing.T) {
	if got := len(Frames(t)); got != 27 {
		t.Errorf("%d frames, want 27", got)
	}
	for _, f := range Frames(t, "vp8") {
		if f.Meta.Codec != "vp8" || f.Meta.Kind != decrypt.Video || f.Meta.Type == decrypt.Unknown {
			t.Errorf("%s: %+v", f.Name, f.Meta)
		}
	}
}

// TestCaptures: LoadCapture compares what the kit assembles with what the
// browser's transform had reported.
func TestCaptures(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(corpus.Root(t), "vectors", "rtp-captures", "*.json"))
	if err != nil || len(paths) != 13 {
		t.Fatalf("%d captures, want 13 (%v)", len(paths), err)
	}
	for _, path := range paths {
		c := LoadCapture(t, filepath.Base(path))
		if len(c.Audio) != 30 || len(c.Video) != 20 {
			t.Errorf("%s: %d audio and %d video frames, want 30 and 20", path, len(c.Audio), len(c.Video))
		}
		if c.Video[0].Meta.SSRC == 0 || c.Video[0].Meta.Type != decrypt.KeyFrame || c.Video[0].Meta.Codec == "" {
			t.Errorf("%s: begins with %+v", path, c.Video[0].Meta)
		}
	}
}

// TestRecordings: LoadRecording compares what the kit assembles with what the
// sender had noted.
func TestRecordings(t *testing.T) {
	n := 0
	for _, name := range corpus.Names(t) {
		r := corpus.Load(t, name)
		if r.Keys == "" {
			continue
		}
		n++
		for _, kind := range []decrypt.Kind{decrypt.Audio, decrypt.Video} {
			LoadRecording(t, name, kind)
		}
		if _, err := os.Stat(r.Keys); err != nil {
			t.Error(err)
		}
	}
	if n < 12 {
		t.Errorf("only %d encrypted recordings", n)
	}
}
