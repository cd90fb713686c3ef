package page

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// strict is the policy that the program hands the page out with, but for what
// would only widen it.
const strict = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; worker-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// answers are what a server without media says, by method and path.
type answers map[string]string

const (
	call = `{"id":"a","name":"a-very-long-name-of-a-call-without-any-place-to-break-it-in-two","duration_s":3723.5,"tracks":[` +
		`{"kind":"audio","codec":"opus","encrypted":true,"key_frames_visible":true,"losses":[{"from_s":1,"to_s":2,"packets":50}],"key_frames_s":[]},` +
		`{"kind":"video","codec":"vp8","encrypted":true,"key_frames_visible":false,"losses":[],"key_frames_s":[]}]}`
	plain = `{"id":"b","name":"plain","duration_s":null,"tracks":[{"kind":"audio","codec":"opus","encrypted":false,"key_frames_visible":null,"losses":[],"key_frames_s":[]}]}`
	mixed = `{"id":"c","name":"mixed","duration_s":12,"tracks":[{"kind":"audio","codec":"opus","encrypted":false,"key_frames_visible":true},` +
		`{"kind":"video","codec":"vp9","encrypted":true,"key_frames_visible":true}]}`
)

func listing(recordings ...string) string {
	return `{"schema":"mjr/1","type":"recordings","live":false,"recordings":[` + strings.Join(recordings, ",") + `]}`
}

// serve hands out the page, and those answers. An answer that begins with a
// number is an error of that status.
func (a answers) serve(t *testing.T) string {
	t.Helper()
	files := http.FileServerFS(Files())
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", strict)
		answer, ok := a[r.Method+" "+r.URL.Path]
		if !ok {
			files.ServeHTTP(w, r)
			return
		}
		var status int
		if n, _ := fmt.Sscanf(answer, "%d ", &status); n == 1 {
			http.Error(w, answer[len("000 "):], status)
			return
		}
		w.Write([]byte(answer))
	}))
	t.Cleanup(s.Close)
	return s.URL + "/viewer.html"
}

func says(b *pagetest.Browser) string {
	return pagetest.Value[string](b, `document.getElementById("status").textContent`)
}

// Without media the page already has to know what to do, and to say it.
func TestViewerWithoutMedia(t *testing.T) {
	b := pagetest.New(t, "host-resolver-rules=MAP plain.example 127.0.0.1")
	for _, c := range []struct {
		name         string
		answers      answers
		fragment     string
		state, words string
		shown        string // what the user can then use
	}{
		{"a list", answers{"GET /recordings": listing(call, plain, mixed)}, "", "connecting", "Choose a recording.", "#recordings button"},
		{"an empty list", answers{"GET /recordings": listing()}, "", "connecting", "There are no recordings yet.", "#retry"},
		{"one recording", answers{"GET /recordings": listing(call), "GET /recordings/a": call}, "", "no-key", "end-to-end encrypted", "#keys"},
		{"one of several, by its id", answers{"GET /recordings": listing(call, plain), "GET /recordings/a": call}, "#recording=a", "no-key", "end-to-end encrypted", "#keys"},
		{"an id that is gone", answers{"GET /recordings": listing(call, plain)}, "#recording=x", "connecting", "Choose a recording.", "#recordings button"},
		{"encrypted in part", answers{"GET /recordings": listing(mixed), "GET /recordings/c": mixed}, "", "no-key", "end-to-end encrypted", "#plain"},
		{"no token", answers{"GET /recordings": "401 a token is needed"}, "", "failed", "wants a token", "#token"},
		{"a server that fails", answers{"GET /recordings": "500 internal error"}, "", "failed", "internal error", "#retry"},
		{"nothing for this browser", answers{"GET /recordings": listing(plain), "GET /recordings/b": plain, "OPTIONS /recordings/b/whep": "", "POST /recordings/b/whep": "406 the offer has no place"}, "", "failed", "the offer has no place", "#retry"},
		{"an answer that is none", answers{"GET /recordings": listing(plain), "GET /recordings/b": plain, "OPTIONS /recordings/b/whep": "", "POST /recordings/b/whep": "hello"}, "", "failed", "", "#retry"},
		{"keys that are none", answers{"GET /recordings": listing(call), "GET /recordings/a": call}, "#keys=AAAA", "no-key", "end-to-end encrypted", "#keys"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := c.answers.serve(t)
			b.Open("about:blank")
			b.Open(address + c.fragment)
			b.State(c.state)
			b.Wait(fmt.Sprintf(`document.getElementById("status").textContent.includes(%q)`, c.words))
			b.Run(chromedp.WaitVisible(c.shown))
			if strings.Contains(c.fragment, "keys") {
				if got := pagetest.Value[string](b, `location.href`); got != address {
					t.Errorf("the address is still %q", got)
				}
				b.Wait(`document.getElementById("keys-say").textContent.startsWith("The keys in the address cannot be used")`)
			}
			if over := fits(b); over != "" {
				t.Error(over)
			}
		})
	}
	t.Run("plain HTTP", func(t *testing.T) {
		address := answers{}.serve(t)
		b.Open(strings.Replace(address, "127.0.0.1", "plain.example", 1))
		b.State("insecure-context")
		if !strings.Contains(says(b), "https://") {
			t.Errorf("the page says only %q", says(b))
		}
	})
	t.Run("keys put in the address later", func(t *testing.T) {
		address := answers{"GET /recordings": listing(call), "GET /recordings/a": call}.serve(t)
		b.Open(address)
		b.State("no-key")
		b.Eval(`location.hash = "#keys=" + btoa('{"keys":[{"kty":"oct","alg":"JITSI-GCM","k":"AAECAwQFBgcICQoLDA0ODw"}]}').replaceAll("=", "")`)
		b.Wait(`document.getElementById("keys-say").textContent.startsWith("Keys from the address.")`)
		if got := pagetest.Value[string](b, `location.href`); got != address {
			t.Errorf("the address is still %q", got)
		}
	})
	t.Run("a list that is gone back to", func(t *testing.T) {
		b.Open(answers{"GET /recordings": listing(call, plain), "GET /recordings/a": call}.serve(t))
		b.Run(chromedp.Click("#recordings button"))
		b.State("no-key")
		b.Run(chromedp.Click("#back"), chromedp.WaitVisible("#recordings"))
		if got := says(b); got != "Choose a recording." {
			t.Errorf("the page says %q", got)
		}
	})
	for _, c := range b.Complaints() {
		if !strings.HasPrefix(c, "log: Failed to load resource: the server responded with a status of") && !strings.Contains(c, "Cross-Origin-Opener-Policy") {
			t.Errorf("the browser complains: %s", c)
		}
	}
}

// look changes how the page is looked at.
func look(b *pagetest.Browser, scheme string, width, height int64) {
	b.Run(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		dark := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
		if _, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, dark); err != nil {
			return err
		}
		size := emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 500}
		_, err := cdp.Call(ctx, target, emulation.SetDeviceMetricsOverride, size)
		return err
	}))
}

// fits tells what is wider than the screen, "" if nothing is.
func fits(b *pagetest.Browser) string {
	return pagetest.Value[string](b, `(() => {
  const wide = document.documentElement.clientWidth;
  const over = [...document.querySelectorAll("body *")].filter((e) => !e.closest(".wide") && e.checkVisibility() && e.getBoundingClientRect().right > wide + 1);
  return over.map((e) => e.outerHTML.slice(0, 80) + " ends at " + e.getBoundingClientRect().right).join("\n");
})()`)
}

// everything shows all that the page has, as if it were needed at once.
const everything = `
for (const e of document.querySelectorAll("[hidden]")) e.hidden = false;
for (const e of document.querySelectorAll("details")) e.open = true;
for (const e of document.querySelectorAll(":disabled")) e.disabled = false;
document.getElementById("notes").textContent = "A note that is long enough to be broken into several lines on a telephone. ".repeat(3);`

// faint lists texts whose colour is too near to the one behind them, by the
// contrast that WCAG 2.2 wants (1.4.3): 4.5 to 1.
const faint = `(() => {
  const parts = (c) => c.match(/[\d.]+/g).map(Number);
  const light = (c) => {
    const [r, g, b] = parts(c).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if ((parts(c)[3] ?? 1) > 0) return c;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = [...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  const found = texts.map((e) => {
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.outerHTML.slice(0, 80)];
  }).filter(([contrast]) => contrast < 4.5);
  return texts.length < 40 ? "only " + texts.length + " texts were looked at" : found.join("\n");
})()`

// nameless lists what can be used but says no name to those who do not see it.
const nameless = `(() => {
  const all = [...document.querySelectorAll("button, input, select, summary, svg, video, nav, section, [role=group]")];
  const name = (e) => e.getAttribute("aria-label") || e.labels?.[0]?.textContent.trim() || document.getElementById(e.getAttribute("aria-labelledby"))?.textContent
    || (e.matches("button, summary") ? e.textContent.trim() : "");
  return all.filter((e) => !name(e)).map((e) => e.outerHTML.slice(0, 80)).join("\n");
})()`

// small lists what a finger would miss: WCAG 2.2 (2.5.8) wants 24 pixels.
const small = `[...document.querySelectorAll("button, input, select, summary")].filter((e) => e.checkVisibility()).map((e) => [e.closest("label") ?? e, e])
  .filter(([e]) => e.getBoundingClientRect().height < 24 || e.getBoundingClientRect().width < 24).map(([, e]) => e.outerHTML.slice(0, 80)).join("\n")`

// The page has to be of use on a telephone, in the dark, to a finger, and to
// those who hear it.
func TestViewerForEverybody(t *testing.T) {
	b := pagetest.New(t)
	b.Open(answers{"GET /recordings": listing(call), "GET /recordings/a": call}.serve(t))
	b.State("no-key")
	b.Eval(everything)
	for _, c := range []struct {
		scheme        string
		width, height int64
	}{{"light", 360, 740}, {"dark", 360, 740}, {"light", 1200, 800}, {"dark", 1200, 800}} {
		t.Run(fmt.Sprintf("%s, %d pixels", c.scheme, c.width), func(t *testing.T) {
			look(b, c.scheme, c.width, c.height)
			for what, script := range map[string]string{"too faint": faint, "too small": small, "without a name": nameless} {
				if got := pagetest.Value[string](b, script); got != "" {
					t.Errorf("%s:\n%s", what, got)
				}
			}
			if over := fits(b); over != "" {
				t.Errorf("too wide:\n%s", over)
			}
			if pagetest.Value[bool](b, `getComputedStyle(document.body).backgroundColor === "rgb(255, 255, 255)"`) != (c.scheme == "light") {
				t.Error("the page does not follow the colours that are preferred")
			}
		})
	}
	// A focus that is not seen is none.
	b.Run(chromedp.KeyEvent("\t"))
	b.Wait(`document.activeElement !== document.body && getComputedStyle(document.activeElement).outlineStyle !== "none"`)
	if got := pagetest.Value[string](b, `(e => [e.getAttribute("role"), e.getAttribute("aria-live")].join())(document.getElementById("status"))`); got != "status,polite" {
		t.Errorf("the state is told as %q", got)
	}
}
