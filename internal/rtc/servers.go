package rtc

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/webrtc/v4"
)

// ICEServer is a STUN or TURN server (RFC 7064, RFC 7065).
type ICEServer struct {
	URLs                 []string
	Username, Credential string
}

// String names the server without what it is unlocked with.
func (s ICEServer) String() string { return strings.Join(s.URLs, " ") }

// GoString is String: %#v shows no credential either.
func (s ICEServer) GoString() string { return s.String() }

// check tells what Pion would, but only to the first who calls.
func (s ICEServer) check() error {
	for _, text := range s.URLs {
		if _, err := stun.ParseURI(text); err != nil {
			return fmt.Errorf("server %q: %w", text, err)
		}
		if relays(text) && (s.Username == "" || s.Credential == "") {
			return fmt.Errorf("server %q: a TURN server needs a username and a credential", text)
		}
	}
	return nil
}

func (c Config) iceServers() []webrtc.ICEServer {
	var list []webrtc.ICEServer
	for _, s := range c.Servers {
		server := webrtc.ICEServer{URLs: s.URLs}
		if s.Username != "" {
			server.Username, server.Credential = s.Username, s.Credential
		}
		list = append(list, server)
	}
	return list
}

// gatherFor is how long servers have to answer: whoever calls waits for it.
const gatherFor = 3 * time.Second

// relays reports whether a URL is a TURN server's.
func relays(url string) bool {
	u, err := stun.ParseURI(url)
	return err == nil && (u.Scheme == stun.SchemeTypeTURN || u.Scheme == stun.SchemeTypeTURNS)
}

// relayed warns, once, of TURN servers none of which relays: to Pion that is
// nothing to speak of, and whoever needs a relay would look for it elsewhere.
func (e *Engine) relayed(sdp string) {
	var idle []ICEServer
	for _, s := range e.config.Servers {
		if slices.ContainsFunc(s.URLs, relays) {
			idle = append(idle, s)
		}
	}
	if len(idle) == 0 || strings.Contains(sdp, " typ relay") {
		return
	}
	e.silent.Do(func() {
		e.config.warn("no TURN server relays: %v cannot be reached, or does not take its username and credential", idle)
	})
}

// gather waits for all candidates, or for those that servers are quick to give.
func (e *Engine) gather(ctx context.Context, all <-chan struct{}) error {
	var late <-chan time.Time
	if len(e.config.Servers) > 0 {
		timer := time.NewTimer(e.gatherFor)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-all:
		return nil
	case <-late:
		e.silent.Do(func() {
			e.config.warn("media do without a server that has not answered within %v: one of %v", e.gatherFor, e.config.Servers)
		})
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
