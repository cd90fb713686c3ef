package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

// What nobody uses any more stays open for a while, as viewers come back: at
// most so many sessions.
const (
	idle     = time.Minute
	idleMost = 8
)

// opened is a session whose files are open and indexed.
type opened struct {
	session *Session
	files   []*os.File
	users   int
	since   time.Time // nobody uses it
}

func (o *opened) close() {
	for _, f := range o.files {
		f.Close()
	}
}

// Lease is a session of a Library opened for somebody. Close gives it back.
type Lease struct {
	*Session
	ID, Name string

	l    *Library
	t    *title
	open *opened
}

// Open opens a session. What of it cannot be played is left out. The error
// wraps ErrUnknown, ErrEmpty if there is nothing to play, or tells why not.
func (l *Library) Open(ctx context.Context, id string) (*Lease, error) {
	t, err := l.find(id)
	if err != nil {
		return nil, err
	}
	return l.lease(ctx, t)
}

// acquire takes one of the places in c.
func acquire(ctx context.Context, c chan struct{}) error {
	select {
	case c <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (l *Library) lease(ctx context.Context, t *title) (*Lease, error) {
	if err := acquire(ctx, t.lock); err != nil {
		return nil, err
	}
	defer func() { <-t.lock }()
	if lease, err := l.use(t, nil); lease != nil || err != nil {
		return lease, err
	}
	if err := acquire(ctx, l.slots); err != nil {
		return nil, err
	}
	defer func() { <-l.slots }()
	o, err := l.read(ctx, t)
	if err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if errors.Is(err, ErrEmpty) {
			t.failed = err // reading it again would not help
		}
		return nil, err
	}
	return l.use(t, o)
}

// use counts one more who uses a session: one that is open already, or o.
func (l *Library) use(t *title, o *opened) (*Lease, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		if o != nil {
			o.close()
		}
		return nil, ErrUnknown
	case t.failed != nil:
		return nil, t.failed
	case o != nil:
		t.open = o
		t.learn(o.session)
	case t.open == nil:
		return nil, nil
	}
	t.open.users++
	return &Lease{t.open.session, t.ID, t.Name, l, t, t.open}, nil
}

// learn takes over what is known of a session that was read through.
func (t *title) learn(s *Session) {
	t.Known, t.Duration, t.Tracks = true, s.Duration(), nil
	for _, r := range s.Tracks() {
		t.Tracks = append(t.Tracks, TitleTrack{
			r.Codec.Kind.String(), r.Codec.Name, r.Header.Encrypted || r.Header.PERC, r.KeyFramesVisible(),
		})
	}
}

// Close gives the session back. It may be called once.
func (e *Lease) Close() error {
	e.l.mu.Lock()
	defer e.l.mu.Unlock()
	e.open.users--
	e.open.since = time.Now()
	if e.open.users == 0 && (e.t.gone || e.l.closed) {
		e.open.close()
		e.t.open = nil
	}
	e.l.tidy()
	return nil
}

// tidy closes what was not used for long, and the one that was used longest
// ago where there are too many.
func (l *Library) tidy() {
	unused := 0
	var oldest *title
	for _, t := range l.titles {
		switch {
		case t.open == nil || t.open.users > 0:
		case time.Since(t.open.since) >= idle:
			t.open.close()
			t.open = nil
		default:
			unused++
			if oldest == nil || t.open.since.Before(oldest.open.since) {
				oldest = t
			}
		}
	}
	if unused > idleMost {
		oldest.open.close()
		oldest.open = nil
	}
	if unused > 0 {
		l.timer.Reset(idle)
	}
}

func (l *Library) sweep() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.tidy()
	}
}

// Close closes all files that nobody uses any more, and the others with their
// Leases.
func (l *Library) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.timer.Stop()
	for _, t := range l.titles {
		l.drop(t)
	}
	l.titles = nil
	return nil
}

// read opens and indexes the files of a session.
func (l *Library) read(ctx context.Context, t *title) (*opened, error) {
	o := new(opened)
	var recs []*Recording
	err := fmt.Errorf("%s: %w", t.Name, ErrEmpty)
	tracks, left := t.arrange()
	for _, failed := range left {
		if failed != nil {
			l.leftOut(failed)
		}
	}
	for _, files := range tracks {
		r, opened, failed := t.openTrack(ctx, files)
		switch {
		case failed == nil && r.Len() == 0:
			failed = fmt.Errorf("%s: %w", r.Name, ErrEmpty)
			fallthrough
		case failed != nil:
			for _, f := range opened {
				f.Close()
			}
			if !final(failed) {
				err = failed
			}
			l.leftOut(failed)
			continue
		}
		o.files, recs = append(o.files, opened...), append(recs, r)
		if !r.File.Whole() {
			l.tell(fmt.Sprintf("%s is damaged: %d bytes in %d places were skipped", r.Name, r.File.Skipped, r.File.Damaged))
		}
		for _, failed := range r.Incomplete() {
			l.tell(failed.Error())
		}
	}
	if len(recs) == 0 || ctx.Err() != nil {
		o.close()
		return nil, err
	}
	o.session = NewSession(recs...)
	return o, nil
}

// final reports whether an error lies in what a file holds.
func final(err error) bool {
	return errors.Is(err, mjr.ErrNotMJR) || errors.Is(err, ErrEmpty) || errors.Is(err, ErrNoRTP) || errors.Is(err, stream.ErrCodec)
}

func (l *Library) leftOut(err error) {
	if !errors.Is(err, context.Canceled) {
		l.tell("left out: " + err.Error())
	}
}

func (l *Library) tell(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.warn(text)
}

// look reads the headers of a session's files.
func (l *Library) look(ctx context.Context, t *title) {
	var tracks []TitleTrack
	seen := make(map[string]bool)
	for _, file := range t.files {
		if ctx.Err() != nil {
			return
		}
		stem, _ := mjr.SplitPart(file.Name)
		if seen[stem] {
			continue // a part of a track that is listed
		}
		seen[stem] = true
		f, err := t.from.Open(file.Name)
		if err != nil {
			continue // told when it is to be played
		}
		if src, err := mjr.NewReader(f); err == nil && !src.Empty() && src.Header.Kind != mjr.Data {
			h := src.Header
			tracks = append(tracks, TitleTrack{Kind: h.Kind.String(), Codec: h.Codec, Encrypted: h.Encrypted || h.PERC})
		}
		f.Close()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	t.Tracks, t.looked = tracks, len(tracks) > 0
}

// cancelable ends the indexing of a long recording.
type cancelable struct {
	ctx context.Context
	r   io.ReaderAt
}

func (c *cancelable) ReadAt(b []byte, off int64) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.r.ReadAt(b, off)
}
