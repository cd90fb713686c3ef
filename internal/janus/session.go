package janus

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Options of a Session. URL is all that has to be given.
type Options struct {
	URL    string // ws://HOST:PORT or wss://HOST:PORT, with a path where there is one
	Secret string // of the API
	Token  string // of the API
	// KeepAlive is how often Janus is told that the session is alive; 0 is
	// 25 s. Janus ends a session after 60 s of silence.
	KeepAlive time.Duration
	// Ping is how often the connection is tested; 0 is 5 s.
	Ping time.Duration
	// Timeout is how long Janus may take to answer; 0 is 15 s.
	Timeout time.Duration
	// Transport makes the connection; nil is http.DefaultTransport.
	Transport http.RoundTripper
}

const subprotocol = "janus-protocol"

// Session is one session with Janus, on a WebSocket of its own. Its methods
// may be called by several goroutines.
//
// It has two goroutines, which end when the session does: Close waits for
// them.
type Session struct {
	options Options
	hidden  hidden
	conn    *websocket.Conn
	id      uint64

	ctx    context.Context // of the goroutines and of writing: ends with the session
	cancel context.CancelCauseFunc
	ended  sync.WaitGroup

	mu      sync.Mutex
	calls   map[string]*call // by transaction
	handles map[uint64]*Handle
}

// Dial connects to Janus, and makes a session. ctx is for that alone.
func Dial(ctx context.Context, o Options) (*Session, error) {
	u, err := parseURL(o.URL)
	if err != nil {
		return nil, err
	}
	o.KeepAlive = orDefault(o.KeepAlive, 25*time.Second)
	o.Ping = orDefault(o.Ping, 5*time.Second)
	o.Timeout = orDefault(o.Timeout, 15*time.Second)
	s := &Session{
		options: o, hidden: hidden{o.Secret, o.Token},
		calls: make(map[string]*call), handles: make(map[uint64]*Handle),
	}
	dialing, stop := context.WithTimeoutCause(ctx, o.Timeout, ErrSilent)
	defer stop()
	// A redirect could lead the secrets elsewhere, or from wss to ws.
	client := &http.Client{Transport: o.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	conn, _, err := websocket.Dial(dialing, u.String(), &websocket.DialOptions{HTTPClient: client, Subprotocols: []string{subprotocol}})
	if err != nil {
		if cause := context.Cause(dialing); cause != nil {
			return nil, fmt.Errorf("%w: %w", ErrConnect, cause)
		}
		return nil, fmt.Errorf("%w: %w", ErrConnect, bare(err))
	}
	if conn.Subprotocol() != subprotocol {
		conn.CloseNow()
		return nil, fmt.Errorf("%w: the server does not speak %s", ErrConnect, subprotocol)
	}
	conn.SetReadLimit(MaxMessage)
	s.conn = conn
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	s.ended.Go(s.read)
	m, err := s.call(ctx, request{Janus: "create"}, &call{})
	if err == nil && m.Data.ID == 0 {
		err = fmt.Errorf("%w: a session without a number", ErrMessage)
	}
	if err != nil {
		s.fail(ErrClosed)
		return nil, err
	}
	s.mu.Lock()
	s.id = m.Data.ID
	s.mu.Unlock()
	s.ended.Go(s.keepAlive)
	return s, nil
}

func orDefault(d, def time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return def
}

// Close ends the session, and with it all its handles and their media. ctx
// bounds how long Janus is waited for.
func (s *Session) Close(ctx context.Context) error {
	var err error
	if s.ctx.Err() == nil {
		_, err = s.call(ctx, request{Janus: "destroy"}, &call{})
	}
	s.fail(ErrClosed)
	return err
}

// Done is closed when the session is over.
func (s *Session) Done() <-chan struct{} { return s.ctx.Done() }

// Err is why the session is over, or nil: ErrClosed after Close.
func (s *Session) Err() error { return context.Cause(s.ctx) }

// fail ends the session, and waits for its goroutines.
func (s *Session) fail(err error) {
	s.cancel(err)
	s.conn.CloseNow()
	s.ended.Wait()
}
