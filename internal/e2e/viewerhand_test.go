package e2e

import (
	"encoding/base64"
	"os"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// TestDropKeys: a key file that is let fall anywhere on the page is as good as
// one that was chosen.
func TestDropKeys(t *testing.T) {
	rec := corpus.Load(t, "livekit-vp8")
	keys, err := os.ReadFile(rec.Keys)
	if err != nil {
		t.Fatal(err)
	}
	w := theatre(t, media(rec)...)
	w.Open(w.mjr.url() + "#trace")
	w.State("no-key")
	drop := func(name string, content []byte) {
		t.Helper()
		w.Eval(`(() => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([atob("` + base64.StdEncoding.EncodeToString(content) + `")], ` + strconv.Quote(name) + `));
  for (const what of ["dragover", "drop"]) document.querySelector("h1").dispatchEvent(new DragEvent(what, { dataTransfer, bubbles: true, cancelable: true }));
})()`)
	}
	drop("holiday.jpg", []byte("\xff\xd8 not a key file"))
	w.Wait(`document.getElementById("keys-say").textContent.startsWith("This cannot be used as keys")`)
	w.State("no-key")
	drop("call.jwks.json", keys)
	w.State("playing")
	w.Wait(`document.getElementById("keys-say").textContent.includes("call.jwks.json")`)
	w.genuine(rec)
	w.end()
}

// TestPassphrase types what the demo of Janus asked for. Its scheme cannot tell
// a wrong one from the right one: what then shows is no picture.
func TestPassphrase(t *testing.T) {
	rec := corpus.Load(t, "xor-vp8-noise")
	w := theatre(t, append([]string{"--loop"}, media(rec)...)...)
	w.Open(w.mjr.url() + "#trace")
	w.State("no-key")
	w.Eval(`document.querySelector("#keyform details").open = true; document.getElementById("scheme").value = "xor-janus"`)
	use := func(passphrase string) {
		t.Helper()
		w.Run(chromedp.WaitVisible("#passphrase"), chromedp.SendKeys("#passphrase", passphrase+"\r"))
	}
	use("not the passphrase")
	w.State("unauthenticated")
	w.Click("#unauthenticated")
	w.State("wrong-key")
	if got := pagetest.Value[string](w.Browser, `document.getElementById("passphrase").value`); got != "" {
		t.Errorf("the passphrase %q stays in its field", got)
	}
	use("mysecret")
	w.State("playing")
	w.Wait(`received("video").then((s) => s.framesDecoded > 100)`)
	w.State("playing")
	w.end()
}

// TestNoFlag: a recording that was encrypted and not marked so makes no picture,
// and the page says what is probably wrong.
func TestNoFlag(t *testing.T) {
	rec := corpus.Load(t, "xor-vp8-noeflag")
	w := theatre(t, append([]string{"--loop"}, media(rec)...)...)
	w.Open(w.mjr.url() + "#trace")
	w.State("no-key")
	w.Wait(`document.getElementById("status").textContent.includes("not marked so")`)
	w.SetFile("#keys", rec.Keys)
	w.State("unauthenticated")
	w.Click("#unauthenticated")
	w.State("playing")
	w.Wait(`received("video").then((s) => s.framesDecoded > 100)`)
	w.end()
}

// TestForgetKeys: keys bar what is not encrypted, until the user takes them away.
func TestForgetKeys(t *testing.T) {
	rec := corpus.Load(t, "plain-vp9")
	w := theatre(t, append([]string{"--loop"}, media(rec)...)...)
	w.Open(w.mjr.url() + fragment(t, corpus.Load(t, "jitsi-vp8").Keys))
	w.State("not-encrypted")
	w.nothing()
	w.Click("#forget")
	w.State("playing")
	w.Wait(`received("video").then((s) => s.framesDecoded > 20)`)
	w.genuine(rec)
	w.end()
}

// TestQuickKeys: two steps forward are two, also before the server has answered
// the first.
func TestQuickKeys(t *testing.T) {
	w, _ := film(t, "--loop") // no slow machine comes to its end
	w.Run(chromedp.KeyEvent("k"))
	w.State("paused")
	w.Run(chromedp.KeyEvent("0"), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
	w.Wait(`Math.abs(commands.at(-1).seek_s - 10) < 0.1`)
	w.Wait(`document.getElementById("seek").getAttribute("aria-valuetext").startsWith("0:10 of 0:12")`)
	w.end()
}
