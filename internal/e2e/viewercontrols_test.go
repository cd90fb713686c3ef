package e2e

import (
	"fmt"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// noteCommands has in commands what the page tells the player to do.
const noteCommands = `
globalThis.commands = [];
const real = fetch;
fetch = (url, options) => {
  if (options?.method === "POST" && /player$/.test(url)) commands.push(JSON.parse(options.body));
  return real(url, options);
};`

// film is a page that plays jitsi-vp8, which has been seen to play.
func film(t *testing.T, args ...string) (*watching, corpus.Recording) {
	t.Helper()
	return filmIn(t, pagetest.New(t), args...)
}

func filmIn(t *testing.T, b *pagetest.Browser, args ...string) (*watching, corpus.Recording) {
	t.Helper()
	rec := corpus.Load(t, "jitsi-vp8")
	w := theatreOf(t, b, append(args, media(rec)...)...)
	w.Before(noteCommands)
	w.Open(w.mjr.url() + fragment(t, rec.Keys))
	w.State("playing")
	w.Click("#title") // a gesture, so that sound may be heard
	w.Wait(`received("video").then((s) => s.framesDecoded > 20)`)
	return w, rec
}

// TestGesture: where the browser lets no sound out, the page says so, and its
// first button does what is missing, and no more.
func TestGesture(t *testing.T) { gesture(t, pagetest.New(t)) }

func gesture(t *testing.T, b *pagetest.Browser) {
	rec := corpus.Load(t, "plain-vp9")
	w := theatreOf(t, b, append([]string{"--loop"}, media(rec)...)...)
	w.Open(w.mjr.url() + "#trace")
	w.State("playing")
	w.Wait(`/without sound/.test(document.getElementById("status").textContent)`)
	w.Wait(`document.getElementById("play").textContent === "Play with sound"`)
	w.Wait(`received("video").then((s) => s.framesDecoded > 20)`)
	w.Click("#play")
	w.Wait(`!/without sound/.test(document.getElementById("status").textContent)`)
	w.Wait(`received("audio").then((s) => s.totalAudioEnergy > 0.1)`)
	w.State("playing")
	w.end()
}

// TestSeek seeks ten times, there and back. Each time pictures go on, and none
// stands still for a second longer than the way there takes.
func TestSeek(t *testing.T) {
	w, rec := film(t)
	w.seeks(10)
	w.genuine(rec)
	t.Logf("%v freezes of %v s in all", w.stat("video", "freezeCount"), w.stat("video", "totalFreezesDuration"))
	w.end()
}

func (w *watching) seeks(times int) {
	w.t.Helper()
	for i := range times {
		to := float64(i*7%11) + 0.5
		frozen, decoded := w.stat("video", "totalFreezesDuration"), w.stat("video", "framesDecoded")
		w.Eval(fmt.Sprintf(`globalThis.mark = mjrTrace.length;
document.getElementById("seek").value = %v;
document.getElementById("seek").dispatchEvent(new Event("change"))`, to))
		w.Wait(fmt.Sprintf(`commands.filter((c) => c.seek_s === %v).length > 0`, to))
		w.Wait(`mjrTrace.slice(mark).filter((f) => f.kind === "video" && f.out).length > 10`)
		w.Wait(fmt.Sprintf(`received("video").then((s) => s.framesDecoded > %v)`, decoded+10))
		if more := w.stat("video", "totalFreezesDuration") - frozen; more > 1 {
			w.t.Errorf("seek %d, to %v s: the picture stood still for %v s", i, to, more)
		}
		w.State("playing")
	}
}

// TestPause stops for three seconds of the page's clock, in which nothing comes.
func TestPause(t *testing.T) {
	w, rec := film(t)
	frozen := w.stat("video", "totalFreezesDuration")
	w.Eval(`globalThis.from = performance.now()`)
	w.Click("#play")
	w.State("paused")
	w.settled()
	came := w.stat("video", "framesReceived")
	w.Wait(`performance.now() - from > 4_000`)
	if more := w.stat("video", "framesReceived") - came; more != 0 {
		t.Errorf("%v frames came in the pause", more)
	}
	paused := pagetest.Value[float64](w.Browser, `(performance.now() - from) / 1000`)
	w.Click("#play")
	w.State("playing")
	w.Wait(fmt.Sprintf(`received("video").then((s) => s.framesReceived > %v)`, came+30))
	if more := w.stat("video", "totalFreezesDuration") - frozen; more > paused+1 {
		t.Errorf("the picture stood still for %v s, with a pause of less than %v s", more, paused)
	}
	w.State("ended")
	w.settled()
	w.genuine(rec)
	if out := w.compare(rec, "video"); w.stat("video", "framesDecoded") < 0.99*float64(out) {
		t.Errorf("%v of %d frames were decoded", w.stat("video", "framesDecoded"), out)
	}
	w.end()
}

// TestLoop: after the end comes the beginning.
func TestLoop(t *testing.T) {
	w, rec := film(t)
	w.Click("#loop")
	w.Wait(`commands.some((c) => c.loop === true)`)
	first := whole(t, rec, "video")[0].comes
	w.Press("9")
	w.Wait(fmt.Sprintf(`mjrTrace.filter((f) => f.in === %q && f.out).length > 1`, first))
	w.State("playing")
	w.genuine(rec)
	w.end()
}

// TestSpeed: at double speed frames have half the time between them, and there
// is no sound.
func TestSpeed(t *testing.T) {
	w, rec := film(t)
	w.Press(">")
	w.Press(">")
	w.Wait(`document.getElementById("speed").value === "2"`)
	w.Wait(`commands.some((c) => c.speed === 2)`)
	w.Eval(`(document.getElementById("seek").value = 0, document.getElementById("seek").dispatchEvent(new Event("change")), globalThis.mark = mjrTrace.length)`)
	w.Wait(`mjrTrace.slice(mark).filter((f) => f.kind === "video").length > 60`)
	mark := pagetest.Value[int](w.Browser, `mark`)
	times := make(map[string]uint32)
	for _, f := range rec.Truth {
		times[f.EncSHA256] = f.RTPTime
	}
	var last *traced
	halves := 0
	all := w.frames()[mark:]
	for i, f := range all {
		if f.Kind == "audio" {
			continue
		}
		if last != nil {
			sent := int32(times[f.In] - times[last.In])
			came := int32(f.RTPTimestamp - last.RTPTimestamp)
			if sent > 0 && abs(2*came-sent) <= 4 {
				halves++
			}
		}
		last = &all[i]
	}
	if halves < 40 {
		t.Errorf("only %d of %d steps are half as long as they were", halves, len(all))
	}
	w.State("playing")
	w.end()
}

func abs(n int32) int32 { return max(n, -n) }

// TestKeyboard presses every key that the page knows.
func TestKeyboard(t *testing.T) {
	w, _ := film(t, "--loop") // no slow machine comes to its end
	w.keyboard()
	w.end()
}

func (w *watching) keyboard() {
	t, press := w.t, w.Press
	t.Helper()
	told := func(what string) {
		t.Helper()
		w.Wait("(() => { const c = commands.at(-1), p = at, d = Number(document.getElementById('seek').max); return " + what + "; })()")
	}
	// seek presses a key in a pause, and looks where the page wants to go.
	seek := func(key, where string) {
		t.Helper()
		w.Eval(`globalThis.at = Number(document.getElementById("seek").value); commands.length = 0`)
		press(key)
		told("c && Math.abs(c.seek_s - (" + where + ")) < 0.2")
	}
	press(" ")
	w.State("paused")
	press("k")
	w.State("playing")
	press("k")
	w.State("paused")
	seek("5", "d / 2")
	seek("0", "0")
	seek("9", "d * 0.9")
	seek("ArrowLeft", "Math.max(0, p - 5)")
	seek("ArrowRight", "Math.min(d, p + 5)")
	seek("j", "Math.max(0, p - 10)")
	seek("l", "Math.min(d, p + 10)")
	seek("Home", "0")
	seek("End", "d")
	press(">")
	told("c.speed === 1.5")
	w.Wait(`document.getElementById("speed").value === "1.5"`)
	press("<")
	told("c.speed === 1")
	const volume = `document.querySelector("#stage audio").volume`
	press("ArrowDown")
	w.Wait(`Math.abs(Number(document.getElementById("volume").value) - 0.9) < 0.01`)
	press("ArrowUp")
	w.Wait(volume + ` === 1`)
	press("m")
	w.Wait(`document.querySelector("#stage audio").muted`)
	press("m")
	w.Wait(`!document.querySelector("#stage audio").muted`)
	press("f")
	w.Wait(`document.fullscreenElement !== null`)
	press("f")
	w.Wait(`document.fullscreenElement === null`)
}
