package whip

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// FuzzHandler: whatever is asked, the answer is one of those that the
// specification has, a refusal is one line, and only a 201 leaves a session.
// SESSION in the bytes stands for one that is open, TAG for its tag.
func FuzzHandler(f *testing.F) {
	const head = " HTTP/1.1\r\nHost: localhost\r\n"
	for _, seed := range []string{
		fmt.Sprintf("POST /whip?e2ee=1%sContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", head, len(offer), offer),
		"POST /whip" + head + "Content-Type: application/sdp\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\nv=0",
		fmt.Sprintf("PATCH SESSION%sContent-Type: application/trickle-ice-sdpfrag\r\nIf-Match: TAG\r\nContent-Length: %d\r\n\r\n%s", head, len(candidates), candidates),
		"PATCH SESSION" + head + "Content-Type: application/trickle-ice-sdpfrag\r\nIf-Match: \"*\"\r\nContent-Length: 3\r\n\r\nabc",
		"DELETE SESSION" + head + "\r\n",
		"OPTIONS SESSION" + head + "\r\n",
		"OPTIONS /whip" + head + "Origin: null\r\n\r\n",
		"GET /whip/sessions/x" + head + "\r\n",
		"CONNECT /whip" + head + "\r\n",
	} {
		f.Add([]byte(seed))
	}
	known := []int{200, 201, 204, 400, 404, 405, 412, 413, 415, 422, 428, 429}
	f.Fuzz(func(t *testing.T, raw []byte) {
		s := &Server{Base: "/whip/sessions/", Accept: func(context.Context, Request) (Peer, string, error) {
			return &tricklePeer{fakePeer: newPeer()}, answerSDP, nil
		}}
		defer s.Close()
		open := post(s, offer)
		raw = bytes.ReplaceAll(raw, []byte("SESSION"), []byte(open.Header.Get("Location")))
		raw = bytes.ReplaceAll(raw, []byte("TAG"), []byte(open.Header.Get("ETag")))
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return
		}
		w := httptest.NewRecorder()
		if id, ok := strings.CutPrefix(r.URL.Path, s.Base); ok {
			s.Session(w, r, id)
		} else {
			s.Post(w, r, "")
		}
		if !slices.Contains(known, w.Code) {
			t.Errorf("status %d", w.Code)
		}
		if w.Code >= 400 && strings.Count(w.Body.String(), "\n") != 1 {
			t.Errorf("status %d says %q", w.Code, w.Body)
		}
		want := 1
		switch {
		case w.Code == http.StatusCreated:
			want = 2
		case r.Method == http.MethodDelete && w.Code == http.StatusOK:
			want = 0
		}
		if s.Len() != want {
			t.Errorf("%s %s: status %d, %d sessions, want %d", r.Method, r.URL, w.Code, s.Len(), want)
		}
	})
}

// FuzzFollow: whatever a server sends as Location, it is refused or leads to
// HTTP, to a host, without a user, and never out of TLS.
func FuzzFollow(f *testing.F) {
	for _, seed := range []string{"/session/1", "//evil.example/x", "https://evil.example:443/", "http://a/", "javascript:alert(1)", "\\\\evil", "?q", "", "https://a@b/", "https:/x", "https:x", "HTTP://a"} {
		f.Add(seed)
	}
	from := &url.URL{Scheme: "https", Host: "whip.example:443", Path: "/a/b"}
	home := &url.URL{Scheme: "https", Host: "whip.example"}
	f.Fuzz(func(t *testing.T, location string) {
		to, err := follow(from, location)
		if err != nil {
			return
		}
		if to.Scheme != "https" || to.Host == "" || to.User != nil || to.Fragment != "" {
			t.Fatalf("%q leads to %q", location, to)
		}
		r, err := http.NewRequest("POST", to.String(), nil)
		if err != nil {
			return // and is not sent
		}
		if host := strings.ToLower(r.URL.Host); sameOrigin(home, to) && host != "whip.example" && host != "whip.example:443" && host != "whip.example:" {
			t.Errorf("%q: the token would go to %q", location, r.URL.Host)
		}
		if strings.ContainsAny(shown(to), "?#\r\n\x1b") {
			t.Errorf("%q is shown as %q", location, shown(to))
		}
	})
}
