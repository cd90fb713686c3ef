package replay

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/internal/rtc"
	"github.com/mjrkit/mjrkit/internal/whip"
)

// recorder is a WHIP server that keeps what is published to it.
type recorder struct {
	server whip.Server
	url    string

	mu     sync.Mutex
	tracks map[string][]taped // by kind
}

func newRecorder(t testing.TB) *recorder {
	t.Helper()
	e := loopback(t)
	r := &recorder{tracks: make(map[string][]taped)}
	r.server.Base = "/sessions/"
	r.server.Accept = func(ctx context.Context, q whip.Request) (whip.Peer, string, error) {
		p, answer, err := e.Receive(ctx, q.Offer, rtc.ReceiveOptions{Track: r.track})
		if err != nil {
			return nil, "", err
		}
		return p, answer, nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/whip", func(w http.ResponseWriter, q *http.Request) { r.server.Post(w, q, "") })
	mux.HandleFunc("/sessions/{id}", func(w http.ResponseWriter, q *http.Request) { r.server.Session(w, q, q.PathValue("id")) })
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	t.Cleanup(r.server.Close)
	r.url = web.URL + "/whip"
	return r
}

func (r *recorder) track(in *rtc.InTrack) {
	buf := make([]byte, 1500)
	for {
		n, err := in.ReadRTP(buf)
		if err != nil {
			return
		}
		var p rtp.Packet
		if p.Unmarshal(buf[:n]) != nil {
			continue
		}
		r.mu.Lock()
		r.tracks[in.Kind] = append(r.tracks[in.Kind], taped{Packet: *p.Clone()})
		r.mu.Unlock()
	}
}

// wait waits until so many packets of a kind came.
func (r *recorder) wait(t testing.TB, kind string, n int) {
	t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for late := time.After(deadline); ; {
		r.mu.Lock()
		got := len(once(r.tracks[kind]))
		r.mu.Unlock()
		if got >= n {
			return
		}
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("%s: %d packets came, want %d", kind, got, n)
		}
	}
}

func loopback(t testing.TB) *rtc.Engine {
	t.Helper()
	e, err := rtc.NewEngine(rtc.Config{Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// What is pushed is what was recorded.
func TestPush(t *testing.T) {
	t.Parallel()
	r := newRecorder(t)
	s := call(t, "jitsi-vp8")
	p, err := Publish(t.Context(), loopback(t), &whip.Client{URL: r.url}, s, Options{Linger: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range p.Taken() {
		if !o.Sent {
			t.Errorf("track %d is not taken", i)
		}
	}
	if err := p.Play(t.Context()); err != nil {
		t.Error(err)
	}
	for _, track := range s.Tracks() { // who reads may be behind on a busy machine
		r.wait(t, track.Codec.Kind.String(), sendable(t, track))
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if n := r.server.Len(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	for i, track := range s.Tracks() {
		if st := p.Player().Stats()[i]; st.Dropped+st.Unsendable != 0 {
			t.Errorf("%s: %+v", track.Name, st)
		}
		r.mu.Lock()
		got := once(r.tracks[track.Codec.Kind.String()])
		r.mu.Unlock()
		sameMedia(t, track, got)
	}
}

// A server that vanishes ends a push.
func TestPushLost(t *testing.T) {
	t.Parallel()
	r := newRecorder(t)
	p, err := Publish(t.Context(), loopback(t), &whip.Client{URL: r.url}, call(t, "jitsi-vp8"), Options{Loop: true})
	if err != nil {
		t.Fatal(err)
	}
	r.server.Close()
	if err := p.Play(t.Context()); !errors.Is(err, ErrLost) {
		t.Error(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

// The end of a push that was told to end.
func TestPushCanceled(t *testing.T) {
	t.Parallel()
	r := newRecorder(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	p, err := Publish(ctx, loopback(t), &whip.Client{URL: r.url}, call(t, "jitsi-vp8"), Options{Loop: true})
	if err != nil {
		t.Fatal(err)
	}
	why := errors.New("enough")
	cancel(why)
	if err := p.Play(ctx); !errors.Is(err, why) {
		t.Error(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if n := r.server.Len(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}

// Servers that refuse, or take nothing.
func TestPushRefused(t *testing.T) {
	full := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "full", http.StatusServiceUnavailable)
	}))
	defer full.Close()
	var status *whip.StatusError
	if _, err := Publish(t.Context(), loopback(t), &whip.Client{URL: full.URL}, call(t, "jitsi-vp8"), Options{}); !errors.As(err, &status) || status.Status != 503 {
		t.Error(err)
	}
	nobody := httptest.NewServer(http.NotFoundHandler())
	nobody.Close()
	if _, err := Publish(t.Context(), loopback(t), &whip.Client{URL: nobody.URL}, call(t, "jitsi-vp8"), Options{}); err == nil {
		t.Error("published to nobody")
	}
}
