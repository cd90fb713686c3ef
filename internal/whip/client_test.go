package whip

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

const token = "sesame-sesame-sesame"

// remote is a WHIP server that somebody else wrote: it remembers what it got.
type remote struct {
	*httptest.Server
	mu   sync.Mutex
	got  []string // METHOD path token
	sent []string // bodies
}

func newRemote(t *testing.T, h http.HandlerFunc) *remote {
	t.Helper()
	r := &remote{}
	r.Server = httptest.NewServer(r.remember(h))
	t.Cleanup(r.Close)
	return r
}

func (r *remote) remember(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		b, _ := io.ReadAll(q.Body)
		q.Body = io.NopCloser(bytes.NewReader(b))
		r.mu.Lock()
		r.got = append(r.got, strings.TrimSpace(q.Method+" "+q.URL.RequestURI()+" "+q.Header.Get("Authorization")))
		r.sent = append(r.sent, string(b))
		r.mu.Unlock()
		h(w, q)
	}
}

func (r *remote) requests() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.got, "\n")
}

// created answers as RFC 9725 wants, at the Location.
func created(location string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		if q.Method != http.MethodPost {
			return // 200
		}
		w.Header().Set("Content-Type", typeSDP)
		if location != "" {
			w.Header().Set("Location", location)
		}
		for i := 0; i < len(headers); i += 2 {
			w.Header().Add(headers[i], headers[i+1])
		}
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, answerSDP)
	}
}

// TestClientWithServer: both ends of this package understand each other.
func TestClientWithServer(t *testing.T) {
	peer := newPeer()
	s := accepting(peer)
	s.Servers = []ICEServer{{URLs: []string{"turn:turn.example"}, Username: "u", Credential: `c,"`}}
	defer s.Close()
	r := newRemote(t, routes(s).ServeHTTP)
	c := &Client{URL: r.URL + "/whip?room=1", Token: token}
	ctx := context.Background()
	servers, err := c.Servers(ctx)
	if err != nil || len(servers) != 1 || servers[0].Credential != `c,"` {
		t.Fatalf("servers: got %v, %v", plainServers(servers), err)
	}
	session, err := c.Publish(ctx, offer)
	if err != nil {
		t.Fatal(err)
	}
	if session.Answer != answerSDP || !strings.HasPrefix(session.Location, r.URL+s.Base) || len(session.ETag) != 24 || len(session.Servers) != 1 {
		t.Errorf("got %+v", session)
	}
	for range 2 {
		if err := session.Delete(ctx); err != nil {
			t.Error(err)
		}
	}
	want := "OPTIONS /whip?room=1 Bearer " + token + "\nPOST /whip?room=1 Bearer " + token + "\nDELETE " + strings.TrimPrefix(session.Location, r.URL) + " Bearer " + token
	if got := r.requests(); got != want || r.sent[1] != offer {
		t.Errorf("sent\n%s\nwant\n%s", got, want)
	}
	if peer.closes() != 1 {
		t.Errorf("closed %d times, want 1", peer.closes())
	}
}

func TestLocation(t *testing.T) {
	other := newRemote(t, created(""))
	for _, tt := range []struct {
		name, location, want string // want: path, or "" for none
	}{
		{"a path", "/session/1", "/session/1"},
		{"a relative path", "session/1?a=b", "/room/session/1?a=b"},
		{"a URL", "URL/session/1", "/session/1"},
		{"no scheme", "//HOST/session/1", "/session/1"},
		{"a fragment", "/session/1#x", "/session/1"},
		{"none", "", ""},
		{"another scheme", "ftp://HOST/session/1", ""},
		{"a script", "javascript:alert(1)", ""},
		{"a file", "file:///etc/passwd", ""},
		{"a user", "http://user:password@HOST/session/1", ""},
		{"garbage", "http://[::1/%zz", ""},
		{"no host", "http:///session/1", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r *remote
			r = newRemote(t, func(w http.ResponseWriter, q *http.Request) {
				at := strings.ReplaceAll(tt.location, "URL", r.URL)
				created(strings.ReplaceAll(at, "HOST", r.Listener.Addr().String()))(w, q)
			})
			s, err := (&Client{URL: r.URL + "/room/whip", Token: token}).Publish(context.Background(), offer)
			if err != nil {
				t.Fatal(err)
			}
			err = s.Delete(context.Background())
			last := r.got[len(r.got)-1]
			if tt.want == "" {
				if s.Location != "" || !errors.Is(err, ErrNoLocation) || len(r.got) != 1 {
					t.Errorf("location %q, %v; %s", s.Location, err, r.requests())
				}
			} else if want := "DELETE " + tt.want + " Bearer " + token; err != nil || last != want {
				t.Errorf("sent %q, %v; want %q", last, err, want)
			}
		})
	}
	t.Run("another origin", func(t *testing.T) {
		r := newRemote(t, created(other.URL+"/session/1"))
		s, err := (&Client{URL: r.URL, Token: token}).Publish(context.Background(), offer)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(context.Background()); err != nil || other.requests() != "DELETE /session/1" {
			t.Errorf("sent %q, %v; want no token", other.requests(), err)
		}
	})
}

// TestETag: what servers send, and that none is needed.
func TestETag(t *testing.T) {
	for _, tag := range []string{"", "*", `"*"`, `W/"x"`, `"x"`} {
		r := newRemote(t, created("/s", "ETag", tag))
		s, err := (&Client{URL: r.URL}).Publish(context.Background(), offer)
		if err != nil || s.ETag != tag {
			t.Errorf("ETag %q: got %+v, %v", tag, s, err)
			continue
		}
		if err := s.Delete(context.Background()); err != nil || r.requests() != "POST /\nDELETE /s" {
			t.Errorf("ETag %q: %v, %q", tag, err, r.requests())
		}
	}
}

// TestDelete: it is done once, in its own time, and what is gone is gone.
func TestDelete(t *testing.T) {
	for status, fails := range map[int]bool{200: false, 202: false, 204: false, 404: false, 410: false, 401: true, 405: true, 500: true} {
		r := newRemote(t, func(w http.ResponseWriter, q *http.Request) {
			if q.Method == http.MethodDelete {
				w.WriteHeader(status)
				return
			}
			created("/s")(w, q)
		})
		s, err := (&Client{URL: r.URL}).Publish(context.Background(), offer)
		if err != nil {
			t.Fatal(err)
		}
		over, cancel := context.WithCancel(context.Background())
		cancel() // as at the end of a program
		for range 2 {
			if err := s.Delete(over); (err != nil) != fails {
				t.Errorf("status %d: %v", status, err)
			}
		}
		if r.requests() != "POST /\nDELETE /s" {
			t.Errorf("status %d: sent %q", status, r.requests())
		}
	}
}

func TestAnswer(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		kind   string
		body   string
		fails  string
	}{
		{"as it should be", 201, typeSDP, answerSDP, ""},
		{"another success", 200, typeSDP, answerSDP, ""},
		{"another type", 201, "text/plain", answerSDP, ""},
		{"no type", 201, "", answerSDP, ""},
		{"a page", 200, "text/html", "<html>", `status 200 with 6 bytes of "text/html" is no answer`},
		{"nothing", 204, "", "", "status 204 with 0 bytes"},
		{"too long", 201, typeSDP, answerSDP + strings.Repeat("x", maxBody), "the answer is longer than 65536 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRemote(t, func(w http.ResponseWriter, q *http.Request) {
				w.Header()["Content-Type"] = []string{tt.kind}
				w.Header().Set("Location", "/s")
				w.WriteHeader(tt.status)
				if tt.status != 204 {
					io.WriteString(w, tt.body)
				}
			})
			s, err := (&Client{URL: r.URL + "/?key=SECRET"}).Publish(context.Background(), offer)
			if tt.fails == "" {
				if err != nil || s.Answer != answerSDP {
					t.Errorf("got %+v, %v", s, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.fails) || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("got %v, want %q", err, tt.fails)
			}
			// What was made all the same is not left behind.
			if !strings.HasSuffix(r.requests(), "DELETE /s") {
				t.Errorf("sent %q", r.requests())
			}
		})
	}
}

func TestClientURL(t *testing.T) {
	for _, tt := range []struct{ name, url, token string }{
		{"no scheme", "example.org/whip", ""},
		{"another scheme", "whip://SECRET.example", ""},
		{"no host", "http:///SECRET", ""},
		{"a user", "http://user:SECRET@localhost/", ""},
		{"garbage", "http://[::1/SECRET", ""},
		{"a host with a line in it", "http://a\nSECRET/", ""},
		{"nothing", "", ""},
		{"a token with a header in it", "http://localhost/", "SECRET\r\nX: y"},
	} {
		_, err := (&Client{URL: tt.url, Token: tt.token}).Publish(context.Background(), offer)
		if err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}

// TestClientGone: an address where nobody is; the error has no query.
func TestClientGone(t *testing.T) {
	r := newRemote(t, created("/s"))
	url := r.URL
	r.Close()
	for _, ask := range []func(c *Client) error{
		func(c *Client) error { _, err := c.Publish(context.Background(), offer); return err },
		func(c *Client) error { _, err := c.Servers(context.Background()); return err },
	} {
		err := ask(&Client{URL: url + "/whip?key=SECRET", Token: token})
		if err == nil || !strings.Contains(err.Error(), url+"/whip: ") || strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), token) {
			t.Errorf("got %v", err)
		}
	}
}
