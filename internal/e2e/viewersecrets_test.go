package e2e

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// TestNoKeyInRequests looks at every byte that the page sends by HTTP, its
// worker included: no key is in it in any form.
func TestNoKeyInRequests(t *testing.T) {
	rec := corpus.Load(t, "jitsi-vp8")
	w := theatre(t, append([]string{"--loop"}, media(rec)...)...)
	server, err := url.Parse(w.mjr.url())
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var sent strings.Builder
	to := httputil.NewSingleHostReverseProxy(server)
	between := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		b, err := httputil.DumpRequest(r, true)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		sent.Write(b)
		mu.Unlock()
		r.Header.Del("Origin") // it names this proxy
		r.Host = server.Host
		to.ServeHTTP(rw, r)
	}))
	defer between.Close()

	w.Open(between.URL + "/" + fragment(t, rec.Keys))
	w.State("playing")
	w.SetFile("#keys", wrong(t, rec.Keys))
	w.State("wrong-key")
	w.SetFile("#keys", rec.Keys)
	w.State("playing")
	w.Click("#title") // or the button would first let the sound out
	w.Click("#play")
	w.State("paused")
	w.Open("about:blank") // ends the session
	until(t, "the session's end", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return strings.Contains(sent.String(), "DELETE /viewers/")
	})
	w.end()

	mu.Lock()
	defer mu.Unlock()
	text := sent.String()
	for _, known := range []string{"GET / ", "GET /worker.js ", "POST /recordings/", "a=fingerprint:", `{"paused":true}`} {
		if !strings.Contains(text, known) {
			t.Errorf("no request has %q: this search misses some", known)
		}
	}
	file, err := os.ReadFile(rec.Keys)
	if err != nil {
		t.Fatal(err)
	}
	forms := append(secrets(t, rec.Keys), secrets(t, wrong(t, rec.Keys))...)
	forms = append(forms, base64.RawURLEncoding.EncodeToString(file)[:32], string(file)[:32])
	for _, f := range forms {
		if strings.Contains(text, f) {
			t.Errorf("a request has key material in it, as %s", kind(f))
		}
	}
}
