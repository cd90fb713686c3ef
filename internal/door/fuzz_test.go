package door

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzHost: what is read prints as what is read again as the same, and a name
// never turns into an address.
func FuzzHost(f *testing.F) {
	for _, seed := range []string{"localhost", "LOCALHOST:80", "127.0.0.1:8080", "[::1]:8080", "[::ffff:1.2.3.4]", "[fe80::1%25eth0]", "a.b-c.d_e:65535", "0x7f.1", "xn--bcher-kva.example", "localhost.", "a@b", ":80", "[]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, ok := parseHost(text)
		if !ok {
			return
		}
		if (h.name != "") == h.ip.IsValid() {
			t.Fatalf("%q is both a name and an address, or neither: %+v", text, h)
		}
		if strings.ContainsAny(h.String(), "/@#?\\%, \r\n\x00") {
			t.Errorf("%q: taken as %q", text, h)
		}
		if again, ok := parseHost(h.String()); !ok || again != h {
			t.Errorf("%q: read as %+v, printed as %q, read as %+v, %v", text, h, h, again, ok)
		}
	})
}

// FuzzOrigin: what is read is what is read again, and has no more than a scheme,
// a host and a port.
func FuzzOrigin(f *testing.F) {
	for _, seed := range []string{"http://localhost:8080", "HTTPS://Example.org", "null", "", "http://[::1]", "http://localhost.evil", "http://a@b", "http://a/", "https://a:443", "file://", "http://"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, ok := parseOrigin(text)
		if !ok {
			return
		}
		rest, secure := strings.CutPrefix(o, "https://")
		rest, plain := strings.CutPrefix(rest, "http://")
		if secure == plain || strings.ContainsAny(rest, "/@#?\\%, \r\n\x00") {
			t.Errorf("%q: taken as %q", text, o)
		}
		if again, ok := parseOrigin(o); !ok || again != o {
			t.Errorf("%q: read as %q, read again as %q, %v", text, o, again, ok)
		}
	})
}

// FuzzRequest: whatever a client sends, the handler sees it only if it has the
// token, a Host that is known, and no foreign Origin.
func FuzzRequest(f *testing.F) {
	const right = "Authorization: Bearer " + token + "\r\n"
	for _, seed := range []string{
		"POST / HTTP/1.1\r\nHost: localhost:8080\r\n" + right + "Content-Length: 3\r\n\r\nabc",
		"GET / HTTP/1.1\r\nHost: evil.example\r\n" + right + "\r\n",
		"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n" + right + "\r\n",
		"GET / HTTP/1.1\r\nHost: [::1]\r\n" + right + "Origin: null\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + right + "Sec-Fetch-Site: cross-site\r\n\r\n",
		"OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: https://page.example\r\nAccess-Control-Request-Method: POST\r\n\r\n",
		"GET /open/a HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"POST /whip HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer\r\n\t" + token + "\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	d := &Door{address: address{loopback: true}, token: token, log: newLogger(nil), origins: map[string]bool{"https://page.example:443": true},
		listeners: []net.Listener{newPipes()}}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return
		}
		seen := false
		mux := http.NewServeMux()
		mux.Handle("/open/", d.Open(hello))
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			seen = true
			if name, _, _ := strings.Cut(strings.ToLower(r.Host), ":"); name != "localhost" && name != "127.0.0.1" && !strings.Contains(r.Host, "]") {
				t.Errorf("came in with the host %q", r.Host)
			}
			if got := r.Header.Get("Authorization"); !strings.HasSuffix(got, token) || len(r.Header.Values("Authorization")) != 1 {
				t.Errorf("came in with %q", got)
			}
			if got := strings.ToLower(r.Header.Get("Origin")); got != "" && got != "https://page.example" && got != "https://page.example:443" && !strings.Contains(got, "://"+strings.ToLower(r.Host)) {
				t.Errorf("came in from %q", got)
			}
			hello(w, r)
		})
		w := httptest.NewRecorder()
		d.handler(mux).ServeHTTP(w, at(r, d.Addr()))
		if res := w.Result(); !seen && res.StatusCode < 300 && res.StatusCode != http.StatusNoContent && !strings.HasPrefix(r.URL.Path, "/open/") {
			t.Errorf("status %d, and the handler saw nothing", res.StatusCode)
		}
		if w.Result().Header.Get("Content-Security-Policy") == "" {
			t.Error("an answer without a policy")
		}
	})
}
