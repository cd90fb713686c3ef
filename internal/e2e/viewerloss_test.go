package e2e

import (
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// TestWatchWithLoss: one packet in twenty is lost on the way to the browser,
// repairs as well. It asks for them again, for those of the sound too, which
// browsers do not do by themselves (measured without: 24 of 602 were missing).
func TestWatchWithLoss(t *testing.T) {
	rec := corpus.Load(t, "livekit-vp8")
	w := theatre(t, media(rec)...)
	r := newRelay(t, w.mjr.url(), 0)
	r.down = 0.05
	w.Open(r.url + fragment(t, rec.Keys))
	w.State("playing")
	w.State("ended")
	w.settled()
	_, lost := r.stop()
	came := make(map[string]bool)
	for _, f := range w.frames() {
		came[f.In] = true
	}
	for _, kind := range []string{"audio", "video"} {
		frames := whole(t, rec, kind)
		missing := 0
		for _, f := range frames {
			if !came[f.comes] {
				missing++
			}
		}
		asked, frozen := w.stat(kind, "nackCount"), w.stat(kind, "totalFreezesDuration")
		t.Logf("%s: %d of %d frames are missing, asked for %v again, stood still for %v s", kind, missing, len(frames), asked, frozen)
		if missing > len(frames)/100 || asked == 0 || frozen > 3 {
			t.Errorf("%s: %d of %d frames are missing, asked for %v again, stood still for %v s", kind, missing, len(frames), asked, frozen)
		}
	}
	if lost < 20 {
		t.Errorf("only %d packets were lost", lost)
	}
	w.genuine(rec)
	w.end()
}
