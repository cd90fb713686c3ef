package replay

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"
)

// ErrUnknown says that there is no recording or viewer of an id.
var ErrUnknown = errors.New("unknown id")

// LibraryOptions are what a Library has to know. The zero value plays every
// file by itself.
type LibraryOptions struct {
	// Group puts together the files of each session. nil: each is its own.
	Group func(names []string) []Group
	// Warn is told what is left out, and why. nil: nobody is.
	Warn func(text string)
}

// Group is the files of one session.
type Group struct {
	Name  string // for people
	Files []string
}

// key tells the groups of all Sources apart, also when a file is added.
func (g Group) key(source int) string {
	dir := ""
	if len(g.Files) > 0 {
		dir = filepath.Dir(g.Files[0])
	}
	return strconv.Itoa(source) + " " + dir + "\x00" + g.Name
}

// Library is a list of sessions that can be played. They are known by random
// ids, which last while their files are there: nobody who asks for one can
// name a file.
//
// Files are opened when somebody wants to play them, and shared by all who
// do. It may be used by several goroutines.
type Library struct {
	o     LibraryOptions
	from  []Source
	slots chan struct{} // who reads files through

	mu      sync.Mutex
	scanned time.Time
	titles  []*title // in the order of the list
	warned  map[string]bool
	timer   *time.Timer // closes what nobody uses
	closed  bool
}

// NewLibrary makes a Library of the recordings in Sources.
func NewLibrary(o LibraryOptions, from ...Source) *Library {
	if o.Group == nil {
		o.Group = func(names []string) (all []Group) {
			for _, n := range names {
				all = append(all, Group{n, []string{n}})
			}
			return all
		}
	}
	l := &Library{o: o, from: from, slots: make(chan struct{}, readers), warned: make(map[string]bool)}
	l.timer = time.AfterFunc(idle, l.sweep)
	return l
}

const (
	// readers is how many sessions are read through at once.
	readers = 4
	// rescan is how old the list may be.
	rescan = 2 * time.Second
	// patience is how long a list waits for files that were never read.
	patience = 2 * time.Second
)

// Title is a session in the list.
type Title struct {
	ID, Name string
	Tracks   []TitleTrack
	// Known: the files were read through. If not, the tracks are what their
	// headers say, and Duration and KeyFramesVisible are not known yet.
	Known    bool
	Duration time.Duration
}

// TitleTrack is a track of a Title.
type TitleTrack struct {
	Kind, Codec      string
	Encrypted        bool
	KeyFramesVisible bool // see Recording
}

// title is a Title, and what is behind it.
type title struct {
	Title
	key   string // the source, and the name
	from  Source
	files []File
	lock  chan struct{} // who opens it

	// The rest is guarded by the Library's mutex.
	gone   bool
	looked bool  // at the headers
	failed error // why it cannot be played
	open   *opened
}

// List is all sessions that can be played, in the order of their Sources. What
// is new is read through, within bounds: see Title.Known.
func (l *Library) List(ctx context.Context) []Title {
	l.scan()
	end := time.Now().Add(patience)
	var list []Title
	for _, t := range l.all() {
		l.mu.Lock()
		fresh, looked := !t.Known && t.failed == nil, t.looked
		l.mu.Unlock()
		if fresh && ctx.Err() == nil {
			if time.Now().Before(end) {
				if lease, err := l.lease(ctx, t); err == nil {
					lease.Close()
				}
			} else if !looked {
				l.look(ctx, t)
			}
		}
		l.mu.Lock()
		if t.failed == nil && (t.Known || t.looked) {
			list = append(list, t.Title)
		}
		l.mu.Unlock()
	}
	return list
}

// First is the id of the first session that can be played.
func (l *Library) First(ctx context.Context) (string, error) {
	l.scan()
	for _, t := range l.all() {
		if lease, err := l.lease(ctx, t); err == nil {
			lease.Close()
			return t.ID, nil
		} else if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
	}
	return "", ErrUnknown
}

func (l *Library) all() []*title {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.titles)
}

// find is the session of an id.
func (l *Library) find(id string) (*title, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.titles {
		if t.ID == id {
			return t, nil
		}
	}
	return nil, ErrUnknown
}

// scan looks for what is new, what has changed, and what is gone.
func (l *Library) scan() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || !l.scanned.IsZero() && time.Since(l.scanned) < rescan {
		return
	}
	l.scanned = time.Now()
	old := make(map[string]*title)
	for _, t := range l.titles {
		old[t.key] = t
	}
	l.titles = nil
	for i, from := range l.from {
		found, err := from.Files()
		if err != nil {
			l.warn(err.Error())
		}
		var names []string
		byName := make(map[string]File)
		for _, f := range found {
			names = append(names, f.Name)
			byName[f.Name] = f
		}
		for _, g := range l.o.Group(names) {
			t := &title{key: g.key(i), from: from, lock: make(chan struct{}, 1)}
			for _, name := range g.Files {
				t.files = append(t.files, byName[name])
			}
			t.ID, t.Name = newID(), g.Name
			if was := old[t.key]; was != nil {
				if delete(old, t.key); slices.Equal(was.files, t.files) {
					t = was
				} else {
					t.ID = was.ID
					l.drop(was)
				}
			}
			l.titles = append(l.titles, t)
		}
	}
	for _, t := range old {
		l.drop(t)
	}
}

// drop forgets a session, but for those who play it.
func (l *Library) drop(t *title) {
	t.gone = true
	if t.open != nil && t.open.users == 0 {
		t.open.close()
		t.open = nil
	}
}

// warn warns once of the same.
func (l *Library) warn(text string) {
	const enough = 1000 // files with ever new names
	if l.o.Warn == nil || l.warned[text] || len(l.warned) >= enough {
		return
	}
	l.warned[text] = true
	l.o.Warn(text)
}

// newID is 128 random bits in base64url.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}
