package whip

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// offer has what the server looks at, and the bait that it must not.
const offer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:EsAw\r\na=mid:0\r\n"

const answerSDP = "v=0\r\no=- 2 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"

// fakePeer is a Peer that does as it is told.
type fakePeer struct {
	connected, done chan struct{}
	connect, finish func() // close them, once
	mu              sync.Mutex
	closed          int
}

func newPeer() *fakePeer {
	p := &fakePeer{connected: make(chan struct{}), done: make(chan struct{})}
	p.connect = sync.OnceFunc(func() { close(p.connected) })
	p.finish = sync.OnceFunc(func() { close(p.done) })
	return p
}

func (p *fakePeer) Connected() <-chan struct{} { return p.connected }
func (p *fakePeer) Done() <-chan struct{}      { return p.done }
func (p *fakePeer) Close() error {
	p.mu.Lock()
	p.closed++
	p.mu.Unlock()
	p.finish()
	return nil
}

func (p *fakePeer) closes() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

// tricklePeer takes candidates too.
type tricklePeer struct {
	*fakePeer
	got []string
	err error
}

func (p *tricklePeer) AddCandidate(fragment string) error {
	p.got = append(p.got, fragment)
	return p.err
}

// accepting is a Server whose every session is the peer.
func accepting(peer Peer) *Server {
	return &Server{Base: "/whip/sessions/", Accept: func(context.Context, Request) (Peer, string, error) { return peer, answerSDP, nil }}
}

// routes serves the endpoint and the sessions, as a program does.
func routes(s *Server) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/whip", func(w http.ResponseWriter, r *http.Request) { s.Post(w, r, "target") })
	mux.HandleFunc("/whip/sessions/{id}", func(w http.ResponseWriter, r *http.Request) { s.Session(w, r, r.PathValue("id")) })
	return mux
}

// ask makes one request. headers are name, value, name, value…
func ask(s *Server, method, path, body string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	routes(s).ServeHTTP(w, r)
	return w.Result()
}

func post(s *Server, body string) *http.Response {
	return ask(s, http.MethodPost, "/whip", body, "Content-Type", typeSDP)
}

func text(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
