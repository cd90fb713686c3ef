package whip

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Peer is the WebRTC side of a session.
type Peer interface {
	Close() error
	Connected() <-chan struct{} // closed when media can flow
	Done() <-chan struct{}      // closed when it is over, for whatever reason
}

// Trickler is a Peer that takes candidates later than the offer.
type Trickler interface {
	// AddCandidate takes an SDP fragment (RFC 8840, section 9) that has
	// candidates, or says that there are no more.
	AddCandidate(fragment string) error
}

// Request is what a client asks for.
type Request struct {
	ID     string     // of the session that it will be: 128 random bits in base64url
	Target string     // as given to Post
	Query  url.Values // of the URL
	Offer  string
}

// Defaults of Server.
const (
	DefaultMax  = 100
	DefaultWait = 15 * time.Second
)

// Server holds the sessions of an endpoint, or of several that share a limit.
// The fields are set before the first request. All methods may be called from
// several goroutines.
type Server struct {
	// Accept makes a peer of an offer, and its answer with all candidates. ctx
	// ends with the request, with the server, and after Wait; a peer that is
	// made all the same is closed. Its errors are told to the client only as
	// far as they are an Error.
	Accept func(ctx context.Context, r Request) (peer Peer, answer string, err error)

	Base    string        // path of the sessions: "/whip/sessions/"
	Max     int           // sessions at once, those not yet answered included; 0 is DefaultMax
	Wait    time.Duration // for an answer, and then for a connection; 0 is DefaultWait
	Servers []ICEServer   // that clients are told of
	Warn    func(text string)

	mu       sync.Mutex
	closed   bool
	pending  int
	sessions map[string]*session
	running  sync.WaitGroup // requests in Accept, and one goroutine a session
	quit     chan struct{}
}

// Len is the number of sessions, those not yet answered included.
func (s *Server) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pending + len(s.sessions)
}

// Get returns the peer of a session.
func (s *Server) Get(id string) (Peer, bool) {
	c, ok := s.find(id)
	if !ok {
		return nil, false
	}
	return c.peer, true
}

func (s *Server) find(id string) (*session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.sessions[id]
	return c, ok
}

// Close closes every session, and waits for them and for running requests.
// Requests that come later are refused with 503.
func (s *Server) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.quitting())
	}
	s.mu.Unlock()
	s.running.Wait()
}

// quitting is closed when the server closes. mu is held.
func (s *Server) quitting() chan struct{} {
	if s.quit == nil {
		s.quit = make(chan struct{})
	}
	return s.quit
}

// reserve takes a place for a session to be.
func (s *Server) reserve() (quit <-chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := s.Max
	if limit == 0 {
		limit = DefaultMax
	}
	switch {
	case s.closed:
		return nil, errClosing
	case s.pending+len(s.sessions) >= limit:
		return nil, ErrFull
	}
	s.pending++
	s.running.Add(1)
	return s.quitting(), nil
}

// release gives the place back.
func (s *Server) release() {
	s.mu.Lock()
	s.pending--
	s.mu.Unlock()
	s.running.Done()
}

// accept makes a session of an offer, in a place that is reserved already.
func (s *Server) accept(ctx context.Context, r Request, quit <-chan struct{}) (*session, string, error) {
	wait := s.Wait
	if wait == 0 {
		wait = DefaultWait
	}
	request := ctx
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	defer until(quit, cancel)()

	peer, answer, err := s.Accept(ctx, r)
	if err == nil && peer == nil {
		err = errors.New("neither a peer nor an error")
	}
	if err == nil {
		err = ctx.Err() // nobody waits for this answer any more
	}
	if err == nil {
		c := newSession(r, peer)
		s.add(c, wait)
		return c, answer, nil
	}
	if peer != nil {
		s.warn("close a peer that nobody waits for", peer.Close())
	}
	return nil, "", reason(err, request, quit, wait)
}

// reason tells an offer that came to nothing because nobody waits for it, or
// not any longer, from one that failed by itself.
func reason(err error, request context.Context, quit <-chan struct{}, wait time.Duration) error {
	select {
	case <-quit:
		return errClosing
	default:
	}
	var told *Error
	switch {
	case request.Err() != nil:
		return errGone
	case errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &told):
		return &Error{Status: http.StatusServiceUnavailable, Text: "the offer was not answered in time", Retry: wait, Err: err}
	}
	return err
}

// until calls f when quit is closed. The function it returns ends the waiting,
// and must be called.
func until(quit <-chan struct{}, f func()) (stop func()) {
	stopped, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-quit:
			f()
		case <-stopped:
		}
	}()
	return func() { close(stopped); <-ended }
}

// add makes a pending session a real one. If the server closes meanwhile, it is
// a short one.
func (s *Server) add(c *session, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions == nil {
		s.sessions = make(map[string]*session)
	}
	s.sessions[c.id] = c
	s.running.Add(1)
	go s.watch(c, wait, s.quit)
}

var (
	errClosing error = &Error{Status: http.StatusServiceUnavailable, Text: "the server is closing"}
	errGone    error = &Error{Status: http.StatusServiceUnavailable, Text: "the request was given up"} // nobody reads it
)

// random is 128 random bits in base64url.
func random() string {
	var b [16]byte
	rand.Read(b[:]) // crypto/rand never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}
