package janus

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
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

// call is a request that waits for its answer.
type call struct {
	event  bool    // the answer is an event: an acknowledgement is not enough
	attach *Handle // gets its number with the answer
	answer chan *message
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

// request is what we say to Janus.
type request struct {
	Janus       string     `json:"janus"`
	Transaction string     `json:"transaction"`
	SessionID   uint64     `json:"session_id,omitempty"`
	HandleID    uint64     `json:"handle_id,omitempty"`
	Secret      string     `json:"apisecret,omitempty"`
	Token       string     `json:"token,omitempty"`
	Plugin      string     `json:"plugin,omitempty"`
	Body        any        `json:"body,omitempty"`
	JSEP        *JSEP      `json:"jsep,omitempty"`
	Candidate   *completed `json:"candidate,omitempty"`
}

// completed says that no candidate follows.
type completed struct {
	Completed bool `json:"completed"`
}

// call sends a request, and waits for its answer.
func (s *Session) call(ctx context.Context, r request, c *call) (*message, error) {
	ctx, stop := context.WithTimeoutCause(ctx, s.options.Timeout, fmt.Errorf("%w to %s in %v", ErrSilent, r.Janus, s.options.Timeout))
	defer stop()
	c.answer = make(chan *message, 1)
	r.Transaction, r.Secret, r.Token = rand.Text(), s.options.Secret, s.options.Token
	s.mu.Lock()
	if r.Janus != "info" { // that is of the server
		r.SessionID = s.id
	}
	s.calls[r.Transaction] = c
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.calls, r.Transaction)
		s.mu.Unlock()
	}()
	if err := s.write(r); err != nil {
		return nil, err
	}
	var m *message
	select {
	case m = <-c.answer:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-s.ctx.Done():
		select { // what came before the end counts
		case m = <-c.answer:
		default:
			return nil, s.Err()
		}
	}
	if m.Janus == kindError {
		return nil, &Error{Request: r.Janus, Code: m.Error.Code, Reason: clip(s.hidden.clean(m.Error.Reason))}
	}
	return m, nil
}

// write sends a message. It has the time that an answer has: a caller who
// gives up must not cut a message, which would end the connection.
func (s *Session) write(r request) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(s.ctx, s.options.Timeout)
	defer stop()
	if err := s.conn.Write(ctx, websocket.MessageText, b); err != nil {
		s.cancel(fmt.Errorf("%w: %w", ErrLost, err))
		return s.Err()
	}
	return nil
}

// read takes what Janus says, until the connection ends.
func (s *Session) read() {
	for {
		kind, b, err := s.conn.Read(s.ctx)
		if err == nil && kind != websocket.MessageText {
			err = fmt.Errorf("%w: %d bytes that are no text", ErrMessage, len(b))
		}
		var m *message
		if err == nil {
			m, err = decode(b)
		}
		if err == nil {
			err = s.take(m)
		}
		if err != nil {
			if !errors.Is(err, ErrMessage) && !errors.Is(err, errTimeout) && !errors.Is(err, errUnread) {
				err = fmt.Errorf("%w: %w", ErrLost, err)
			}
			s.cancel(err)
			s.conn.CloseNow()
			return
		}
	}
}

// errTimeout says that Janus ended the session.
var errTimeout = errors.New("janus ended the session: it heard nothing from us for too long")

// take brings a message to whom it is for. What is for nobody is dropped:
// answers that come too late, and events of handles that are gone.
func (s *Session) take(m *message) error {
	s.mu.Lock()
	c := s.calls[m.Transaction]
	h := s.handles[m.Sender]
	if c != nil && m.Janus == kindAck && c.event {
		s.mu.Unlock()
		return nil
	}
	if c != nil {
		delete(s.calls, m.Transaction)
		if c.attach != nil && m.Janus == kindSuccess {
			c.attach.id = m.Data.ID
			s.handles[m.Data.ID] = c.attach
		}
	}
	if m.Janus == kindDetached {
		delete(s.handles, m.Sender)
	}
	s.mu.Unlock()
	switch {
	case c != nil:
		c.answer <- m
	case m.Janus == kindTimeout:
		return errTimeout
	case h != nil && m.Janus != kindAck && m.Janus != kindSuccess && m.Janus != kindError:
		return h.push(m)
	}
	return nil
}

// keepAlive tells Janus that we are here, and finds out whether Janus is.
func (s *Session) keepAlive() {
	alive, ping := time.NewTicker(s.options.KeepAlive), time.NewTicker(s.options.Ping)
	defer alive.Stop()
	defer ping.Stop()
	for {
		var err error
		select {
		case <-s.ctx.Done():
			return
		case <-alive.C:
			_, err = s.call(s.ctx, request{Janus: "keepalive"}, &call{})
		case <-ping.C:
			ctx, stop := context.WithTimeoutCause(s.ctx, s.options.Timeout, ErrSilent)
			if err = s.conn.Ping(ctx); err != nil {
				err = fmt.Errorf("%w: no answer to a ping: %w", ErrLost, err)
			}
			stop()
		}
		if err != nil {
			s.cancel(err)
			s.conn.CloseNow()
			return
		}
	}
}
