package janus_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"testing"

	"github.com/coder/websocket"
)

// fake is a server in the place of Janus, in this process and without a
// network, so that time can be synctest's.
type fake struct {
	t testing.TB
	c *websocket.Conn
}

// said is what of our messages the fakes look at.
type said struct {
	Janus       string
	Transaction string
	Secret      string `json:"apisecret"`
	Token       string
	HandleID    uint64 `json:"handle_id"`
	Body        struct {
		Request, PType, PIN, Token string
		Room                       json.RawMessage
	}
}

// newFake serves one WebSocket, and returns what connects to it.
func newFake(t testing.TB, serve func(f *fake)) http.RoundTripper {
	return newServer(t, func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"janus-protocol"}})
		if err != nil {
			t.Error(err)
			return
		}
		c.SetReadLimit(1 << 20)
		defer c.CloseNow()
		serve(&fake{t, c})
	})
}

func newServer(t testing.TB, handler http.HandlerFunc) http.RoundTripper {
	l := &pipes{make(chan net.Conn), make(chan struct{})}
	srv := &http.Server{Handler: handler}
	done := make(chan struct{})
	go func() { defer close(done); srv.Serve(l) }()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		select {
		case l.conns <- theirs:
			return ours, nil
		case <-l.closed:
			return nil, net.ErrClosed
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		srv.Close()
		<-done
	})
	return transport
}

// pipes is a net.Listener.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "fake"} }

// hear waits for a message; false when the other side has gone.
func (f *fake) hear() (said, bool) {
	var m said
	_, b, err := f.c.Read(context.Background())
	if err != nil {
		return m, false
	}
	if err := json.Unmarshal(b, &m); err != nil {
		f.t.Errorf("%s: %v", b, err)
	}
	return m, true
}

// say sends a text, in which TX is the transaction of the message answered.
func (f *fake) say(to said, text string) {
	b := []byte(text)
	for i := 0; i+1 < len(b); i++ {
		if b[i] == 'T' && b[i+1] == 'X' {
			b = append(b[:i:i], append([]byte(to.Transaction), b[i+2:]...)...)
			break
		}
	}
	_ = f.c.Write(context.Background(), websocket.MessageText, b) // the client may have gone
}

// script answers each message in turn, and then waits until the client goes.
func script(answers ...string) func(f *fake) {
	return func(f *fake) {
		for _, a := range answers {
			m, ok := f.hear()
			if !ok {
				return
			}
			f.say(m, a)
		}
		for ok := true; ok; {
			_, ok = f.hear()
		}
	}
}

const (
	created  = `{"janus":"success","transaction":"TX","data":{"id":1}}`
	attached = `{"janus":"success","transaction":"TX","session_id":1,"data":{"id":2}}`
	acked    = `{"janus":"ack","transaction":"TX","session_id":1}`
)
