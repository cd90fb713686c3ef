package e2e

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// TestPublishFailsClosed breaks the encryption in every way that a browser
// could: the publication ends, and what has left is black and silent.
func TestPublishFailsClosed(t *testing.T) {
	b := pagetest.New(t)
	for sin, script := range sins {
		t.Run(sin, func(t *testing.T) { failsClosed(t, b, script) })
	}
}

// sins are what a browser could do to the encryption, by scripts.
var sins = map[string]string{
	"the transform is never called":    `Object.defineProperty(RTCRtpSender.prototype, "transform", { set() {}, get() { return null } })`,
	"the transform cannot be set":      `Object.defineProperty(RTCRtpSender.prototype, "transform", { set() { throw new TypeError("no") } })`,
	"there are no transforms":          `delete globalThis.RTCRtpScriptTransform; delete RTCRtpSender.prototype.createEncodedStreams`,
	"the worker cannot be loaded":      `globalThis.Worker = class extends Worker { constructor(url, options) { super("no.js", options) } }`,
	"the worker says nothing":          `globalThis.Worker = class { postMessage() {} terminate() {} }`,
	"the worker takes no track":        `globalThis.RTCRtpScriptTransform = class { constructor() { return new Original(new Worker("bytes.js", { type: "module" }), {}) } }`,
	"the worker reports an error":      `globalThis.Worker = class extends Worker { postMessage(m) { super.postMessage(m.type === "keys" ? { ...m, keys: 7 } : m) } }`,
	"the worker has no key to seal by": `globalThis.Worker = class extends Worker { postMessage(m) { super.postMessage(m.type === "keys" ? { ...m, keys: [] } : m) } }`,
}

func failsClosed(t *testing.T, b *pagetest.Browser, script string) {
	t.Helper()
	s := newStudio(t, b)
	s.prepare(s.mjr.url(), "vp8", true)
	b.Eval(`globalThis.Original = RTCRtpScriptTransform; ` + script + `; 0`)
	b.Eval(`document.getElementById("start").click()`)
	b.State("failed")
	if code := s.mjr.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}
	for _, name := range []string{"call-audio-0", "call-video-1"} {
		if rec := s.file(name); len(rec.packets) > 0 {
			empty(t, rec)
		}
	}
}

// TestPublishEndsWithWorker: what was sealed until then is whole.
func TestPublishEndsWithWorker(t *testing.T) {
	b := pagetest.New(t)
	s := newStudio(t, b)
	s.prepare(s.mjr.url(), "vp9", true)
	b.Eval(`globalThis.Worker = class extends Worker { constructor(...all) { super(...all); globalThis.sealing = this } }; 0`)
	s.record(60, 60)
	b.Eval(`sealing.onmessage({ data: { type: "error", message: "it broke" } })`)
	b.State("failed")
	if code := s.mjr.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}
	s.exact(s.check(true), false)
}

// TestPublishWithBusyWorker: what the worker tells late is no sign of frames
// that went past it.
func TestPublishWithBusyWorker(t *testing.T) {
	b := pagetest.New(t)
	s := newStudio(t, b)
	s.prepare(s.mjr.url(), "vp9", true)
	b.Eval(`globalThis.Worker = class extends Worker { set onmessage(f) { super.onmessage = (e) => setTimeout(() => f(e), 1_000) } }; 0`)
	s.record(150, 60)
	s.stop()
}

// empty wants a recording to be black or silent, as clear as it was sent.
func empty(t *testing.T, rec recorded) {
	t.Helper()
	if strings.Contains(rec.path, "audio") {
		out := filepath.Join(t.TempDir(), "out.opus")
		convert(t, "--accept-clear=all", "-o", out, rec.path)
		_, text := corpus.Run(t, "ffmpeg", "-hide_banner", "-i", out, "-af", "volumedetect", "-f", "null", "-")
		level := regexp.MustCompile(`max_volume: ([-0-9.]+) dB`).FindStringSubmatch(text)
		if level == nil {
			t.Fatalf("no sound could be measured: %s", text)
		}
		if db, err := strconv.ParseFloat(level[1], 64); err != nil || db > -60 {
			t.Errorf("sound has left: %s dB", level[1])
		}
		return
	}
	out := filepath.Join(t.TempDir(), "out.webm")
	convert(t, "--accept-clear=all", "-o", out, rec.path)
	_, text := corpus.Run(t, "ffmpeg", "-hide_banner", "-i", out, "-vf", "signalstats,metadata=print", "-f", "null", "-")
	levels := regexp.MustCompile(`YMAX=([0-9.]+)`).FindAllStringSubmatch(text, -1)
	if len(levels) == 0 {
		t.Errorf("no picture could be measured")
	}
	for _, l := range levels {
		if y, err := strconv.ParseFloat(l[1], 64); err != nil || y > 20 { // black is 0, or 16
			t.Fatalf("a picture has left: brightness %s", l[1])
		}
	}
}
