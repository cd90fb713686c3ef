//go:build !nonet

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/page"
)

func TestTURNFile(t *testing.T) {
	for text, want := range map[string]string{
		`{"urls": "turn:example.org", "username": "u", "credential": "c"}`:                                                                    `turn:example.org`,
		`[{"urls": ["turns:a?transport=tcp", "stun:b:1"], "username": "u", "credential": "c"}, {"urls": ["stuns:[::1]:5349", "stun:[::1]"]}]`: `turns:a?transport=tcp stun:b:1, stuns:[::1]:5349 stun:[::1]`,
	} {
		got, err := parseTURN([]byte(text))
		var words []string
		for _, s := range got {
			words = append(words, s.String())
		}
		if err != nil || strings.Join(words, ", ") != want {
			t.Errorf("%s: %q, %v", text, words, err)
		}
	}
	for sin, text := range map[string]string{
		"nothing":            ``,
		"a number":           `7`,
		"no urls":            `{"username": "secret"}`,
		"urls of numbers":    `{"urls": [1], "credential": "secret"}`,
		"another scheme":     `{"urls": "http://secret"}`,
		"a list of texts":    `["turn:secret"]`,
		"no url":             `{"urls": [], "credential": "secret"}`,
		"urls of nothing":    `{"urls": null}`,
		"no host":            `{"urls": "turn:", "username": "u", "credential": "secret"}`,
		"no port":            `{"urls": "turn:a:", "username": "u", "credential": "secret"}`,
		"port beyond all":    `{"urls": "turn:a:65536", "username": "u", "credential": "secret"}`,
		"user in the url":    `{"urls": "turn:u:secret@a", "username": "u", "credential": "c"}`,
		"another transport":  `{"urls": "turn:a?transport=secret", "username": "u", "credential": "c"}`,
		"no username":        `{"urls": "turn:a", "credential": "secret"}`,
		"no credential":      `{"urls": ["stun:a", "turn:a"], "username": "secret"}`,
		"an unfinished list": `[{"urls": "turn:secret"`,
	} {
		_, err := parseTURN([]byte(text))
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", sin, err)
		}
	}
}

// TestServePage: every file of the page comes, as what it is, without a token
// and with the policy; nothing else does.
func TestServePage(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := serveOptions{listen: ":0", tokenFile: token}
	s, err := o.open(func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.close() })
	mux := http.NewServeMux()
	s.servePage(mux, "publisher.html")
	srv := httptest.NewServer(mux)
	defer srv.Close()
	paths := map[string]string{"/": "text/html"}
	for _, f := range page.Sums() {
		paths["/"+f.Name] = map[string]string{".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}[filepath.Ext(f.Name)]
	}
	for path, kind := range paths {
		resp, err := http.Get(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		h := resp.Header
		if err != nil || resp.StatusCode != http.StatusOK || len(b) == 0 || kind == "" || !strings.HasPrefix(h.Get("Content-Type"), kind) {
			t.Errorf("%s: %s, %s, %d bytes", path, resp.Status, h.Get("Content-Type"), len(b))
		}
		if !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self';") || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, h)
		}
	}
	for _, path := range []string{"/no.js", "/..%2fpage.go", "/static", "/worker"} {
		resp, err := http.Get(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

func TestServeOptions(t *testing.T) {
	for sin, o := range map[string]serveOptions{
		"a token without a server":    {tokenFile: "x"},
		"an origin without a server":  {origins: []string{"https://example.org"}},
		"a number below none":         {listen: ":0", maxSessions: -1},
		"an address without a port":   {listen: "localhost"},
		"a key without a certificate": {listen: ":0", tlsKey: "x"},
		"a host that is none":         {listen: ":0", hosts: []string{"a b"}},
		"an origin that is none":      {listen: ":0", origins: []string{"example.org"}},
		"a STUN server of no port":    {listen: ":0", iceOptions: iceOptions{stun: []string{"example.org:"}}},
		"an ICE host that is a name":  {listen: ":0", iceOptions: iceOptions{iceHosts: []string{"example.org"}}},
		"an ICE host that is any":     {listen: ":0", iceOptions: iceOptions{iceHosts: []string{"0.0.0.0"}}},
	} {
		err := o.check()
		if err == nil {
			var s *serving
			if s, err = o.open(func(string) {}); err == nil {
				s.close()
			}
		}
		if exitCode(err) != exitMisused {
			t.Errorf("%s: %v", sin, err)
		}
	}
}

func FuzzTURNFile(f *testing.F) {
	for _, seed := range []string{
		`{"urls": "turn:example.org:3478?transport=udp", "username": "u", "credential": "c"}`,
		`[{"urls": ["turns:a", "stun:b"]}, {"urls": "turn:c"}]`, `[]`, `{"urls": []}`, `{"urls": null}`, `[[{}]]`, `{"urls": "turn:`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		servers, err := parseTURN(b)
		if err != nil && servers != nil {
			t.Fatalf("%v and %v", servers, err)
		}
		for _, s := range servers {
			for _, u := range s.URLs {
				if !strings.HasPrefix(u, "turn") && !strings.HasPrefix(u, "stun") {
					t.Fatalf("url %q", u)
				}
			}
		}
	})
}
