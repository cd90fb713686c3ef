package e2e

import (
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// TestWatch plays recordings once, and compares each frame that goes in and out
// of the page's worker with what was recorded, and with what the sender's
// encoder had made.
func TestWatch(t *testing.T) {
	corpus.Tool(t, "chromium")
	for _, c := range []struct {
		name     string
		video    bool
		decoding bool // the browser can decode the video
	}{
		{"xor-vp8-noise", true, true}, {"sframe-vp8-skip", true, true}, {"sframe-vp8-rekey", true, true},
		{"jitsi-vp8", true, true}, {"livekit-vp8", true, true}, {"livekit-h264", true, true},
		{"plain-vp8-identity", true, true}, {"plain-vp9", true, true}, {"plain-h264", true, true}, {"plain-av1", true, true},
		{"plain-vp8-loss", true, true}, {"plain-opus-red", false, false},
		// No byte of these is in clear, and Chromium reads from a frame of VP8
		// as it came whether a picture can start there. By chance the headers
		// of RFC 9605 look so to it, for the first 256 frames.
		{"rfc9605-vp8-gcm", true, true}, {"sframe-vp8", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			screens <- struct{}{}
			defer func() { <-screens }()
			rec := corpus.Load(t, c.name)
			w := theatre(t, media(rec)...)
			if c.name == "xor-vp8-noise" {
				w.Open(w.mjr.url() + "#trace")
				w.State("no-key")
				w.Click("#unauthenticated")
				w.SetFile("#keys", rec.Keys)
			} else {
				w.Open(w.mjr.url() + fragment(t, rec.Keys))
			}
			w.State("playing")
			w.Click("#mute") // a gesture, so that sound may be heard
			w.Click("#mute")
			if c.video && !c.decoding {
				w.Wait(`/no picture/.test(document.getElementById("status").textContent)`)
				w.State("playing")
			}
			w.State("ended")
			w.settled()
			out := w.compare(rec, "audio")
			if energy := w.stat("audio", "totalAudioEnergy"); energy <= 0 {
				t.Errorf("%d frames of sound have the energy %v", out, energy)
			}
			if c.video {
				out = w.compare(rec, "video")
				if c.decoding {
					w.decodes(out)
					w.shows()
				} else if n := w.stat("video", "framesDecoded"); n > 0 {
					t.Errorf("%v frames were decoded: the page need not say that it shows no picture", n)
				}
			}
			w.end()
		})
	}
}

// compare looks at everything that was played of a kind: each whole frame of
// the recording has to have come as it was recorded, and each that went to the
// decoder to be what the encoder had made of it. It returns how many went, each
// once: some come again where the browser asked for a key frame. What a busy
// machine loses on the way has numbers, and the browser counts it.
func (w *watching) compare(rec corpus.Recording, kind string) int {
	w.t.Helper()
	came := make(map[string]bool)
	for _, f := range w.frames() {
		if f.Kind == kind {
			came[f.In] = true
		}
	}
	truth := make(map[string]string) // by what comes
	missing := 0
	for _, f := range whole(w.t, rec, kind) {
		truth[f.comes] = f.leaves
		if !came[f.comes] {
			missing++
		}
	}
	most := int(w.stat(kind, "packetsLost"))
	if missing > 0 {
		w.t.Logf("%d of %d frames of %s did not come, %d packets were lost", missing, len(truth), kind, most)
	}
	if w.lossy && kind == "audio" {
		most = len(truth) / 4 // on a machine that is busy; else it is a frame or two
	}
	if missing > most {
		w.t.Errorf("%d of %d whole frames of %s did not reach the worker", missing, len(truth), kind)
	}
	went := make(map[string]bool)
	for _, f := range w.frames() {
		switch want, ok := truth[f.In]; {
		case f.Kind != kind:
		case !ok:
			w.t.Errorf("a frame of %s came that was not recorded: %+v", kind, f)
		case f.Out == want:
			went[f.In] = true
		default:
			w.t.Errorf("a frame of %s did not leave the worker as the encoder had made it: %+v", kind, f)
		}
	}
	return len(went)
}

// decodes checks that of the frames that went to the decoder at least 99 %, or
// 90 % if the browser is lossy, came out. Browsers drop frames for which it was
// too late: what a busy machine has failed to show is played again, slower each
// time.
func (w *watching) decodes(out int) {
	w.t.Helper()
	before, share := 0.0, 0.99
	if w.lossy {
		share = 0.9
	}
	for _, slower := range []string{"0.5", "0.25", ""} {
		decoded := w.stat("video", "framesDecoded") - before
		w.t.Logf("%v of %d frames decoded, %v freezes of %v s", decoded, out, w.stat("video", "freezeCount"), w.stat("video", "totalFreezesDuration"))
		if decoded >= share*float64(out) {
			return
		}
		if slower == "" {
			break
		}
		w.Eval(`document.getElementById("speed").value = "` + slower + `"; document.getElementById("speed").dispatchEvent(new Event("change"))`)
		w.Click("#play")
		w.State("playing")
		before = w.stat("video", "framesDecoded")
		w.State("ended")
		w.settled()
	}
	w.t.Errorf("less than %v of %d frames were decoded, each time", share, out)
}
