package detect_test

import (
	"testing"

	"github.com/mjrkit/mjrkit/decrypt/detect"
)

// TestPlainMargin: no plain recording as a whole comes to half of the evidence
// that a guess takes.
func TestPlainMargin(t *testing.T) {
	_, tracks := plainTracks(t)
	for _, track := range tracks {
		for from := 0; from+100 < len(track); from += 50 {
			var d detect.Detector
			for _, f := range track[from : from+100] {
				d.Add(f.data, f.meta)
			}
			if bits := detect.Evidence(&d); bits > 30 {
				t.Errorf("%.0f bits for frames in clear (%s, from %d on)", bits, track[0].meta.Codec, from)
			}
		}
	}
}
