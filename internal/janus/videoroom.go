package janus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

const videoRoom = "janus.plugin.videoroom"

// maxStreams is how many streams, or publishers, one message may list.
const maxStreams = 1000

// RoomOptions say how to enter a room. Room is all that has to be given.
type RoomOptions struct {
	Room    string // its id
	PIN     string // of the room, if it has one
	Token   string // of the room, if it has a list of those
	Display string // the name that the others see
}

// Publisher is a participant who publishes.
type Publisher struct {
	ID      ID       `json:"id"`
	Display string   `json:"display"`
	Streams []Stream `json:"streams"` // none before Janus 1.0
	// Dummy publishers have no media: they hold places in subscriptions.
	Dummy bool `json:"dummy"`
}

// Stream is one medium of a publisher.
type Stream struct {
	Type        string `json:"type"` // audio, video or data
	Index       int    `json:"mindex"`
	MID         string `json:"mid"`
	Codec       string `json:"codec"`
	Description string `json:"description"`
	Disabled    bool   `json:"disabled"`
}

// Subscribed is one medium of a subscription.
type Subscribed struct {
	Type        string `json:"type"`
	Index       int    `json:"mindex"`
	MID         string `json:"mid"`
	Codec       string `json:"codec"`
	Feed        ID     `json:"feed_id"`
	FeedMID     string `json:"feed_mid"`
	Description string `json:"feed_description"`
}

// Room is our place in a VideoRoom, as one of those who may publish.
type Room struct {
	s       *Session
	h       *Handle
	options RoomOptions
	room    ID
	me      ID
	private uint64
	// Publishers are those who published when we came.
	Publishers []Publisher
	hidden     hidden
}

// Change is what happened in a room. One of its members is set.
type Change struct {
	Publishing []Publisher // they began to, or changed what they publish
	Gone       *ID         // that one publishes no more
	Ended      string      // we are in the room no more, and why
}

// Join enters a room. Janus tells from then on who publishes there.
func (s *Session) Join(ctx context.Context, o RoomOptions) (*Room, error) {
	h, err := s.Attach(ctx, videoRoom)
	if err != nil {
		return nil, err
	}
	r := &Room{s: s, h: h, options: o, room: ParseID(o.Room), hidden: hidden{o.PIN, o.Token}}
	reply, err := r.join(ctx, h, entrance{PType: "publisher", Display: o.Display})
	var refused *Error
	if errors.As(err, &refused) && refused.Code == CodeInvalidElement && r.room.number {
		// The ids of this Janus are strings, also those of digits.
		r.room = r.room.quoted()
		reply, err = r.join(ctx, h, entrance{PType: "publisher", Display: o.Display})
	}
	if err != nil {
		_ = h.Detach(ctx) // the error is that of the room
		return nil, err
	}
	var joined struct {
		VideoRoom  string      `json:"videoroom"`
		ID         *ID         `json:"id"`
		Private    uint64      `json:"private_id"`
		Publishers []Publisher `json:"publishers"`
	}
	if err := parse(reply.Data, &joined); err != nil {
		return nil, err
	}
	if joined.VideoRoom != "joined" || joined.ID == nil || len(joined.Publishers) > maxStreams {
		return nil, fmt.Errorf("%w: answer to join", ErrMessage)
	}
	r.me, r.private, r.Publishers = *joined.ID, joined.Private, joined.Publishers
	return r, nil
}

// entrance is a request to join a room.
type entrance struct {
	Request string `json:"request"`
	PType   string `json:"ptype"`
	Room    ID     `json:"room"`
	PIN     string `json:"pin,omitempty"`
	Token   string `json:"token,omitempty"`
	Display string `json:"display,omitempty"`
	// Of subscribers. Feed is what Janus before 1.0 reads, and Streams what
	// it does since.
	Feed    *ID      `json:"feed,omitempty"`
	Streams []wanted `json:"streams,omitempty"`
	Private uint64   `json:"private_id,omitempty"`
}

// wanted is a medium to subscribe to, or all those of a feed.
type wanted struct {
	Feed ID     `json:"feed"`
	MID  string `json:"mid,omitempty"`
}

func (r *Room) join(ctx context.Context, h *Handle, e entrance) (Reply, error) {
	e.Request, e.Room, e.PIN, e.Token = "join", r.room, r.options.PIN, r.options.Token
	reply, err := h.Request(ctx, "join", e, nil)
	return reply, r.clean(err)
}

// clean takes the secrets of the room out of Janus's words.
func (r *Room) clean(err error) error {
	var refused *Error
	if errors.As(err, &refused) {
		refused.Reason = r.hidden.clean(refused.Reason)
	}
	return err
}

// ID is our own id in the room.
func (r *Room) ID() ID { return r.me }

// FeedID is the id of a participant that a user named: a string, where the
// room has one.
func (r *Room) FeedID(s string) ID {
	if !r.me.number {
		return ParseID(s).quoted()
	}
	return ParseID(s)
}

// Next waits for the next change. It returns an error when the session is
// over.
func (r *Room) Next(ctx context.Context) (Change, error) {
	for {
		e, err := r.h.Next(ctx)
		if errors.Is(err, ErrDetached) {
			return Change{Ended: "janus detached us from the room"}, nil
		}
		if err != nil {
			return Change{}, err
		}
		switch e.Kind {
		case HangUp:
			return Change{Ended: fmt.Sprintf("janus hung up: %q", e.Reason)}, nil
		case PluginEvent:
			if c, ok, err := r.change(e.Data); ok || err != nil {
				return c, err
			}
		}
	}
}

// change reads an event of the room; false is one that is of no interest.
func (r *Room) change(data json.RawMessage) (Change, bool, error) {
	var e struct {
		VideoRoom   string          `json:"videoroom"`
		Publishers  []Publisher     `json:"publishers"`
		Unpublished json.RawMessage `json:"unpublished"`
		Leaving     json.RawMessage `json:"leaving"`
		Kicked      json.RawMessage `json:"kicked"`
		Reason      string          `json:"reason"`
	}
	if err := parse(data, &e); err != nil {
		return Change{}, false, err
	}
	switch {
	case e.VideoRoom == "destroyed":
		return Change{Ended: "the room was destroyed"}, true, nil
	case len(e.Publishers) > maxStreams:
		return Change{}, false, fmt.Errorf("%w: %d publishers", ErrMessage, len(e.Publishers))
	case len(e.Publishers) > 0:
		return Change{Publishing: e.Publishers}, true, nil
	}
	for _, gone := range []json.RawMessage{e.Unpublished, e.Leaving, e.Kicked} {
		if gone == nil {
			continue
		}
		var id ID
		if err := parse(gone, &id); err != nil {
			return Change{}, false, err
		}
		switch id.text {
		case "ok": // it is we, and what we asked for, unless we were kicked
			if e.Reason == "kicked" {
				return Change{Ended: "we were kicked out of the room"}, true, nil
			}
			return Change{}, false, nil
		case r.me.text:
			return Change{Ended: "we were taken out of the room"}, true, nil
		}
		return Change{Gone: &id}, true, nil
	}
	return Change{}, false, nil
}

// Leave leaves the room.
func (r *Room) Leave(ctx context.Context) error {
	_, err := r.h.Request(ctx, "leave", map[string]string{"request": "leave"}, nil)
	if detached := r.h.Detach(ctx); err == nil {
		err = detached
	}
	return err
}

// parse reads what a plugin said.
func parse(data json.RawMessage, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%w: %s", ErrMessage, jsonFault(err))
	}
	return nil
}
