package door

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestHeaders: every answer has them, a refusal too.
func TestHeaders(t *testing.T) {
	d := open(t, Options{Token: token})
	mux := http.NewServeMux()
	mux.Handle("GET /", d.Open(hello))
	mux.Handle("POST /panic", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("no") }))
	auth := []string{"Authorization", "Bearer " + token}
	for _, tt := range []struct {
		r     *http.Request
		want  int
		cache string
	}{
		{d.request("GET", "/"), 200, "no-cache"},
		{d.request("GET", "/", "Host", "evil.example"), 421, "no-store"},
		{d.request("GET", "/", "Origin", "http://evil.example"), 403, "no-store"},
		{d.request("POST", "/panic"), 401, "no-store"},
		{d.request("POST", "/panic", auth...), 500, "no-store"},
		{d.request("PUT", "/", auth...), 405, "no-store"},
	} {
		res := d.answer(mux, tt.r)
		if res.StatusCode != tt.want {
			t.Errorf("%s %s: status %d, want %d", tt.r.Method, tt.r.URL, res.StatusCode, tt.want)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control":                tt.cache,
			"Vary":                         "Origin",
			"Strict-Transport-Security":    "",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("status %d: %s is %q, want %q", tt.want, name, got, want)
			}
		}
		if b, _ := io.ReadAll(res.Body); tt.want >= 400 && (bytes.Count(b, []byte("\n")) != 1 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/plain")) {
			t.Errorf("status %d says %q of type %q, want one line of text", tt.want, b, res.Header.Get("Content-Type"))
		}
	}
}

// stream is a body of unknown length.
type stream struct{ io.Reader }

func TestBody(t *testing.T) {
	for _, tt := range []struct {
		name string
		body func(n int64) io.Reader
	}{
		{"with its length", func(n int64) io.Reader { return bytes.NewReader(make([]byte, n)) }},
		{"in chunks", func(n int64) io.Reader { return stream{bytes.NewReader(make([]byte, n))} }},
	} {
		for n, want := range map[int64]int{0: 200, MaxBody: 200, MaxBody + 1: 413, 10 * MaxBody: 413} {
			d := serve(t, Options{}, hello)
			res, err := http.Post(d.URL(), "text/plain", tt.body(n))
			if err != nil {
				t.Errorf("%d bytes %s: %v", n, tt.name, err)
				continue
			}
			res.Body.Close()
			if res.StatusCode != want {
				t.Errorf("%d bytes %s: status %d, want %d", n, tt.name, res.StatusCode, want)
			}
		}
	}
}

// TestBodyUnread: what is announced as too long does not reach a handler.
func TestBodyUnread(t *testing.T) {
	d := open(t, Options{})
	r := d.request("POST", "/")
	r.ContentLength = MaxBody + 1
	res := d.answer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("was called") }), r)
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d, want 413", res.StatusCode)
	}
}

func TestPanic(t *testing.T) {
	var log lines
	mux := http.NewServeMux()
	mux.HandleFunc("/before", func(http.ResponseWriter, *http.Request) { panic("secret 1") })
	mux.HandleFunc("/nil", func(http.ResponseWriter, *http.Request) { var p *lines; p.list = nil })
	mux.HandleFunc("/after", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "half an answer")
		http.NewResponseController(w).Flush()
		panic(errors.New("secret 2"))
	})
	mux.HandleFunc("/abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.Handle("/", hello)
	d := serve(t, Options{Log: log.add}, mux)
	for _, path := range []string{"before", "nil"} {
		res, err := http.Get(d.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != http.StatusInternalServerError || string(b) != "internal error\n" {
			t.Errorf("%s: %s %q, want 500", path, res.Status, b)
		}
	}
	res, err := http.Get(d.URL() + "after")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(res.Body); err == nil {
		t.Errorf("half an answer passes for a whole one: %q", b)
	}
	res.Body.Close()
	if res, err := http.Get(d.URL() + "abort"); err == nil {
		t.Errorf("abort: got %s", res.Status)
	}
	if res, err := http.Get(d.URL()); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("the next request: %v, %v", res, err)
	}
	got := log.String()
	for _, want := range []string{
		"GET /before from 127.0.0.1: 500 panic of type string at github.com/mjrkit/mjrkit/internal/door.TestPanic.func1:",
		"GET /nil from 127.0.0.1: 500 panic of type runtime.errorString at github.com/mjrkit/mjrkit/internal/door.TestPanic.func2:",
		"GET /after from 127.0.0.1: 500 panic of type *errors.errorString at github.com/mjrkit/mjrkit/internal/door.TestPanic.func3:",
	} {
		if !strings.Contains(strings.ReplaceAll(got, "::1", "127.0.0.1"), want) {
			t.Errorf("log lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "secret") || strings.Contains(got, "abort") {
		t.Errorf("the log tells too much:\n%s", got)
	}
}
