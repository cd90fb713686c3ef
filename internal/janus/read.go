package janus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coder/websocket"
)

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
