package door

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestOrigin attacks the judgement of Origin. PORT stands for the bound port;
// Host is localhost with it.
func TestOrigin(t *testing.T) {
	for _, tt := range []struct {
		name, origin string
		want         bool
	}{
		{"our own", "http://localhost:PORT", true},
		{"our own in capitals", "HTTP://LocalHost:PORT", true},
		{"one that is allowed", "https://page.example", true},
		{"one that is allowed, with its port", "https://page.example:443", true},
		{"one that is allowed at a port", "http://page.example:8000", true},

		{"an empty one", "", false},
		{"the sandbox's", "null", false},
		{"another scheme", "https://localhost:PORT", false},
		{"another port of this machine", "http://localhost:1", false},
		{"no port", "http://localhost", false},
		{"another name of this machine", "http://127.0.0.1:PORT", false},
		{"localhost as a prefix", "http://localhost.evil", false},
		{"localhost as a prefix, with the port", "http://localhost.evil:PORT", false},
		{"localhost as a user", "http://localhost:PORT@evil.example", false},
		{"our own with a dot", "http://localhost.:PORT", false},
		{"our own with a path", "http://localhost:PORT/", false},
		{"our own, twice", "http://localhost:PORT http://localhost:PORT", false},
		{"our own in a list", "http://localhost:PORT, http://evil.example", false},
		{"no scheme", "localhost:PORT", false},
		{"a scheme of files", "file://", false},
		{"a scheme of an extension", "chrome-extension://abcdefghijklmnop", false},
		{"the allowed one in clear", "http://page.example", false},
		{"the allowed one at another port", "https://page.example:8443", false},
		{"below the allowed one", "https://evil.page.example", false},
		{"the allowed one as a prefix", "https://page.example.evil", false},
		{"the allowed one as a suffix", "https://evil-page.example", false},
		{"a star", "*", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t, Options{Origins: []string{"https://page.example", "http://Page.example:8000/"}})
			origin := strings.ReplaceAll(tt.origin, "PORT", fmt.Sprint(d.port()))
			res := d.answer(hello, d.request(http.MethodPost, "/", "Origin", origin))
			want := http.StatusForbidden
			if tt.want {
				want = http.StatusOK
			}
			if res.StatusCode != want {
				t.Errorf("origin %q: status %d, want %d", origin, res.StatusCode, want)
			}
			cors := res.Header.Get("Access-Control-Allow-Origin")
			if foreign := strings.Contains(tt.origin, "page"); tt.want && foreign && cors != origin || !(tt.want && foreign) && cors != "" {
				t.Errorf("origin %q: allowed by CORS: %q", origin, cors)
			}
			if res.Header.Get("Vary") != "Origin" {
				t.Errorf("Vary: %q", res.Header.Get("Vary"))
			}
		})
	}
}

func TestOriginTwice(t *testing.T) {
	d := open(t, Options{})
	own := fmt.Sprintf("http://localhost:%d", d.port())
	if res := d.answer(hello, d.request(http.MethodPost, "/", "Origin", own, "Origin", "http://evil.example")); res.StatusCode != http.StatusForbidden {
		t.Errorf("two origins: status %d, want 403", res.StatusCode)
	}
}

func TestOriginOverTLS(t *testing.T) {
	d := open(t, Options{SelfSigned: true})
	for scheme, want := range map[string]int{"https": http.StatusOK, "http": http.StatusForbidden} {
		r := d.request(http.MethodPost, "/", "Origin", fmt.Sprintf("%s://localhost:%d", scheme, d.port()))
		r.TLS = &tls.ConnectionState{}
		if res := d.answer(hello, r); res.StatusCode != want {
			t.Errorf("%s: status %d, want %d", scheme, res.StatusCode, want)
		}
	}
}

// TestWithoutOrigin: a page that loads us as an image or a script sends no
// Origin, and its browser says where it is.
func TestWithoutOrigin(t *testing.T) {
	for _, tt := range []struct {
		name, method, site, mode, dest string
		want                           bool
	}{
		{"a program", "POST", "", "", "", true},
		{"our own page", "GET", "same-origin", "cors", "empty", true},
		{"the address bar", "GET", "none", "navigate", "document", true},
		{"a link on another site", "GET", "cross-site", "navigate", "document", true},
		{"an image on another site", "GET", "cross-site", "no-cors", "image", false},
		{"a script on another site", "GET", "cross-site", "no-cors", "script", false},
		{"an image at another port of this machine", "GET", "same-site", "no-cors", "image", false},
		{"a frame on another site", "GET", "cross-site", "navigate", "iframe", false},
		{"an object on another site", "GET", "cross-site", "navigate", "object", false},
		{"a form on another site", "POST", "cross-site", "navigate", "document", false},
		{"a value nobody knows", "GET", "cross-galaxy", "no-cors", "image", false},
	} {
		d := open(t, Options{})
		r := d.request(tt.method, "/")
		for name, value := range map[string]string{"Sec-Fetch-Site": tt.site, "Sec-Fetch-Mode": tt.mode, "Sec-Fetch-Dest": tt.dest} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		want := http.StatusForbidden
		if tt.want {
			want = http.StatusOK
		}
		if res := d.answer(hello, r); res.StatusCode != want {
			t.Errorf("%s: status %d, want %d", tt.name, res.StatusCode, want)
		}
	}
}

func TestPreflight(t *testing.T) {
	d := open(t, Options{Token: token, Origins: []string{"https://page.example"}})
	ask := []string{"Access-Control-Request-Method", "PATCH", "Access-Control-Request-Headers", "authorization, content-type, if-match"}

	res := d.answer(hello, d.request("OPTIONS", "/", append(ask, "Origin", "https://page.example", "Access-Control-Request-Private-Network", "true")...))
	if res.StatusCode != http.StatusNoContent {
		t.Fatalf("status %d, want 204 without a token", res.StatusCode)
	}
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin":          "https://page.example",
		"Access-Control-Allow-Methods":         "GET, HEAD, POST, PATCH, DELETE, OPTIONS",
		"Access-Control-Allow-Headers":         "Authorization, Content-Type, If-Match",
		"Access-Control-Allow-Private-Network": "true",
		"Access-Control-Allow-Credentials":     "",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	res = d.answer(hello, d.request("OPTIONS", "/", append(ask, "Origin", "https://page.example")...))
	if got := res.Header.Get("Access-Control-Allow-Private-Network"); got != "" {
		t.Errorf("private network: %q though nobody asked", got)
	}
	res = d.answer(hello, d.request("OPTIONS", "/", append(ask, "Origin", "https://evil.example")...))
	if res.StatusCode != http.StatusForbidden || res.Header.Get("Access-Control-Allow-Methods") != "" {
		t.Errorf("foreign: status %d, methods %q", res.StatusCode, res.Header.Get("Access-Control-Allow-Methods"))
	}
	// An OPTIONS that is no preflight answers with ICE servers, so it needs the token.
	for _, headers := range [][]string{nil, {"Origin", "https://page.example"}, {"Access-Control-Request-Method", "POST"}} {
		if res := d.answer(hello, d.request("OPTIONS", "/", headers...)); res.StatusCode != http.StatusUnauthorized {
			t.Errorf("OPTIONS with %v: status %d, want 401", headers, res.StatusCode)
		}
	}
	res = d.answer(hello, d.request("POST", "/", "Origin", "https://page.example", "Authorization", "Bearer "+token))
	if got, want := res.Header.Get("Access-Control-Expose-Headers"), "Location, Link, ETag, Accept-Post"; res.StatusCode != http.StatusOK || !strings.HasPrefix(got, want) {
		t.Errorf("status %d, exposed %q, want %q", res.StatusCode, got, want)
	}
}
