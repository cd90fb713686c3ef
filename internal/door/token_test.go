package door

import (
	"net/http"
	"strings"
	"testing"
)

func TestToken(t *testing.T) {
	d := open(t, Options{Token: token})
	for _, tt := range []struct {
		name    string
		path    string
		headers []string
		want    bool
	}{
		{"right", "/", []string{"Authorization", "Bearer " + token}, true},
		{"the scheme in small letters", "/", []string{"Authorization", "bearer " + token}, true},
		{"two blanks", "/", []string{"Authorization", "Bearer  " + token}, true},
		{"none", "/", nil, false},
		{"empty", "/", []string{"Authorization", ""}, false},
		{"no token", "/", []string{"Authorization", "Bearer "}, false},
		{"no scheme", "/", []string{"Authorization", token}, false},
		{"another scheme", "/", []string{"Authorization", "Basic " + token}, false},
		{"no blank", "/", []string{"Authorization", "Bearer" + token}, false},
		{"a prefix", "/", []string{"Authorization", "Bearer " + token[:len(token)-1]}, false},
		{"more than the token", "/", []string{"Authorization", "Bearer " + token + "x"}, false},
		{"in capitals", "/", []string{"Authorization", "Bearer " + strings.ToUpper(token)}, false},
		{"quoted", "/", []string{"Authorization", `Bearer "` + token + `"`}, false},
		{"a blank behind", "/", []string{"Authorization", "Bearer " + token + " "}, false},
		{"a list", "/", []string{"Authorization", "Bearer x, Bearer " + token}, false},
		{"twice, the second right", "/", []string{"Authorization", "Bearer x", "Authorization", "Bearer " + token}, false},
		{"twice, the first right", "/", []string{"Authorization", "Bearer " + token, "Authorization", "Bearer x"}, false},
		{"in the query", "/?token=" + token + "&access_token=" + token, nil, false},
		{"in a cookie", "/", []string{"Cookie", "token=" + token}, false},
		{"for the proxy", "/", []string{"Proxy-Authorization", "Bearer " + token}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := d.answer(hello, d.request("POST", tt.path, tt.headers...))
			want := http.StatusUnauthorized
			if tt.want {
				want = http.StatusOK
			}
			if res.StatusCode != want {
				t.Errorf("status %d, want %d", res.StatusCode, want)
			}
			if got := res.Header.Get("WWW-Authenticate"); (got == `Bearer realm="mjr"`) == tt.want {
				t.Errorf("WWW-Authenticate: %q", got)
			}
		})
	}
}

// TestOpen: what is not marked needs the token, whatever the way to it.
func TestOpen(t *testing.T) {
	d := open(t, Options{Token: token})
	mux := http.NewServeMux()
	mux.Handle("/", d.Open(hello))
	mux.Handle("GET /secret", hello)
	mux.Handle("POST /whip", hello)
	for _, tt := range []struct {
		method, path string
		h            http.Handler
		want         int
	}{
		{"GET", "/", mux, 200},
		{"HEAD", "/worker.js", mux, 200},
		{"GET", "/secret", mux, 401},
		{"GET", "/x/../secret", mux, 401},
		{"GET", "//secret", mux, 401},
		{"GET", "/./secret", mux, 401},
		{"GET", "/%73ecret", mux, 401},
		{"POST", "/whip", mux, 401},
		{"POST", "/", mux, 401},
		{"DELETE", "/", mux, 401},
		{"OPTIONS", "/", mux, 401},
		{"get", "/", mux, 401},
		{"GET", "/", d.Open(hello), 200},
		{"POST", "/", d.Open(hello), 401},
		{"GET", "/", hello, 401},
		{"GET", "/", http.HandlerFunc(mux.ServeHTTP), 401}, // a mark that cannot be seen is none
	} {
		if got := d.answer(tt.h, d.request(tt.method, tt.path)).StatusCode; got != tt.want {
			t.Errorf("%s %s: status %d, want %d", tt.method, tt.path, got, tt.want)
		}
	}
	// The mark is for the token alone.
	if got := d.answer(mux, d.request("GET", "/", "Host", "evil.example")).StatusCode; got != http.StatusMisdirectedRequest {
		t.Errorf("open to an unknown host: status %d, want 421", got)
	}
}
