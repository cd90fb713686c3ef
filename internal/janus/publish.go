package janus

import (
	"context"
	"fmt"
)

// Publishing says how to publish. The zero value leaves all to the room.
type Publishing struct {
	AudioCodec, VideoCodec string // to prefer, in Janus's names
	Descriptions           []Description
}

// Description is a text for one medium of a publisher, by its mid.
type Description struct {
	MID  string `json:"mid"`
	Text string `json:"description"`
}

// Publish offers media to the room, and returns Janus's answer. offer.E2EE
// says that they are end-to-end encrypted.
func (r *Room) Publish(ctx context.Context, offer JSEP, p Publishing) (JSEP, error) {
	body := struct {
		Request      string        `json:"request"`
		AudioCodec   string        `json:"audiocodec,omitempty"`
		VideoCodec   string        `json:"videocodec,omitempty"`
		Display      string        `json:"display,omitempty"`
		Descriptions []Description `json:"descriptions,omitempty"`
	}{"publish", p.AudioCodec, p.VideoCodec, r.options.Display, p.Descriptions}
	reply, err := r.h.Request(ctx, "publish", body, &offer)
	if err != nil {
		return JSEP{}, r.clean(err)
	}
	if reply.JSEP == nil || reply.JSEP.Type != "answer" {
		return JSEP{}, fmt.Errorf("%w: answer to publish without an answer's jsep", ErrMessage)
	}
	return *reply.JSEP, r.h.Completed(ctx)
}

// Unpublish ends publishing.
func (r *Room) Unpublish(ctx context.Context) error {
	_, err := r.h.Request(ctx, "unpublish", map[string]string{"request": "unpublish"}, nil)
	return err
}
