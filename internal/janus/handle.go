package janus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// maxUnread is how many events a handle keeps for a caller who does not read
// them, and maxUnreadBytes how long what they say may be in all.
const (
	maxUnread      = 1000
	maxUnreadBytes = 4 * MaxMessage
)

// errUnread says that a handle's events were not read.
var errUnread = fmt.Errorf("more than %d events of janus, or %d bytes, were not read", maxUnread, maxUnreadBytes)

// Handle is a conversation with a plugin. Its methods may be called by several
// goroutines.
type Handle struct {
	s  *Session
	id uint64

	mu     sync.Mutex
	events []Event
	bytes  int // of events
	wake   chan struct{}
}

// Kind is what an Event tells. Kinds that are not listed can come, too: trickle
// among them, candidates of a Janus that is configured to send them apart. They
// are not needed, as Janus has ours.
type Kind string

const (
	PluginEvent Kind = "event"    // Data and JSEP: what the plugin says
	WebRTCUp    Kind = "webrtcup" // ICE and DTLS are up, on Janus's side
	MediaEvent  Kind = "media"    // Type, MID, Receiving
	SlowLink    Kind = "slowlink" // MID, Uplink, Lost
	HangUp      Kind = "hangup"   // Reason: the media are no more
	Detached    Kind = "detached" // the handle is no more
	Trickle     Kind = "trickle"  // Candidate
)

// Event is what Janus tells without being asked.
type Event struct {
	Kind      Kind
	Data      json.RawMessage
	JSEP      *JSEP
	Reason    string
	Type      string // audio or video
	MID       string
	Receiving bool // Janus gets the medium
	Uplink    bool // from us to Janus
	Lost      int64
}

// size is how long the texts are that an event holds.
func (e Event) size() int {
	n := len(e.Data) + len(e.Reason) + len(e.Type) + len(e.MID)
	if e.JSEP != nil {
		n += len(e.JSEP.SDP)
	}
	return n
}

// Reply is a plugin's answer.
type Reply struct {
	Data json.RawMessage
	JSEP *JSEP
}

// Attach begins a conversation with a plugin, like janus.plugin.videoroom.
func (s *Session) Attach(ctx context.Context, plugin string) (*Handle, error) {
	h := &Handle{s: s, wake: make(chan struct{}, 1)}
	m, err := s.call(ctx, request{Janus: "attach", Plugin: plugin}, &call{attach: h})
	if err != nil {
		return nil, err
	}
	if m.Data.ID == 0 {
		return nil, fmt.Errorf("%w: a handle without a number", ErrMessage)
	}
	return h, nil
}

// Request sends a message to the plugin, and waits for its answer. What is
// wrong for the plugin is an *Error; name is what that calls the request.
func (h *Handle) Request(ctx context.Context, name string, body any, jsep *JSEP) (Reply, error) {
	m, err := h.s.call(ctx, request{Janus: "message", HandleID: h.id, Body: body, JSEP: jsep}, &call{event: true})
	var refused *Error
	switch {
	case errors.As(err, &refused):
		refused.Request = name
		return Reply{}, refused
	case err != nil:
		return Reply{}, err
	case m.Janus != kindSuccess && m.Janus != string(PluginEvent):
		return Reply{}, fmt.Errorf("%w: %s instead of an answer to %s", ErrMessage, clip(m.Janus), name)
	}
	var fault struct {
		Code   int    `json:"error_code"`
		Reason string `json:"error"`
	}
	if err := json.Unmarshal(m.Plugin.Data, &fault); err != nil {
		return Reply{}, fmt.Errorf("%w: answer to %s: %s", ErrMessage, name, jsonFault(err))
	}
	if fault.Code != 0 || fault.Reason != "" {
		return Reply{}, &Error{Request: name, Code: fault.Code, Reason: clip(h.s.hidden.clean(fault.Reason))}
	}
	return Reply{m.Plugin.Data, m.JSEP}, nil
}

// Completed tells Janus that all of our ICE candidates are in our description.
func (h *Handle) Completed(ctx context.Context) error {
	_, err := h.s.call(ctx, request{Janus: "trickle", HandleID: h.id, Candidate: &completed{true}}, &call{})
	return err
}

// Next waits for the next event. The error is that of ctx, or why there are no
// more: ErrDetached, or the end of the session.
func (h *Handle) Next(ctx context.Context) (Event, error) {
	for {
		h.mu.Lock()
		if len(h.events) > 0 {
			e := h.events[0]
			if e.Kind != Detached { // that stays
				h.events = h.events[1:]
				h.bytes -= e.size()
			}
			h.mu.Unlock()
			if e.Kind == Detached {
				return e, ErrDetached
			}
			return e, nil
		}
		h.mu.Unlock()
		select {
		case <-h.wake:
		case <-ctx.Done():
			return Event{}, context.Cause(ctx)
		case <-h.s.Done():
			return Event{}, h.s.Err()
		}
	}
}

// Detach ends the conversation, and its media.
func (h *Handle) Detach(ctx context.Context) error {
	_, err := h.s.call(ctx, request{Janus: "detach", HandleID: h.id}, &call{})
	h.s.mu.Lock()
	delete(h.s.handles, h.id)
	h.s.mu.Unlock()
	return err
}

// push keeps an event until it is read.
func (h *Handle) push(m *message) error {
	e := Event{
		Kind: Kind(m.Janus), Data: m.Plugin.Data, JSEP: m.JSEP, Reason: clip(h.s.hidden.clean(m.Reason)),
		Type: m.Type, MID: m.MID, Receiving: m.Receiving, Uplink: m.Uplink, Lost: m.Lost,
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.events) >= maxUnread || h.bytes+e.size() > maxUnreadBytes {
		return errUnread
	}
	h.events = append(h.events, e)
	h.bytes += e.size()
	select {
	case h.wake <- struct{}{}:
	default:
	}
	return nil
}
