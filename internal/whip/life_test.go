package whip

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestNeverConnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer()
		s := accepting(p)
		post(s, offer)
		time.Sleep(DefaultWait - time.Nanosecond)
		synctest.Wait()
		if s.Len() != 1 || p.closes() != 0 {
			t.Fatalf("before its time: %d sessions, closed %d times", s.Len(), p.closes())
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if s.Len() != 0 || p.closes() != 1 {
			t.Errorf("%d sessions, closed %d times; want 0, 1", s.Len(), p.closes())
		}
		s.Close()
	})
}

func TestConnected(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(s *Server, p *fakePeer)
	}{
		{"the peer is gone", func(_ *Server, p *fakePeer) { p.finish() }},
		{"the server closes", func(s *Server, _ *fakePeer) { s.Close() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPeer()
				s := accepting(p)
				id := post(s, offer).Header.Get("Location")[len(s.Base):]
				time.Sleep(DefaultWait - time.Nanosecond)
				p.connect()
				time.Sleep(24 * time.Hour)
				if got, ok := s.Get(id); !ok || got != p || p.closes() != 0 {
					t.Fatal("a session that is connected was ended")
				}
				tt.end(s, p)
				synctest.Wait()
				if _, ok := s.Get(id); ok || s.Len() != 0 || p.closes() != 1 {
					t.Errorf("%d sessions, closed %d times; want 0, 1", s.Len(), p.closes())
				}
				s.Close()
				s.Close()
				s.Accept = func(context.Context, Request) (Peer, string, error) {
					t.Error("Accept was called after Close")
					return nil, "", ErrRefused
				}
				if res := post(s, offer); res.StatusCode != 503 {
					t.Errorf("after Close: status %d, want 503", res.StatusCode)
				}
			})
		})
	}
}

// latePeer is asked whether it is connected when its time is just over.
type latePeer struct{ *fakePeer }

func (p latePeer) Connected() <-chan struct{} {
	time.Sleep(DefaultWait)
	return p.connected
}

// TestConnectedAtTheLastMoment: who has connected stays, whichever of the two
// is looked at first.
func TestConnectedAtTheLastMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 50 {
			p := newPeer()
			p.connect()
			s := accepting(latePeer{p})
			post(s, offer)
			time.Sleep(DefaultWait)
			synctest.Wait()
			if p.closes() != 0 {
				t.Fatal("a session that is connected was ended")
			}
			s.Close()
		}
	})
}

// slowly accepts when told to, whatever its ctx says.
func slowly(peer Peer) (s *Server, accept func(), began <-chan context.Context) {
	gate, ctxs := make(chan struct{}), make(chan context.Context, 1)
	s = &Server{Base: "/s/", Accept: func(ctx context.Context, _ Request) (Peer, string, error) {
		ctxs <- ctx
		<-gate
		return peer, answerSDP, nil
	}}
	return s, sync.OnceFunc(func() { close(gate) }), ctxs
}

// TestGivenUp: whatever ends a request that Accept is at, no session is left.
func TestGivenUp(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(s *Server, cancel context.CancelFunc)
		want int
	}{
		{"the client goes", func(_ *Server, cancel context.CancelFunc) { cancel() }, 503},
		{"the server closes", func(s *Server, _ context.CancelFunc) { go s.Close() }, 503},
		{"it takes too long", func(*Server, context.CancelFunc) { time.Sleep(DefaultWait) }, 503},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPeer()
				s, accept, began := slowly(p)
				s.Warn = func(text string) {
					if !strings.Contains(text, "in time") {
						t.Errorf("warned %q", text)
					}
				}
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				r := httptest.NewRequestWithContext(ctx, "POST", "/whip", strings.NewReader(offer))
				r.Header.Set("Content-Type", typeSDP)
				w := httptest.NewRecorder()
				ended := make(chan struct{})
				go func() { s.Post(w, r, ""); close(ended) }()
				accepting := <-began
				if s.Len() != 1 {
					t.Errorf("%d sessions while Accept runs, want 1", s.Len())
				}
				tt.end(s, cancel)
				synctest.Wait()
				if accepting.Err() == nil {
					t.Error("Accept was not told")
				}
				accept()
				<-ended
				if w.Code != tt.want || p.closes() != 1 || s.Len() != 0 {
					t.Errorf("status %d, closed %d times, %d sessions; want %d, 1, 0", w.Code, p.closes(), s.Len(), tt.want)
				}
				s.Close()
			})
		})
	}
}

// TestCloseWaits for requests that run, and for peers to be closed.
func TestCloseWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, accept, began := slowly(newPeer())
		go post(s, offer)
		<-began
		closed := make(chan struct{})
		go func() { s.Close(); close(closed) }()
		synctest.Wait()
		select {
		case <-closed:
			t.Fatal("Close left a request behind")
		default:
		}
		accept()
		<-closed
	})
}

// TestMax: sessions that are not yet answered count.
func TestMax(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peers := make(chan *fakePeer, 10)
		gate := make(chan struct{})
		s := &Server{Base: "/s/", Max: 2, Accept: func(context.Context, Request) (Peer, string, error) {
			<-gate
			p := newPeer()
			peers <- p
			return p, answerSDP, nil
		}}
		for range 2 {
			go post(s, offer)
		}
		synctest.Wait()
		if res := post(s, offer); res.StatusCode != 503 || res.Header.Get("Retry-After") != "10" {
			t.Errorf("two pending: status %d, retry %q", res.StatusCode, res.Header.Get("Retry-After"))
		}
		close(gate)
		synctest.Wait()
		if res := post(s, offer); res.StatusCode != 503 {
			t.Errorf("two sessions: status %d, want 503", res.StatusCode)
		}
		(<-peers).finish()
		synctest.Wait()
		if res := post(s, offer); res.StatusCode != 201 {
			t.Errorf("after one has gone: status %d, want 201", res.StatusCode)
		}
		s.Close()
	})
}

// TestFlood: garbage and offers that are refused leave nothing; the bubble
// fails if a goroutine is left.
func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{Max: 10, Accept: func(_ context.Context, r Request) (Peer, string, error) {
			return nil, "", ErrOffer
		}}
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				for i := range 1000 {
					body := offer
					if i%2 == 0 {
						body = "garbage"
					}
					if got := post(s, body).StatusCode; got != 400 {
						t.Errorf("status %d, want 400", got)
						return
					}
				}
			})
		}
		all.Wait()
		synctest.Wait()
		if s.Len() != 0 {
			t.Errorf("%d sessions left", s.Len())
		}
		s.Close()
	})
}

// TestDeleteTwice at the same time: both wait for the one end.
func TestDeleteTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer()
		s := accepting(p)
		at := post(s, offer).Header.Get("Location")
		codes := make(chan int, 2)
		for range 2 {
			go func() { codes <- ask(s, "DELETE", at, "").StatusCode }()
		}
		a, b := <-codes, <-codes
		if p.closes() != 1 || a+b != 400 && a+b != 604 { // 200 and 200, or 404
			t.Errorf("status %d and %d, closed %d times", a, b, p.closes())
		}
		s.Close()
	})
}
