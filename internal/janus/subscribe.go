package janus

import (
	"context"
	"errors"
	"fmt"
)

// Subscription is the media of one publisher, on their way to us.
type Subscription struct {
	h *Handle
	// Offer is Janus's. Its E2EE says that the media are end-to-end encrypted.
	Offer JSEP
	// Streams are the media, by the m-lines of the offer; none before Janus 1.0.
	Streams []Subscribed
}

// Subscribe asks for the media of a publisher: for those with the mids, or for
// all of them.
func (r *Room) Subscribe(ctx context.Context, feed ID, mids ...string) (*Subscription, error) {
	h, err := r.s.Attach(ctx, videoRoom)
	if err != nil {
		return nil, err
	}
	e := entrance{PType: "subscriber", Feed: &feed, Private: r.private}
	for _, mid := range mids {
		e.Streams = append(e.Streams, wanted{feed, mid})
	}
	if len(mids) == 0 {
		e.Streams = []wanted{{Feed: feed}}
	}
	sub, err := r.subscribe(ctx, h, e)
	if err != nil {
		_ = h.Detach(ctx) // the error is that of the subscription
		return nil, err
	}
	return sub, nil
}

func (r *Room) subscribe(ctx context.Context, h *Handle, e entrance) (*Subscription, error) {
	reply, err := r.join(ctx, h, e)
	if err != nil {
		return nil, err
	}
	var attached struct {
		VideoRoom string       `json:"videoroom"`
		Streams   []Subscribed `json:"streams"`
	}
	if err := parse(reply.Data, &attached); err != nil {
		return nil, err
	}
	if attached.VideoRoom != "attached" || len(attached.Streams) > maxStreams {
		return nil, fmt.Errorf("%w: answer to subscribing", ErrMessage)
	}
	if reply.JSEP == nil || reply.JSEP.Type != "offer" {
		return nil, fmt.Errorf("%w: answer to subscribing without an offer's jsep", ErrMessage)
	}
	return &Subscription{h: h, Offer: *reply.JSEP, Streams: attached.Streams}, nil
}

// Start gives Janus the answer to its offer: the media come.
func (s *Subscription) Start(ctx context.Context, sdp string) error {
	_, err := s.h.Request(ctx, "start", map[string]string{"request": "start"}, &JSEP{Type: "answer", SDP: sdp, E2EE: s.Offer.E2EE})
	if err != nil {
		return err
	}
	return s.h.Completed(ctx)
}

// Next waits for the next event of the subscription.
func (s *Subscription) Next(ctx context.Context) (Event, error) { return s.h.Next(ctx) }

// Close ends the subscription.
func (s *Subscription) Close(ctx context.Context) error {
	err := s.h.Detach(ctx)
	if errors.Is(err, ErrDetached) {
		return nil
	}
	return err
}
