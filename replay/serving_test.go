package replay

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/rtc"
)

// serving is a Server over real recordings, on loopback.
type serving struct {
	*Server
	url string
	ids map[string]string // by the names of recordings

	mu           sync.Mutex
	joined, left []Viewer
}

func serve(t testing.TB, set func(*ServerOptions), names ...string) *serving {
	t.Helper()
	var all []string
	for _, name := range names {
		all = append(all, corpus.Load(t, name).Files...)
	}
	l := NewLibrary(LibraryOptions{Group: groupCorpus}, NewFiles(all...))
	t.Cleanup(func() { l.Close() })
	return serveLibrary(t, l, set)
}

// groupCorpus groups by the folders that recordings of the corpus lie in.
func groupCorpus(names []string) []Group {
	var all []Group
	for _, n := range names {
		parts := strings.Split(n, "/")
		name := parts[len(parts)-2]
		if len(all) == 0 || all[len(all)-1].Name != name {
			all = append(all, Group{Name: name})
		}
		g := &all[len(all)-1]
		g.Files = append(g.Files, n)
	}
	return all
}

func serveLibrary(t testing.TB, l *Library, set func(*ServerOptions)) *serving {
	t.Helper()
	e, err := rtc.NewEngine(rtc.Config{Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	s := &serving{ids: make(map[string]string)}
	o := ServerOptions{
		Library: l, Engine: e,
		Joined: func(v Viewer) { s.mu.Lock(); defer s.mu.Unlock(); s.joined = append(s.joined, v) },
		Left:   func(v Viewer) { s.mu.Lock(); defer s.mu.Unlock(); s.left = append(s.left, v) },
		Warn:   func(text string) { t.Log(text) },
	}
	if set != nil {
		set(&o)
	}
	s.Server = NewServer(o)
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	t.Cleanup(s.Close)
	s.url = web.URL
	for _, title := range l.List(t.Context()) {
		s.ids[title.Name] = title.ID
	}
	return s
}

// call sends a request, and returns the status and the body.
func (s *serving) call(t testing.TB, method, path, kind, body string) (int, []byte, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, b, res.Header
}

func (s *serving) get(t testing.TB, path string, v any) {
	t.Helper()
	status, b, h := s.call(t, http.MethodGet, path, "", "")
	if status != http.StatusOK || h.Get("Content-Type") != "application/json" {
		t.Fatalf("%s: status %d, %s: %s", path, status, h.Get("Content-Type"), b)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
