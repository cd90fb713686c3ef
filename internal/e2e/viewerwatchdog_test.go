package e2e

import (
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// Browsers that take a transform and never call it: then frames go to the
// decoder as they came. Each state that the page was in is noted in states.
const (
	noTransform = `
globalThis.built = 0;
Object.defineProperty(RTCRtpReceiver.prototype, "transform", { set() { built++; }, get() { return null; } });`
	noStreams = `
globalThis.streams = 0;
RTCRtpReceiver.prototype.createEncodedStreams = function () {
  streams++;
  return { readable: new ReadableStream(), writable: new WritableStream() };
};`
	noteStates = `
globalThis.states = [];
globalThis.brightest = 0;
new MutationObserver(() => {
  const state = document.getElementById("status")?.dataset.state;
  if (state && states.at(-1) !== state) states.push(state);
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-state"] });
const canvas = new OffscreenCanvas(16, 9), pen = canvas.getContext("2d");
setInterval(() => {
  const video = document.querySelector("#stage video");
  if (!video || video.readyState < 2) return;
  pen.drawImage(video, 0, 0, 16, 9);
  const { data } = pen.getImageData(0, 0, 16, 9);
  for (let i = 0; i < data.length; i++) if (i % 4 < 3) brightest = Math.max(brightest, data[i]);
}, 30);`
)

// TestBypass: frames that bypass the worker are noticed, and the older way to
// take frames is tried.
func TestBypass(t *testing.T) {
	for _, name := range []string{"livekit-vp8", "plain-vp9"} {
		t.Run(name, func(t *testing.T) {
			rec := corpus.Load(t, name)
			w := theatre(t, append([]string{"--loop"}, media(rec)...)...)
			w.Before(noTransform)
			w.Open(w.mjr.url() + fragment(t, rec.Keys))
			w.State("playing")
			w.Wait(`received("video").then((s) => s.framesDecoded > 30)`)
			w.genuine(rec)
			if got := pagetest.Value[int](w.Browser, `peers.length`); got != 2 {
				t.Errorf("%d connections were made, want a second one", got)
			}
			w.shows()
			w.end()
		})
	}
}

// TestBypassForGood: where no way works the page gives up, with words, and has
// neither shown a picture nor claimed to play one.
func TestBypassForGood(t *testing.T) {
	for _, name := range []string{"livekit-vp8", "plain-vp9"} {
		t.Run(name, func(t *testing.T) {
			w := bypassForGood(t, pagetest.New(t), name, noTransform+noStreams)
			if tried := pagetest.Value[[]int](w.Browser, `[built, streams]`); tried[0] == 0 || tried[1] == 0 {
				t.Errorf("tried transforms and streams %v times", tried)
			}
		})
	}
}

func bypassForGood(t *testing.T, b *pagetest.Browser, name, script string) *watching {
	t.Helper()
	rec := corpus.Load(t, name)
	w := theatreOf(t, b, append([]string{"--loop"}, media(rec)...)...)
	w.Before(script + noteStates)
	w.Open(w.mjr.url() + fragment(t, rec.Keys))
	w.State("failed")
	if got := w.says("status"); got != "Failed: this browser does not hand frames over to be decrypted." {
		t.Errorf("the page says %q", got)
	}
	for _, s := range pagetest.Value[[]string](w.Browser, `states`) {
		if s == "playing" || s == "paused" {
			t.Errorf("the page was in the state %q", s)
		}
	}
	if n := len(w.frames()); n != 0 {
		t.Errorf("%d frames came to the worker: nothing was bypassed", n)
	}
	if n := pagetest.Value[int](w.Browser, `brightest`); n > 16 {
		t.Errorf("something was shown: a colour of %d", n)
	}
	w.end()
	return w
}
