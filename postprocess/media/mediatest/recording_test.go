package mediatest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/postprocess/media/mediatest"
)

// Every frame that Load makes is one that the sender's encoder had made.
func TestLoad(t *testing.T) {
	for _, tt := range []struct {
		recording, kind string
		frames          int
		width, height   int
	}{
		{"plain-opus-dtx", "audio", 374, 0, 0},
		{"plain-vp8-identity", "video", 241, 640, 480},
		{"plain-vp8-reschange", "video", 241, 640, 480},
		{"plain-vp9", "video", 240, 320, 240},
		{"plain-h264", "video", 239, 320, 240},
		{"plain-av1", "video", 241, 320, 240},
	} {
		t.Run(tt.recording, func(t *testing.T) {
			r := corpus.Load(t, tt.recording)
			tracks, frames := mediatest.Load(t, r.File(t, tt.kind))
			if len(frames) != tt.frames {
				t.Errorf("got %d frames, want %d", len(frames), tt.frames)
			}
			if w, h := tracks[0].Width, tracks[0].Height; w != tt.width || h != tt.height {
				t.Errorf("got %d × %d, want %d × %d", w, h, tt.width, tt.height)
			}
			truth := r.Encrypted(tt.kind)
			for i, f := range frames {
				sum := sha256.Sum256(f.Data)
				want, ok := truth[hex.EncodeToString(sum[:])]
				if !ok {
					t.Fatalf("frame %d at %v, %d bytes, is none of the encoder's", i, f.PTS, len(f.Data))
				}
				if key := want.Type != "delta"; f.Key != key {
					t.Errorf("frame %d: got key %v, want %v", i, f.Key, key)
				}
			}
		})
	}
}
