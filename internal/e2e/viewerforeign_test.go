package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// foreign is a server that speaks WHEP and nothing else, as others do: it has
// no list and no player. What it was asked is in asked.
type foreign struct {
	url   string
	left  chan struct{} // closed when the session was deleted
	mu    sync.Mutex
	asked []string
}

// newForeign hides what a server of mjr's can do beyond WHEP.
func newForeign(t *testing.T, mjr string) *foreign {
	t.Helper()
	target, err := url.Parse(mjr)
	if err != nil {
		t.Fatal(err)
	}
	f := &foreign{left: make(chan struct{})}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(target)
			p.Out.URL.Path = strings.Replace(p.Out.URL.Path, "/sessions/", "/viewers/", 1)
			p.Out.Host = target.Host
			p.Out.Header.Del("Origin")
			p.Out.Header.Del("Sec-Fetch-Site")
		},
		ModifyResponse: func(r *http.Response) error {
			if l := r.Header.Get("Location"); l != "" {
				r.Header.Set("Location", strings.Replace(l, "/viewers/", "/sessions/", 1))
			}
			return nil
		},
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
		h.Set("Access-Control-Allow-Methods", "POST, DELETE, OPTIONS")
		h.Set("Access-Control-Expose-Headers", "Location, Link")
		if r.Method == http.MethodOptions {
			return
		}
		f.mu.Lock()
		f.asked = append(f.asked, r.Method+" "+r.URL.Path)
		f.mu.Unlock()
		if r.URL.Path != "/whep" && !strings.HasPrefix(r.URL.Path, "/sessions/") {
			http.NotFound(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
		if r.Method == http.MethodDelete {
			close(f.left)
		}
	}))
	t.Cleanup(s.Close)
	f.url = s.URL + "/whep"
	return f
}

// TestForeignServer: the page plays what other WHEP servers have, without
// controls, and takes it for encrypted until the user knows better.
func TestForeignServer(t *testing.T) {
	elsewhere := httptest.NewServer(http.FileServerFS(page.Files()))
	defer elsewhere.Close()
	for _, name := range []string{"livekit-vp8", "plain-vp9"} {
		t.Run(name, func(t *testing.T) {
			rec := corpus.Load(t, name)
			w := theatre(t, append([]string{"--loop"}, media(rec)...)...)
			f := newForeign(t, w.mjr.url())
			w.Open(elsewhere.URL + "/viewer.html?whep=" + url.QueryEscape(f.url) + "#trace")
			w.State("no-key")
			if len(f.asked) > 0 {
				t.Errorf("the server was asked %q before there was a key", f.asked)
			}
			if rec.Keys != "" {
				w.SetFile("#keys", rec.Keys)
			} else {
				w.Click("#plain")
			}
			w.State("playing")
			w.Wait(`received("video").then((s) => s.framesDecoded > 20)`)
			w.genuine(rec)
			if got := w.says("notes"); !strings.Contains(got, "no controls") {
				t.Errorf("of missing controls the page says %q", got)
			}
			for _, id := range []string{"seek", "speed", "loop"} {
				if !pagetest.Value[bool](w.Browser, `document.getElementById("`+id+`").disabled`) {
					t.Errorf("#%s can be used, and does nothing", id)
				}
			}
			w.Open("about:blank")
			select {
			case <-f.left:
			case <-time.After(pagetest.Patience):
				t.Error("the session was not deleted")
			}
			w.end()
			f.mu.Lock()
			defer f.mu.Unlock()
			if len(f.asked) != 2 || f.asked[0] != "POST /whep" || !strings.HasPrefix(f.asked[1], "DELETE /sessions/") {
				t.Errorf("the server was asked %q", f.asked)
			}
		})
	}
}

// TestHiddenKeyFrames: where the server cannot see key frames, the page tells
// it those that it saw, and says what the user has to reckon with.
func TestHiddenKeyFrames(t *testing.T) {
	rec := corpus.Load(t, "sframe-vp8")
	w := theatre(t, media(rec)...)
	w.Before(`
globalThis.told = [];
const real = fetch;
fetch = (url, options) => {
  if (options?.method === "POST" && /player$/.test(url)) told.push(JSON.parse(options.body));
  return real(url, options);
};`)
	w.Open(w.mjr.url() + fragment(t, rec.Keys))
	w.State("ended")
	w.settled()
	if got := w.says("notes"); !strings.Contains(got, "hides from the server where a picture can start") {
		t.Errorf("the page says %q", got)
	}
	frames := make(map[uint32]string)
	for _, f := range w.frames() {
		if f.Kind == "video" {
			frames[f.RTPTimestamp] = f.Out
		}
	}
	var keys []string
	for _, f := range rec.Truth {
		if f.Kind == "video" && f.Type == "key" {
			keys = append(keys, f.SHA256)
		}
	}
	told := pagetest.Value[[]struct {
		KeyFrame struct {
			Track     int
			Timestamp uint32 `json:"rtp_timestamp"`
		} `json:"key_frame"`
	}](w.Browser, `told`)
	seen := make(map[string]bool)
	for _, k := range told {
		h := frames[k.KeyFrame.Timestamp]
		if k.KeyFrame.Track != 1 || !slices.Contains(keys, h) {
			t.Errorf("%+v is no key frame", k)
		}
		seen[h] = true
	}
	n := 0
	for _, f := range whole(t, rec, "video") {
		if slices.Contains(keys, f.leaves) {
			n++
		}
	}
	if len(seen) != n || n == 0 {
		t.Errorf("the server was told of %d key frames, want %d", len(seen), n)
	}
	w.end()
}
