package rtc

import (
	"context"
	"fmt"
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
		u, err := stun.ParseURI(text)
		if err != nil {
			return fmt.Errorf("server %q: %w", text, err)
		}
		relays := u.Scheme == stun.SchemeTypeTURN || u.Scheme == stun.SchemeTypeTURNS
		if relays && (s.Username == "" || s.Credential == "") {
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
