package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// TestChooseRecording: a folder of sessions is a list, and one of them is
// watched, then another.
func TestChooseRecording(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"plain-vp9", "jitsi-vp8"} {
		for _, f := range corpus.Load(t, name).Files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, filepath.Base(f)), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	w := theatre(t, "-r", dir)
	w.Open(w.mjr.url() + "#trace")
	w.Wait(`document.querySelectorAll("#recordings button").length === 2`)
	button := func(name string) string {
		return `[...document.querySelectorAll("#recordings button")].find((b) => b.textContent.startsWith("` + name + `"))`
	}
	if got := pagetest.Value[string](w.Browser, button("jitsi-vp8")+".textContent"); !strings.Contains(got, "end-to-end encrypted") {
		t.Errorf("an encrypted recording is listed as %q", got)
	}
	if html := pagetest.Value[string](w.Browser, `document.documentElement.outerHTML`); strings.Contains(html, filepath.Base(dir)) {
		t.Error("the page has the name of the folder")
	}
	w.Eval(button("plain-vp9") + ".click()")
	w.State("playing")
	w.Wait(`received("video").then((s) => s.framesDecoded > 20)`)
	w.Click("#back")
	w.Wait(`document.querySelectorAll("#recordings button").length === 2`)
	w.Eval(button("jitsi-vp8") + ".click()")
	w.State("no-key")
	w.SetFile("#keys", corpus.Load(t, "jitsi-vp8").Keys)
	w.State("playing")
	w.Wait(`received("video").then((s) => s.framesDecoded > 20)`)
	if got := w.says("title"); got != "jitsi-vp8" {
		t.Errorf("the title is %q", got)
	}
	w.Eval(`globalThis.old = true`)
	w.Eval(`location.reload()`)
	w.Wait(`globalThis.old === undefined && document.getElementById("title")?.textContent === "jitsi-vp8"`)
	w.State("no-key")
	w.Click("#back")
	w.Wait(`document.querySelectorAll("#recordings button").length === 2 && location.hash === ""`)
	w.end()
}

// TestHiddenTab: a page that nobody sees knows of the end all the same.
func TestHiddenTab(t *testing.T) {
	w := theatre(t, media(corpus.Load(t, "plain-opus-dtx"))...)
	w.Before(`Object.defineProperty(document, "hidden", { get: () => true })`)
	w.Open(w.mjr.url() + "#trace")
	w.State("playing")
	w.State("ended")
	w.end()
}

// TestToken: who has no token is asked for it, and neither a token nor keys
// stay in the address bar.
func TestToken(t *testing.T) {
	rec := corpus.Load(t, "jitsi-vp8")
	path := filepath.Join(t.TempDir(), "token")
	const token = "open-sesame-open-sesame"
	if err := os.WriteFile(path, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := theatre(t, append([]string{"--token-file", path, "--loop"}, media(rec)...)...)
	address, _, _ := strings.Cut(w.mjr.url(), "#")
	w.Open(address)
	w.State("failed")
	w.Run(chromedp.WaitVisible("#token"), chromedp.SendKeys("#token", "wrong"), chromedp.Click("#access button"))
	w.Wait(`/does not take this token/.test(document.getElementById("status").textContent)`)
	w.Run(chromedp.WaitNotVisible("#retry"), chromedp.SetValue("#token", token), chromedp.Click("#access button"))
	w.State("no-key")
	w.Wait(`document.getElementById("access").hidden`)

	w.Open("about:blank")
	w.Open(address + fragment(t, rec.Keys) + "&token=" + url.QueryEscape(token))
	w.State("playing")
	if got := pagetest.Value[string](w.Browser, `location.href`); got != address {
		t.Errorf("the address bar has %q, want %q", got, address)
	}
	w.end()
}

// TestOtherOrigin: the page also runs from elsewhere, and then knows nothing of
// the server but where it takes offers.
func TestOtherOrigin(t *testing.T) {
	rec := corpus.Load(t, "jitsi-vp8")
	elsewhere := httptest.NewServer(http.FileServerFS(page.Files()))
	defer elsewhere.Close()
	w := theatre(t, append([]string{"--loop", "--allow-origin", elsewhere.URL}, media(rec)...)...)
	w.Open(elsewhere.URL + "/viewer.html?whep=" + url.QueryEscape(w.mjr.url()+"whep") + fragment(t, rec.Keys))
	w.State("playing")
	w.Wait(`received("video").then((s) => s.framesDecoded > 20)`)
	w.genuine(rec)

	// A page of an origin that was not allowed gets nothing.
	stranger := httptest.NewServer(http.FileServerFS(page.Files()))
	defer stranger.Close()
	w.Open(stranger.URL + "/viewer.html?whep=" + url.QueryEscape(w.mjr.url()+"whep") + fragment(t, rec.Keys))
	w.State("failed")
	w.end()
}

// TestServerGone: when the server ends, the page says so, and goes on where it
// was once there is one again.
func TestServerGone(t *testing.T) {
	w, rec := film(t)
	address := strings.TrimSuffix(strings.TrimPrefix(w.mjr.url(), "http://"), "/")
	w.end()
	w.State("failed")
	if got := w.says("status"); len(got) < len("Failed: ...") {
		t.Errorf("the page says only %q", got)
	}
	w.Run(chromedp.WaitVisible("#retry"))
	w.Click("#retry")
	w.Wait(`/does not answer/.test(document.getElementById("status").textContent)`)
	w.mjr = start(t, append([]string{"replay", "--json", "--listen", address}, media(rec)...)...)
	w.mjr.url()
	w.Click("#retry")
	w.State("playing")
	w.Wait(`received("video").then((s) => s.framesDecoded > 20)`)
	w.genuine(rec)
	w.end()
}
