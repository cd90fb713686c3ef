package janus

import (
	"context"
	"fmt"
)

// Publish offers media to the room, and returns Janus's answer. offer.E2EE
// says that they are end-to-end encrypted.
func (r *Room) Publish(ctx context.Context, offer JSEP) (JSEP, error) {
	reply, err := r.h.Request(ctx, "publish", map[string]string{"request": "publish"}, &offer)
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
