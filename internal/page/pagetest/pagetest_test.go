package pagetest

import (
	"bytes"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

const hello = `<!doctype html>
<p id="status" data-state="ready">hello</p>
<button id="button" onclick="clicks++">click</button>
<input id="file" type="file">
<a id="save" download="saved.txt" href="data:text/plain,saved">save</a>
<script>clicks = 0, keys = []; onkeydown = (e) => keys.push(e.key)</script>`

// TestBrowsers: what tests do with one browser they can do with the other.
func TestBrowsers(t *testing.T) {
	for name, start := range map[string]func(t testing.TB) *Browser{
		"chromium": func(t testing.TB) *Browser { return New(t) },
		"firefox":  func(t testing.TB) *Browser { return NewFirefox(t, nil) },
	} {
		t.Run(name, func(t *testing.T) { browse(t, start(t)) })
	}
}

func browse(t *testing.T, b *Browser) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte(hello))
	}))
	defer s.Close()
	b.Before(`globalThis.early = typeof clicks`)
	b.Open(s.URL)
	b.State("ready")
	if got := Value[string](b, "early"); got != "undefined" {
		t.Errorf("what comes before the page's own script ran after it: %q", got)
	}
	got := Value[struct {
		Two   int
		Words []string
		Flag  bool
		None  *int
	}](b, `Promise.resolve({ two: 1 + 1, words: ["a", "b"], flag: true, none: undefined })`)
	if got.Two != 2 || len(got.Words) != 2 || got.Words[1] != "b" || !got.Flag || got.None != nil {
		t.Errorf("got %+v", got)
	}
	b.Eval("globalThis.truth = false; setTimeout(() => { truth = true; }, 200)")
	b.Wait("Promise.resolve(truth)")
	if !Value[bool](b, "truth") {
		t.Error("a promise of what is not true was waited for in vain")
	}
	picture, err := png.Decode(bytes.NewReader(b.Screenshot()))
	if err != nil || picture.Bounds().Dx() < 500 {
		t.Errorf("a screenshot of %v, %v", picture, err)
	}
	if n := len(b.PIDs()); n < 2 {
		t.Errorf("%d processes, want the browser and a renderer", n)
	}
	b.Click("#button")
	b.Wait("clicks === 1")
	for _, key := range []string{"k", "<", " ", "ArrowLeft", "Home"} {
		b.Press(key)
	}
	b.Wait(`keys.join() === "k,<, ,ArrowLeft,Home"`)
	file := filepath.Join(t.TempDir(), "file.txt")
	if err := os.WriteFile(file, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.SetFile("#file", file)
	b.Wait(`document.getElementById("file").files[0].text().then((text) => text === "content")`)
	dir := t.TempDir()
	b.Downloads(dir)
	b.Click("#save")
	until(t, "the saved file", func() bool {
		saved, err := os.ReadFile(filepath.Join(dir, "saved.txt"))
		return err == nil && string(saved) == "saved"
	})
	if c := b.Complaints(); len(c) != 0 {
		t.Errorf("the page complains of %q", c)
	}
	b.Eval(`console.error("sad"); setTimeout(() => { throw new Error("thrown"); })`)
	until(t, "the complaints", func() bool { return len(b.Complaints()) == 2 })
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	late := time.After(Patience)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !ok() {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
