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
	if o.start >= s.Duration() {
		return nil, misused("--start %v: %s lasts %s", o.start, in.name, seconds(s.Duration()))
	}
	secrets, err := o.janus.secrets()
	if err != nil {
		return nil, err
	}
	e, _, err := o.janusICE().open(false, say.warn)
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
	sent := p.Stats()
	say.line("%s: played for %s, up to %s of %s", in.name, seconds(time.Since(began)), seconds(p.Position()), seconds(s.Duration()))
	for i, r := range s.Tracks() {
		say.line("%s: %s", r.Name, sentText(sent[i]))
	}
	return sent, replayJanusError(ctx, err)
}

// replayJanusError gives an error of Janus its exit code; that of a signal is
// its own.
func replayJanusError(ctx context.Context, err error) error {
	if ctx.Err() == nil && (errors.Is(err, replay.ErrRoomEnded) || errors.Is(err, replay.ErrLost)) {
		return &exitError{exitNetwork, err, ""}
	}
	return janusError(err)
}

// janusICE is how media finds its way to Janus.
func (o *replayOptions) janusICE() *iceOptions { return new(iceOptions) }
