package replay

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/mjrkit/mjrkit/internal/rtc"
	"github.com/mjrkit/mjrkit/internal/whip"
)

// Server plays recordings to viewers, over WHEP
// (draft-ietf-wish-whep-04):
//
//	GET  /recordings                what there is
//	GET  /recordings/{id}           one of them: holes, key frames
//	POST /recordings/{id}/whep      an offer ──► 201, Location: /viewers/{id}
//	POST /whep                      of the first recording
//	DELETE, PATCH /viewers/{id}     as WHEP has it
//	GET, POST /viewers/{id}/player  where it is; pause, seek, speed, loop
//
// Each viewer has a Player of its own, or all of a recording share one Live.
// It begins when the viewer is connected, and waits at the end. The session
// ends when the viewer deletes it or vanishes.
//
// Who may connect at all is not its business.
type Server struct {
	o        ServerOptions
	mux      http.ServeMux
	sessions whip.Server

	mu      sync.Mutex
	viewers map[string]*viewer
	cut     []string         // ids of viewers whose recording could not be read further
	count   int              // of viewers who were answered
	lives   map[string]*Live // by recording
	running sync.WaitGroup   // one goroutine a viewer
}

// ServerOptions are what a Server needs.
type ServerOptions struct {
	Library *Library
	Engine  *Engine
	// Player is how viewers begin: Speed, Start and Loop.
	Player      Options
	Live        bool // one timeline a recording
	MaxSessions int  // 0: whip.DefaultMax
	// ICEServers are what viewers are told of.
	ICEServers []ICEServer
	// Joined and Left are told of viewers who were answered, by several
	// goroutines. nil: nobody is.
	Joined, Left func(Viewer)
	Warn         func(text string)
}

// NewServer makes a Server. The Library and the Engine have to last as long.
func NewServer(o ServerOptions) *Server {
	s := &Server{o: o, viewers: make(map[string]*viewer), lives: make(map[string]*Live)}
	s.sessions = whip.Server{Accept: s.accept, Base: "/viewers/", Max: o.MaxSessions, Warn: o.Warn}
	for _, ice := range o.ICEServers {
		s.sessions.Servers = append(s.sessions.Servers, whip.ICEServer(ice))
	}
	s.mux.HandleFunc("GET /recordings", s.list)
	s.mux.HandleFunc("GET /recordings/{id}", s.details)
	s.mux.HandleFunc("/recordings/{id}/whep", func(w http.ResponseWriter, r *http.Request) {
		s.sessions.Post(w, r, r.PathValue("id"))
	})
	s.mux.HandleFunc("/whep", func(w http.ResponseWriter, r *http.Request) { s.sessions.Post(w, r, "") })
	s.mux.HandleFunc("/viewers/{id}", func(w http.ResponseWriter, r *http.Request) {
		s.sessions.Session(w, r, r.PathValue("id"))
	})
	s.mux.HandleFunc("GET /viewers/{id}/player", s.player)
	s.mux.HandleFunc("POST /viewers/{id}/player", s.player)
	return s
}

// ServeHTTP serves the paths of a Server.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Close ends all sessions, and waits for them.
func (s *Server) Close() {
	s.sessions.Close()
	s.running.Wait()
}

// accept answers an offer with a session that is to be played.
func (s *Server) accept(ctx context.Context, r whip.Request) (whip.Peer, string, error) {
	id := r.Target
	if id == "" {
		first, err := s.o.Library.First(ctx)
		if err != nil {
			return nil, "", refusal(err)
		}
		id = first
	}
	lease, err := s.o.Library.Open(ctx, id)
	if err != nil {
		return nil, "", refusal(err)
	}
	v := s.newViewer(r.ID, lease)
	peer, answer, err := s.o.Engine.Send(ctx, r.Offer, OutTracks(lease.Session), v.player)
	if err != nil {
		lease.Close()
		if errors.Is(err, rtc.ErrCodec) {
			text := "the offer has no place for any track of the recording: " + codecs(lease.Session)
			err = &whip.Error{Status: http.StatusNotAcceptable, Text: text, Err: err}
		}
		return nil, "", refusal(err)
	}
	v.peer, v.outs = peer, peer.Outs()
	s.mu.Lock()
	s.count++
	v.number = s.count
	s.viewers[v.id] = v
	s.mu.Unlock()
	s.running.Go(func() { s.serve(v) })
	return peer, answer, nil
}

// refusal is what a client is told of an error.
func refusal(err error) error {
	switch {
	case errors.Is(err, ErrUnknown):
		return whip.ErrNotFound
	case final(err):
		return &whip.Error{Status: http.StatusNotFound, Text: "nothing of the recording can be played", Err: err}
	case errors.Is(err, rtc.ErrOffer):
		return &whip.Error{Status: http.StatusBadRequest, Text: "the offer cannot be read", Err: err}
	}
	return err
}

// refuse answers a request that is none of WHEP's.
func (s *Server) refuse(w http.ResponseWriter, err error) {
	var told *whip.Error
	if errors.As(refusal(err), &told) {
		if told.Retry > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(told.Retry/time.Second)))
		}
		http.Error(w, told.Text, told.Status)
		return
	}
	if s.o.Warn != nil && !errors.Is(err, context.Canceled) {
		s.o.Warn(err.Error())
	}
	http.Error(w, "internal error", http.StatusInternalServerError)
}

// live is the timeline of a recording that is shared: one that is over begins
// anew with the first who comes.
func (s *Server) live(lease *Lease) *Live {
	s.mu.Lock()
	defer s.mu.Unlock()
	watched := make(map[string]bool)
	for _, v := range s.viewers {
		watched[v.lease.ID] = true
	}
	for id, l := range s.lives {
		if !watched[id] && l.Over() {
			delete(s.lives, id)
		}
	}
	l := s.lives[lease.ID]
	if l == nil {
		l = NewLive(lease.Session, s.o.Player)
		s.lives[lease.ID] = l
	}
	return l
}
