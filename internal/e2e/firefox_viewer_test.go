package e2e

import (
	"fmt"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// firefox is a theatre with Firefox for a browser.
func firefox(t *testing.T, args ...string) *watching {
	t.Helper()
	w := theatreOf(t, pagetest.NewFirefox(t, nil), args...)
	w.lossy = true
	return w
}

// silent checks that the page has complained of nothing.
func (w *watching) silent() {
	w.t.Helper()
	for _, c := range w.Complaints() {
		w.t.Errorf("the browser complains: %s", c)
	}
}

// begin opens a page and waits until pictures come. Once in a hundred times
// Firefox decodes a first picture, and none after it, until there is another
// connection: then the page is opened again.
func (w *watching) begin(open func()) {
	w.t.Helper()
	for range 2 {
		w.Open("about:blank")
		open()
		w.State("playing")
		w.Click("#title") // a gesture, so that sound may be heard
		w.Wait(`received("video").then((s) => s.framesDecoded > 20 || mjrTrace.filter((f) => f.kind === "video").length > 150)`)
		if w.stat("video", "framesDecoded") > 20 {
			return
		}
		w.t.Log("no pictures come: once more")
	}
}

// TestFirefoxWatch plays recordings once, as TestWatch does in Chromium.
func TestFirefoxWatch(t *testing.T) {
	corpus.Tool(t, "firefox-esr")
	for _, name := range []string{
		"jitsi-vp8", "livekit-vp8", "sframe-vp8-rekey", "xor-vp8-noise", "rfc9605-vp8-gcm",
		"plain-vp8-identity", "plain-vp9", "plain-av1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			screens <- struct{}{}
			defer func() { <-screens }()
			rec := corpus.Load(t, name)
			w := firefox(t, media(rec)...)
			w.begin(func() {
				if name != "xor-vp8-noise" {
					w.Open(w.mjr.url() + fragment(t, rec.Keys))
					return
				}
				w.Open(w.mjr.url() + "#trace")
				w.State("no-key")
				w.Click("#unauthenticated")
				w.SetFile("#keys", rec.Keys)
			})
			w.State("ended")
			w.settled()
			out := w.compare(rec, "audio")
			if energy := w.stat("audio", "totalAudioEnergy"); energy <= 0 {
				t.Errorf("%d frames of sound have the energy %v", out, energy)
			}
			w.decodes(w.compare(rec, "video"))
			w.shows()
			w.silent()
			w.end()
		})
	}
}

// TestFirefoxWithoutDecoder: Firefox has no H.264 before it has downloaded the
// plugin. The page says what is missing, and plays the rest.
func TestFirefoxWithoutDecoder(t *testing.T) {
	rec := corpus.Load(t, "livekit-h264")
	w := firefox(t, append([]string{"--loop"}, media(rec)...)...)
	w.Open(w.mjr.url() + fragment(t, rec.Keys))
	w.State("playing")
	w.Click("#title")
	w.Wait(`document.getElementById("status").textContent === "Playing without the picture: this browser has no decoder for H.264."`)
	w.Wait(`!document.getElementById("notes").hidden && document.getElementById("notes").textContent.includes("OpenH264")`)
	w.Wait(`received("audio").then((s) => s.totalAudioEnergy > 0)`)
	w.genuine(rec)
	w.silent()
	w.end()

	w = theatreOf(t, w.Browser, rec.File(t, "video")) // and where there is no rest, too
	w.Open(w.mjr.url() + fragment(t, rec.Keys))
	w.State("failed")
	if got := w.says("status"); got != "Failed: this browser has no decoder for H.264." {
		t.Errorf("the page says %q", got)
	}
	w.end()
}

// TestFirefoxWrongKey: nothing is shown under a wrong key, and the right one
// needs no new page.
func TestFirefoxWrongKey(t *testing.T) { wrongThenRight(t, pagetest.NewFirefox(t, nil), "jitsi-vp8") }

// TestFirefoxGesture: Firefox lets no page be heard before a gesture.
func TestFirefoxGesture(t *testing.T) { gesture(t, pagetest.NewFirefox(t, nil)) }

// TestFirefoxControls: seeks, a pause, and every key that the page knows.
func TestFirefoxControls(t *testing.T) {
	w, rec := filmIn(t, pagetest.NewFirefox(t, nil), "--loop")
	w.seeks(5)
	w.Click("#play")
	w.State("paused")
	w.settled()
	came := w.stat("video", "framesReceived")
	w.Eval(`globalThis.from = performance.now()`)
	w.Wait(`performance.now() - from > 1_000`)
	if more := w.stat("video", "framesReceived") - came; more != 0 {
		t.Errorf("%v frames came in the pause", more)
	}
	w.Click("#play")
	w.State("playing")
	w.Wait(`received("video").then((s) => s.framesReceived > ` + fmt.Sprint(came+30) + `)`)
	w.keyboard()
	w.genuine(rec)
	w.silent()
	w.end()
}

// TestFirefoxBypass: Firefox has one way only to take frames. Where it does not
// work the page gives up, and has shown nothing.
func TestFirefoxBypass(t *testing.T) {
	w := bypassForGood(t, pagetest.NewFirefox(t, nil), "livekit-vp8", noTransform)
	if n := pagetest.Value[int](w.Browser, `built`); n == 0 {
		t.Error("no transform was tried")
	}
}

// TestFirefoxLoopback: by default Firefox has no WebRTC connections to loopback
// addresses. It reaches this machine by another of its own; and where there is
// none the page says what is the matter.
func TestFirefoxLoopback(t *testing.T) {
	b := pagetest.NewFirefox(t, map[string]any{
		"media.peerconnection.ice.loopback": false, "media.peerconnection.ice.obfuscate_host_addresses": true,
	})
	rec := corpus.Load(t, "plain-vp9")
	w := theatreOf(t, b, media(rec)...)
	w.Open(w.mjr.url() + "#trace")
	w.State("playing")
	w.Wait(`received("video").then((s) => s.framesDecoded > 20)`)
	w.genuine(rec)
	w.end()

	w = theatreOf(t, b, append([]string{"--ice-host", "127.0.0.1"}, media(rec)...)...)
	w.Open(w.mjr.url())
	w.State("failed")
	w.Wait(`document.getElementById("status").textContent.includes("loopback")`)
	w.end()
}

// TestFirstPictureLost: where the encryption hides key frames from the server,
// the page asks for the beginning again if the first one was lost. Here what
// the worker says of it is.
func TestFirstPictureLost(t *testing.T) {
	rec := corpus.Load(t, "rfc9605-vp8-gcm")
	w := theatre(t, append([]string{"--loop"}, media(rec)...)...)
	w.Before(noteCommands + `
globalThis.lost = 0;
globalThis.Worker = class extends Worker {
  set onmessage(hear) { super.onmessage = (event) => { if (event.data.type !== "keyframe" || lost++ > 0) hear(event); }; }
};`)
	w.Open(w.mjr.url() + fragment(t, rec.Keys))
	w.Wait(`commands.some((c) => c.seek_s < 2)`)
	w.Wait(`lost > 1`)
	if n := pagetest.Value[int](w.Browser, `commands.filter((c) => "seek_s" in c).length`); n != 1 {
		t.Errorf("the page went back %d times", n)
	}
	w.State("playing")
	w.end()
}
