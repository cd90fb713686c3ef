package janus

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"github.com/coder/websocket"
)

// call is a request that waits for its answer.
type call struct {
	event  bool    // the answer is an event: an acknowledgement is not enough
	attach *Handle // gets its number with the answer
	answer chan *message
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
