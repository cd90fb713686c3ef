//go:build !nonet

package main

import (
	"context"
	"errors"
	"time"

	"github.com/mjrkit/mjrkit/replay"
)

// toUDP plays a session as plain RTP.
func (o *replayOptions) toUDP(ctx context.Context, say *reporter, in *replayInput) ([]replay.TrackStats, error) {
	s := in.session
	if err := o.checkStart(in); err != nil {
		return nil, err
	}
	udp, err := replay.NewUDP(ctx, o.udp, s)
	if errors.Is(err, replay.ErrAddress) {
		return nil, misused("--udp %w", err)
	}
	if err != nil {
		return nil, &exitError{exitNetwork, err, ""}
	}
	defer udp.Close()
	if o.sdpOut != "" {
		out := &output{path: o.sdpOut, force: o.force}
		defer out.abort()
		if _, err := out.Write(udp.SDP()); err != nil {
			return nil, err
		}
		if err := out.commit(); err != nil {
			return nil, err
		}
	}
	for i, r := range s.Tracks() {
		if err := say.track(r, "udp://"+udp.Addr(i).String(), udp.Sinks()[i].PayloadType); err != nil {
			return nil, err
		}
	}
	p := replay.NewPlayer(s, replay.Options{Speed: o.speed, Start: o.start, Loop: o.loop})
	udp.Report(p)
	began := time.Now()
	err = p.Play(ctx, udp.Sinks())
	return played(say, in, p, began), err
}
