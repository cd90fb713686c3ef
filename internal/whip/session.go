package whip

import (
	"fmt"
	"sync"
	"time"
)

// session is a peer that a client was told of.
type session struct {
	id     string
	etag   string   // of its one ICE session: it is never restarted
	ufrags []string // of the offer
	peer   Peer
	end    func()        // ends it, once
	ended  chan struct{} // closed by end
	over   chan struct{} // closed when the peer is closed

	mu         sync.Mutex
	candidates int // that were trickled
}

func newSession(r Request, peer Peer) *session {
	c := &session{id: r.ID, etag: `"` + random() + `"`, ufrags: ufrags(r.Offer), peer: peer,
		ended: make(chan struct{}), over: make(chan struct{})}
	c.end = sync.OnceFunc(func() { close(c.ended) })
	return c
}

// watch lives as long as the session does, and is the only one to close its
// peer.
func (s *Server) watch(c *session, wait time.Duration, quit <-chan struct{}) {
	defer s.running.Done()
	defer close(c.over)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for connected, late := c.peer.Connected(), timer.C; ; {
		select {
		case <-connected:
			connected, late = nil, nil
			continue
		case <-late:
			select {
			case <-connected: // at the very same time
				connected, late = nil, nil
				continue
			default:
			}
		case <-c.peer.Done():
		case <-c.ended:
		case <-quit:
		}
		break
	}
	s.mu.Lock()
	delete(s.sessions, c.id)
	s.mu.Unlock()
	s.warn("close a peer", c.peer.Close())
}

// warn tells the operator what the client is not told.
func (s *Server) warn(doing string, err error) {
	if err != nil && s.Warn != nil {
		s.Warn(fmt.Sprintf("%s: %s", doing, printable(err.Error(), 300)))
	}
}

// printable is at most n bytes of a text, as one line of printable ASCII. What
// came over the network may hold anything.
func printable(text string, n int) string {
	b := make([]byte, 0, min(n, len(text)))
	for i := 0; i < len(text) && len(b) < n; i++ {
		c := text[i]
		switch {
		case c > ' ' && c < 0x7F:
			b = append(b, c)
		case c <= ' ' && len(b) > 0 && b[len(b)-1] != ' ':
			b = append(b, ' ')
		case c >= 0x7F:
			b = append(b, '?')
		}
	}
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return string(b)
}
