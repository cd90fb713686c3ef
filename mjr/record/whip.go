package record

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/mjrkit/mjrkit/internal/rtc"
	"github.com/mjrkit/mjrkit/internal/whip"
)

// WHIP records what publishers send over WebRTC after an offer over HTTP
// (RFC 9725):
//
//	POST    /whip                an offer; with ?e2ee=1 it is end-to-end encrypted
//	PATCH   /whip/sessions/ID    more candidates; an ICE restart is a 422
//	DELETE  /whip/sessions/ID    the end: once it is answered, the files are whole
//
// Each publisher has files of its own. It gets its number, and with it their
// names, when the first of its media comes: offers that lead to nothing leave
// no gaps.
type WHIP struct {
	engine  *Engine
	options WHIPOptions
	server  whip.Server

	begun    chan struct{} // closed by Run
	recorder *Recorder     // once begun is closed
	mu       sync.Mutex
	number   int   // of the next publisher
	active   int   // publishers that have files open
	err      error // the first that kept a publisher from being recorded
}

// WHIPOptions are those of a WHIP; none has to be given.
type WHIPOptions struct {
	MaxSessions   int           // publishers at a time; 0 is 100
	KeyFrameEvery time.Duration // how often video is asked for a key frame; 0 is 4 s
	Servers       []ICEServer   // that publishers are told of
	// Changed is told of publishers that come and leave. It is called by
	// several goroutines; nil is silence.
	Changed func(PublisherChange)
}

// PublisherChange is a publisher that has begun to send, or is gone.
type PublisherChange struct {
	Publisher int // as in Track: 0 for the first
	Encrypted bool
	Ended     bool         // its files are closed
	Files     []FileReport // when it has ended
	// Err is why it ended; nil if it left, or the recorder did.
	Err error
}

// NewWHIP makes a source. Who comes before Run waits for it. The engine stays the
// caller's to close, after Run.
func NewWHIP(e *Engine, o WHIPOptions) *WHIP {
	if o.Changed == nil {
		o.Changed = func(PublisherChange) {}
	}
	w := &WHIP{engine: e, options: o, begun: make(chan struct{})}
	w.server.Accept = w.accept
	w.server.Base = "/whip/sessions/"
	w.server.Max = o.MaxSessions
	w.server.Warn = w.warn
	for _, s := range o.Servers {
		w.server.Servers = append(w.server.Servers, whip.ICEServer(s))
	}
	return w
}

// ServeHTTP serves /whip and what is below it.
func (w *WHIP) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	id, session := strings.CutPrefix(r.URL.Path, w.server.Base)
	switch {
	case session:
		w.server.Session(rw, r, id)
	case r.URL.Path == "/whip":
		w.server.Post(rw, r, "")
	default:
		http.NotFound(rw, r)
	}
}

// Run records publishers until ctx is done, and then closes their files. The
// error is the first that kept one from being recorded. It runs once.
func (w *WHIP) Run(ctx context.Context, r *Recorder) error {
	w.recorder = r
	close(w.begun)
	<-ctx.Done()
	w.server.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// Publishers is how many have sent so far, and how many are sending now.
func (w *WHIP) Publishers() (all, now int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.number, w.active
}

// accept answers an offer (whip.Server.Accept).
func (w *WHIP) accept(ctx context.Context, q whip.Request) (whip.Peer, string, error) {
	select {
	case <-w.begun:
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	if err := w.recorder.Room(); err != nil {
		return nil, "", &whip.Error{Status: http.StatusServiceUnavailable, Text: "the recorder has too little disk space for another recording", Retry: time.Minute, Err: err}
	}
	p := &whipSession{w: w, encrypted: saysEncrypted(q.Query) || w.recorder.options.Encrypted, made: make(chan struct{})}
	peer, answer, err := w.engine.Receive(ctx, q.Offer, rtc.ReceiveOptions{Track: p.track, KeyFrameEvery: w.options.KeyFrameEvery})
	switch {
	case errors.Is(err, rtc.ErrOffer):
		return nil, "", fmt.Errorf("%w: %w", whip.ErrOffer, err)
	case errors.Is(err, rtc.ErrCodec):
		return nil, "", fmt.Errorf("%w: %w", whip.ErrRefused, err)
	case err != nil:
		return nil, "", err
	}
	p.Peer = peer
	close(p.made)
	return p, answer, nil
}

// saysEncrypted reads ?e2ee=1. Whoever types something like it means it.
func saysEncrypted(q url.Values) bool {
	v := q.Get("e2ee")
	return q.Has("e2ee") && v != "0" && v != "false"
}

// maxTaken is how many numbers in a row may be somebody else's.
const maxTaken = 1000

// free takes the next number whose names are free: another recorder under the
// same name takes numbers as well.
func (w *WHIP) free() error {
	for taken := 0; ; taken++ {
		err := w.recorder.options.freeFor(w.number)
		if !errors.Is(err, ErrExists) || taken == maxTaken {
			return err
		}
		if taken == 0 {
			w.recorder.options.Warn(fmt.Sprintf("%v: made by another recorder; the next publisher has another number", err))
		}
		w.number++
	}
}

// open makes a file for a publisher, whose lock is held. Its first one takes
// the next number for it.
func (w *WHIP) open(p *whipSession, t Track) (*File, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var err error
	if !p.begun {
		err = w.free()
		p.number = w.number
	}
	t.Publisher = p.number
	var f *File
	if err == nil {
		f, err = w.recorder.Open(t)
	}
	if err != nil {
		if w.err == nil {
			w.err = err
		}
		return nil, err
	}
	p.files = append(p.files, f)
	if !p.begun {
		p.begun = true
		w.number++
		w.active++
	}
	return f, nil
}

// left tells of a publisher that is gone, whose files are closed.
func (w *WHIP) left(p *whipSession) {
	c := PublisherChange{Publisher: p.number, Encrypted: p.encrypted, Ended: true, Err: p.err}
	if c.Err == nil {
		c.Err = p.Err()
	}
	for _, f := range p.files {
		c.Files = append(c.Files, f.Report())
	}
	w.mu.Lock()
	w.active--
	w.mu.Unlock()
	w.options.Changed(c)
}

func (w *WHIP) warn(text string) {
	select {
	case <-w.begun:
		w.recorder.options.Warn(text)
	default:
	}
}
