package janus_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/mjrkit/mjrkit/internal/janus"
)

func TestKeepAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var at []time.Duration
		done := make(chan struct{})
		s, err := session(t, janus.Options{Secret: "s", Token: "t"}, func(f *fake) {
			defer close(done)
			m, _ := f.hear()
			f.say(m, created)
			for {
				m, ok := f.hear()
				if !ok || m.Janus != "keepalive" {
					return
				}
				if m.Secret != "s" || m.Token != "t" {
					t.Errorf("got %+v, want the secret and the token", m)
				}
				at = append(at, time.Since(began))
				f.say(m, acked)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(80 * time.Second) // synctest's
		_ = s.Close(t.Context())     // the fake goes without an answer
		<-done
		if len(at) != 3 || at[0] != 25*time.Second || at[2] != 75*time.Second {
			t.Errorf("kept alive at %v, want every 25s", at)
		}
	})
}

// TestLost: whoever waits for Janus hears at once that it is gone.
func TestLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan struct{})
		s, h := handle(t, janus.Options{}, func(f *fake) {
			f.hear()
			<-gone
		})
		errs := make(chan error)
		go func() { _, err := h.Request(t.Context(), "test", struct{}{}, nil); errs <- err }()
		go func() { _, err := h.Next(t.Context()); errs <- err }()
		synctest.Wait()
		began := time.Now()
		close(gone)
		for range 2 {
			if err := <-errs; !errors.Is(err, janus.ErrLost) {
				t.Errorf("got %v, want %v", err, janus.ErrLost)
			}
		}
		<-s.Done()
		if passed := time.Since(began); passed != 0 {
			t.Errorf("after %v, want at once", passed)
		}
		if _, err := h.Request(t.Context(), "test", struct{}{}, nil); !errors.Is(err, janus.ErrLost) {
			t.Errorf("afterwards: got %v, want %v", err, janus.ErrLost)
		}
	})
}

// TestDead: a network that swallows everything is found out by a ping.
func TestDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan struct{})
		s, _ := handle(t, janus.Options{Timeout: 10 * time.Second}, func(*fake) { <-gone })
		began := time.Now()
		<-s.Done()
		if passed := time.Since(began); !errors.Is(s.Err(), janus.ErrLost) || passed > 15*time.Second {
			t.Errorf("got %v after %v, want %v after 15s at most", s.Err(), passed, janus.ErrLost)
		}
		close(gone)
	})
}

func TestSessionTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := handle(t, janus.Options{}, func(f *fake) {
			f.say(said{}, `{"janus":"timeout","session_id":1}`)
			f.hear()
		})
		if _, err := h.Next(t.Context()); err == nil || err != s.Err() {
			t.Errorf("got %v, want %v", err, s.Err())
		}
	})
}

// TestGivingUp: who gives up waiting costs nobody else the connection, and the
// late answer is no harm.
func TestGivingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := make(chan struct{})
		_, h := handle(t, janus.Options{}, func(f *fake) {
			m, _ := f.hear()
			<-late
			const event = `{"janus":"event","transaction":"TX","sender":2,"plugindata":{"data":{}}}`
			f.say(m, event)
			m, _ = f.hear()
			f.say(m, event)
			f.hear()
		})
		ctx, stop := context.WithCancelCause(t.Context())
		enough := errors.New("enough")
		errs := make(chan error)
		go func() { _, err := h.Request(ctx, "test", struct{}{}, nil); errs <- err }()
		synctest.Wait()
		stop(enough)
		if err := <-errs; !errors.Is(err, enough) {
			t.Errorf("got %v, want %v", err, enough)
		}
		close(late)
		if _, err := h.Request(t.Context(), "test", struct{}{}, nil); err != nil {
			t.Errorf("the next request: %v", err)
		}
	})
}

func TestCloseWithoutAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := session(t, janus.Options{}, script(created))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(t.Context()); !errors.Is(err, janus.ErrSilent) {
			t.Errorf("got %v, want %v", err, janus.ErrSilent)
		}
		if !errors.Is(s.Err(), janus.ErrClosed) {
			t.Errorf("got %v, want %v", s.Err(), janus.ErrClosed)
		}
	})
}

// TestTLS connects over wss, and refuses a certificate that nobody vouches for.
func TestTLS(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"janus-protocol"}})
		if err != nil {
			t.Error(err)
			return
		}
		defer c.CloseNow()
		script(created, created)(&fake{t, c})
	}))
	defer srv.Close()
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	url := "wss" + strings.TrimPrefix(srv.URL, "https")
	s, err := janus.Dial(t.Context(), janus.Options{URL: url, Transport: srv.Client().Transport})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	var untrusted *tls.CertificateVerificationError
	if _, err := janus.Dial(t.Context(), janus.Options{URL: url}); !errors.Is(err, janus.ErrConnect) || !errors.As(err, &untrusted) {
		t.Errorf("got %v, want a certificate refused", err)
	}
}
