//go:build !nonet

package main

import (
	"context"
	"errors"
	"time"

	"github.com/mjrkit/mjrkit/internal/janus"
	"github.com/mjrkit/mjrkit/replay"
)

// toJanus plays a session in a room of Janus.
func (o *replayOptions) toJanus(ctx context.Context, say *reporter, in *replayInput) ([]replay.TrackStats, error) {
	s := in.session
	if err := o.checkStart(in); err != nil {
		return nil, err
	}
	secrets, err := o.janus.secrets()
	if err != nil {
		return nil, err
	}
	e, _, err := o.serve.iceOptions.open(false, say.warn)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	j, err := replay.PublishJanus(ctx, s, replay.JanusOptions{
		URL: o.janus.url, Secret: secrets.secret, Token: secrets.token, Room: o.janus.room, PIN: secrets.pin,
		RoomToken: secrets.roomToken, Display: o.janus.display, Engine: e,
	}, replay.Options{Speed: o.speed, Start: o.start, Loop: o.loop})
	if err != nil {
		return nil, replayJanusError(ctx, err)
	}
	defer j.Close()
	for i, r := range s.Tracks() {
		to := j.Sinks()[i]
		if to.Writer == nil {
			say.warn(r.Name + ": the room does not take " + r.Codec.Name)
			continue
		}
		if err := say.track(r, janus.Printable(o.janus.url)+" room "+o.janus.room, to.PayloadType); err != nil {
			return nil, err
		}
	}
	p, began := j.Player(), time.Now()
	err = j.Play(ctx)
	return played(say, in, p, began), replayJanusError(ctx, err)
}

// replayJanusError gives an error of Janus its exit code; that of a signal is
// its own.
func replayJanusError(ctx context.Context, err error) error {
	if ctx.Err() == nil && (errors.Is(err, replay.ErrRoomEnded) || errors.Is(err, replay.ErrLost)) {
		return &exitError{exitNetwork, err, ""}
	}
	return janusError(err)
}
