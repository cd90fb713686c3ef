//go:build !nonet

package main

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/mjrkit/mjrkit/internal/rtc"
	"github.com/mjrkit/mjrkit/internal/whip"
	"github.com/mjrkit/mjrkit/replay"
)

// lingering is how long a push goes on after its end, for packets that are
// asked for again.
const lingering = time.Second

// toWHIP publishes a session to a WHIP server.
func (o *replayOptions) toWHIP(ctx context.Context, say *reporter, in *replayInput) ([]replay.TrackStats, error) {
	if err := o.checkStart(in); err != nil {
		return nil, err
	}
	client := &whip.Client{URL: o.whip}
	if o.serve.tokenFile != "" {
		b, err := readSmall(o.serve.tokenFile, 64<<10)
		if err != nil {
			return nil, err
		}
		client.Token = strings.TrimSpace(string(b))
	}
	advised, _ := client.Servers(ctx) // a courtesy of some servers
	var more []rtc.ICEServer
	for _, s := range advised {
		more = append(more, rtc.ICEServer(s))
	}
	engine, _, err := o.serve.iceOptions.open(isLoopback(o.whip), say.warn, more...)
	if err != nil {
		return nil, serveError(err)
	}
	defer engine.Close()
	push, err := replay.Publish(ctx, engine, client, in.session, replay.Options{Speed: o.speed, Start: o.start, Loop: o.loop, Linger: lingering})
	if err != nil {
		return nil, pushError(err)
	}
	if in.encrypted() && !saysE2EE(o.whip) {
		say.warn("this is end-to-end encrypted, which WHIP has no word for: a recorder of mjr marks it if its address ends in ?e2ee=1")
	}
	if err = o.tellTaken(say, in, push.Taken()); err == nil {
		began := time.Now()
		err = pushError(push.Play(ctx))
		played(say, in, push.Player(), began)
	}
	if closing := push.Close(); closing != nil && err == nil {
		say.warn("the session may be left on the server: " + closing.Error())
	}
	return push.Player().Stats(), err
}

// saysE2EE reports whether a URL tells mjr's own recorder of the encryption.
func saysE2EE(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Query().Has("e2ee")
}

// tellTaken tells which tracks the server takes.
func (o *replayOptions) tellTaken(say *reporter, in *replayInput, outs []rtc.Out) error {
	for i, out := range outs {
		r := in.session.Tracks()[i]
		if !out.Sent {
			say.warn(r.Name + ": the server does not take " + r.Codec.Name)
		} else if err := say.track(r, shownURL(o.whip), out.PayloadType); err != nil {
			return err
		}
	}
	return nil
}

// pushError gives an error of a push its exit code.
func pushError(err error) error {
	var status *whip.StatusError
	switch {
	case errors.Is(err, rtc.ErrCodec):
		return &exitError{exitUnsupported, err, ""}
	case errors.As(err, &status) && (status.Status == 401 || status.Status == 403):
		return &exitError{exitNetwork, err, "the server wants a token: give a file with it with --token-file"}
	case exitCode(err) == exitFailed:
		return &exitError{exitNetwork, err, ""} // all else is of the network
	}
	return err
}

// checkURL refuses what is no address of a server.
func checkURL(flag, text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return misused("%s: want http://… or https://…", flag)
	}
	return nil
}

// shownURL leaves out what may be secret of a URL: userinfo and query.
func shownURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// isLoopback reports whether a URL is of this machine.
func isLoopback(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}
