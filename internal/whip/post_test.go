package whip

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestPost(t *testing.T) {
	long := offer + "a=" + strings.Repeat("x", maxBody-len(offer)-4) + "\r\n"
	if len(long) != maxBody {
		t.Fatalf("%d bytes are not the most that is taken", len(long))
	}
	for _, tt := range []struct {
		name, contentType, body string
		want                    int
	}{
		{"an offer", "application/sdp", offer, 201},
		{"a parameter", "application/sdp; charset=utf-8", offer, 201},
		{"the type in capitals", "Application/SDP", offer, 201},
		{"lines of LF", "application/sdp", strings.ReplaceAll(offer, "\r\n", "\n"), 201},
		{"the longest offer", "application/sdp", long, 201},
		{"no type", "", offer, 415},
		{"another type", "application/json", offer, 415},
		{"two types in one", "application/sdp, text/plain", offer, 415},
		{"a type that starts like it", "application/sdpx", offer, 415},
		{"the type of a fragment", typeFragment, offer, 415},
		{"a type that cannot be read", "application/sdp; =", offer, 415},
		{"too long", "application/sdp", long + "x", 413},
		{"nothing", "application/sdp", "", 400},
		{"garbage", "application/sdp", "\xff\xfe\x00garbage", 400},
		{"only the start of an SDP", "application/sdp", "v=0", 400},
		{"no media", "application/sdp", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n", 400},
		{"a zero byte", "application/sdp", offer + "a=\x00\r\n", 400},
		{"JSON with an SDP", "application/sdp", `{"type":"offer","sdp":"v=0\r\nm=audio"}`, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := accepting(newPeer())
			defer s.Close()
			r := httptest.NewRequest("POST", "/whip", strings.NewReader(tt.body))
			if tt.contentType != "" {
				r.Header.Set("Content-Type", tt.contentType)
			}
			w := httptest.NewRecorder()
			s.Post(w, r, "")
			if w.Code != tt.want {
				t.Errorf("status %d, want %d", w.Code, tt.want)
			}
			if got := w.Header().Get("Accept-Post"); got != typeSDP {
				t.Errorf("Accept-Post: %q", got)
			}
			if tt.want >= 400 {
				oneLine(t, w)
			}
			if want := map[bool]int{true: 1}[tt.want == 201]; s.Len() != want {
				t.Errorf("%d sessions, want %d", s.Len(), want)
			}
		})
	}
}

func oneLine(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	if b := w.Body.Bytes(); bytes.Count(b, []byte("\n")) != 1 || !bytes.HasSuffix(b, []byte("\n")) || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("body %q of type %q, want one line of text", b, w.Header().Get("Content-Type"))
	}
}

func TestTwoTypes(t *testing.T) {
	s := accepting(newPeer())
	defer s.Close()
	if res := ask(s, "POST", "/whip", offer, "Content-Type", typeSDP, "Content-Type", "text/plain"); res.StatusCode != 415 {
		t.Errorf("two types: status %d, want 415", res.StatusCode)
	}
	if res := ask(s, "POST", "/whip", offer, "Content-Type", typeSDP, "Content-Encoding", "gzip"); res.StatusCode != 415 {
		t.Errorf("packed: status %d, want 415", res.StatusCode)
	}
}

// TestRequest: Accept learns all that the client asked for.
func TestRequest(t *testing.T) {
	var got Request
	s := &Server{Base: "/s/", Accept: func(_ context.Context, r Request) (Peer, string, error) {
		got = r
		return newPeer(), answerSDP, nil
	}}
	defer s.Close()
	res := ask(s, "POST", "/whip?e2ee=1", offer, "Content-Type", typeSDP)
	if got.Offer != offer || got.Target != "target" || got.Query.Get("e2ee") != "1" || "/s/"+got.ID != res.Header.Get("Location") {
		t.Errorf("got %+v, Location %q", got, res.Header.Get("Location"))
	}
}

func TestAcceptFails(t *testing.T) {
	secret := errors.New("secret\r\nX: y")
	for _, tt := range []struct {
		name  string
		err   error
		want  int
		says  string
		retry string
		warns string
	}{
		{"an offer that cannot be read", fmt.Errorf("%w: %w", ErrOffer, secret), 400, "the offer cannot be read\n", "", ""},
		{"an offer that cannot be answered", fmt.Errorf("%w: %w", ErrRefused, secret), 406, "the offer cannot be answered\n", "", ""},
		{"no such recording", ErrNotFound, 404, "not found\n", "", ""},
		{"full", ErrFull, 503, "no more sessions are taken now\n", "10", ""},
		{"one of its own", &Error{Status: 409, Text: "taken", Retry: 1500 * time.Millisecond, Err: secret}, 409, "taken\n", "2", ""},
		{"one of the server's", &Error{Status: 507, Text: "no space", Err: secret}, 507, "no space\n", "", "no space: secret X: y"},
		{"lines in its text", &Error{Status: 409, Text: "a\r\nb\x1b\u00e9"}, 409, "a b ??\n", "", ""},
		{"unknown", secret, 500, "internal error\n", "", "accept: secret X: y"},
		{"unknown, and a peer", nil, 500, "internal error\n", "", "accept: neither a peer nor an error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var warned string
			s := &Server{Accept: func(context.Context, Request) (Peer, string, error) { return nil, "", tt.err }, Warn: func(text string) { warned = text }}
			defer s.Close()
			res := post(s, offer)
			if got := text(t, res); res.StatusCode != tt.want || got != tt.says || res.Header.Get("Retry-After") != tt.retry {
				t.Errorf("status %d, body %q, retry %q; want %d, %q, %q", res.StatusCode, got, res.Header.Get("Retry-After"), tt.want, tt.says, tt.retry)
			}
			if warned != tt.warns {
				t.Errorf("warned %q, want %q", warned, tt.warns)
			}
			if s.Len() != 0 {
				t.Errorf("%d sessions left", s.Len())
			}
		})
	}
}

// TestAcceptFailsWithPeer: a peer that comes with an error is closed.
func TestAcceptFailsWithPeer(t *testing.T) {
	p := newPeer()
	s := &Server{Accept: func(context.Context, Request) (Peer, string, error) { return p, "", ErrRefused }}
	defer s.Close()
	if res := post(s, offer); res.StatusCode != 406 || p.closes() != 1 {
		t.Errorf("status %d, closed %d times", res.StatusCode, p.closes())
	}
}

func TestAcceptPanics(t *testing.T) {
	s := &Server{Accept: func(context.Context, Request) (Peer, string, error) { panic("bug") }}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was kept from the caller")
			}
		}()
		post(s, offer)
	}()
	if s.Len() != 0 {
		t.Errorf("%d sessions left", s.Len())
	}
	s.Close() // and does not wait for what is gone
}

func TestMethods(t *testing.T) {
	plain, trickling := accepting(newPeer()), accepting(&tricklePeer{fakePeer: newPeer()})
	defer plain.Close()
	defer trickling.Close()
	for _, tt := range []struct {
		s      *Server
		at     string
		method string
		want   int
		allow  string
	}{
		{plain, "", "GET", 405, "OPTIONS, POST"},
		{plain, "", "HEAD", 405, "OPTIONS, POST"},
		{plain, "", "PUT", 405, "OPTIONS, POST"},
		{plain, "", "PATCH", 405, "OPTIONS, POST"},
		{plain, "", "DELETE", 405, "OPTIONS, POST"},
		{plain, "", "post", 405, "OPTIONS, POST"},
		{plain, "", "OPTIONS", 200, "OPTIONS, POST"},
		{plain, post(plain, offer).Header.Get("Location"), "GET", 405, "DELETE, OPTIONS"},
		{plain, post(plain, offer).Header.Get("Location"), "HEAD", 405, "DELETE, OPTIONS"},
		{plain, post(plain, offer).Header.Get("Location"), "POST", 405, "DELETE, OPTIONS"},
		{plain, post(plain, offer).Header.Get("Location"), "PATCH", 405, "DELETE, OPTIONS"},
		{plain, post(plain, offer).Header.Get("Location"), "OPTIONS", 200, "DELETE, OPTIONS"},
		{trickling, post(trickling, offer).Header.Get("Location"), "PUT", 405, "DELETE, OPTIONS, PATCH"},
		{trickling, post(trickling, offer).Header.Get("Location"), "OPTIONS", 200, "DELETE, OPTIONS, PATCH"},
		{plain, "/whip/sessions/none", "OPTIONS", 404, ""},
		{plain, "/whip/sessions/none", "PATCH", 404, ""},
		{plain, "/whip/sessions/none", "DELETE", 404, ""},
		{plain, "/whip/sessions/" + strings.Repeat("x", 10_000), "DELETE", 404, ""},
	} {
		if tt.at == "" {
			tt.at = "/whip"
		}
		res := ask(tt.s, tt.method, tt.at, "")
		if res.StatusCode != tt.want || res.Header.Get("Allow") != tt.allow {
			t.Errorf("%s %.30s: status %d, Allow %q; want %d, %q", tt.method, tt.at, res.StatusCode, res.Header.Get("Allow"), tt.want, tt.allow)
		}
	}
}
