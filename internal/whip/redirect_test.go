package whip

import (
	"context"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func redirect(status int, to func() string) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Location", to())
		w.WriteHeader(status)
	}
}

func always(to string) func() string { return func() string { return to } }

func TestRedirect(t *testing.T) {
	for _, status := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		r := newRemote(t, func(w http.ResponseWriter, q *http.Request) {
			if strings.HasPrefix(q.URL.Path, "/whip") {
				redirect(status, always("../node/7/whip"))(w, q)
				return
			}
			created("session")(w, q) // relative to where it was answered
		})
		s, err := (&Client{URL: r.URL + "/whip/a", Token: token}).Publish(context.Background(), offer)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(context.Background()); err != nil {
			t.Error(err)
		}
		auth := " Bearer " + token
		if want := "POST /whip/a" + auth + "\nPOST /node/7/whip" + auth + "\nDELETE /node/7/session" + auth; r.requests() != want {
			t.Errorf("%d: sent\n%s\nwant\n%s", status, r.requests(), want)
		}
		if r.sent[1] != offer {
			t.Errorf("%d: the offer was not sent again", status)
		}
	}
}

// TestRedirectElsewhere: another port is another origin.
func TestRedirectElsewhere(t *testing.T) {
	other := newRemote(t, created("/s"))
	r := newRemote(t, redirect(307, always(other.URL+"/whip")))
	s, err := (&Client{URL: r.URL, Token: token}).Publish(context.Background(), offer)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(context.Background()); err != nil {
		t.Error(err)
	}
	if want := "POST /whip\nDELETE /s"; other.requests() != want || other.sent[0] != offer {
		t.Errorf("the other origin got\n%s\nwant\n%s", other.requests(), want)
	}
}

// TestRedirectBack: where the token was given for, it is sent again.
func TestRedirectBack(t *testing.T) {
	var r *remote
	other := newRemote(t, func(w http.ResponseWriter, q *http.Request) { redirect(307, always(r.URL+"/back"))(w, q) })
	r = newRemote(t, func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/back" {
			created("/s")(w, q)
			return
		}
		redirect(307, always(other.URL))(w, q)
	})
	if _, err := (&Client{URL: r.URL, Token: token}).Publish(context.Background(), offer); err != nil {
		t.Fatal(err)
	}
	if want := "POST / Bearer " + token + "\nPOST /back Bearer " + token; r.requests() != want || other.requests() != "POST /" {
		t.Errorf("sent\n%s\nand elsewhere\n%s", r.requests(), other.requests())
	}
}

func TestRedirectRefused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		to     string
		fails  string
		asked  int
	}{
		{"in a circle", 307, "/", "more than 5 redirects", 6},
		{"nowhere", 307, "", "no Location", 1},
		{"to a file", 307, "file:///etc/passwd", `not of "file"`, 1},
		{"with a user", 307, "http://user:password@localhost/", "no user and password", 1},
		{"to garbage", 308, "http://[::1/", "cannot be read", 1},
		{"by 301", 301, "/", "status 301 Moved Permanently: only redirects by 307 and 308", 1},
		{"by 302", 302, "/", "status 302 Found: only redirects by 307 and 308", 1},
		{"by 303", 303, "/", "status 303 See Other: only redirects by 307 and 308", 1},
		{"by 304", 304, "/", "status 304 Not Modified", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRemote(t, redirect(tt.status, always(tt.to)))
			_, err := (&Client{URL: r.URL + "/?key=SECRET", Token: token}).Publish(context.Background(), offer)
			if err == nil || !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("got %v, want %q", err, tt.fails)
			}
			if err != nil && (strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), "password@")) {
				t.Errorf("tells too much: %v", err)
			}
			if len(r.got) != tt.asked {
				t.Errorf("asked %d times, want %d", len(r.got), tt.asked)
			}
		})
	}
}

// TestSecure: TLS is checked, and nothing leads out of it.
func TestSecure(t *testing.T) {
	plain := newRemote(t, created("/s"))
	r := &remote{}
	r.Server = httptest.NewUnstartedServer(r.remember(func(w http.ResponseWriter, q *http.Request) {
		switch q.URL.Path {
		case "/down":
			redirect(307, always(plain.URL))(w, q)
		case "/location":
			created(plain.URL+"/s")(w, q)
		default:
			created("/s")(w, q)
		}
	}))
	r.Config.ErrorLog = log.New(io.Discard, "", 0)
	r.StartTLS()
	defer r.Close()
	roots := x509.NewCertPool()
	roots.AddCert(r.Certificate())
	ctx := context.Background()
	c := &Client{URL: r.URL, Token: token, RootCAs: roots}
	if s, err := c.Publish(ctx, offer); err != nil || s.Delete(ctx) != nil {
		t.Errorf("got %v", err)
	}
	if _, err := (&Client{URL: r.URL, Token: token}).Publish(ctx, offer); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate that nobody trusts: got %v", err)
	}
	c.URL = r.URL + "/down"
	if _, err := c.Publish(ctx, offer); err == nil || !strings.Contains(err.Error(), `from https to "http"`) {
		t.Errorf("a redirect to http: got %v", err)
	}
	c.URL = r.URL + "/location"
	s, err := c.Publish(ctx, offer)
	if err != nil || s.Location != "" {
		t.Errorf("a Location of http: got %+v, %v", s, err)
	}
	if plain.requests() != "" {
		t.Errorf("sent in clear: %s", plain.requests())
	}
}
