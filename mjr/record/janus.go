package record

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mjrkit/mjrkit/internal/janus"
)

var (
	// ErrNoFeed says that nobody publishes under the id asked for.
	ErrNoFeed = errors.New("no such publisher in the room")
	// ErrRoomEnded says that we are not in the room any more.
	ErrRoomEnded = errors.New("the room ended")
)

// JanusOptions say which room of which Janus to record. URL, Room and Engine
// have to be given.
type JanusOptions struct {
	URL           string // ws://HOST:PORT or wss://HOST:PORT
	Secret, Token string // of the API
	Room          string // its id
	PIN           string // of the room
	RoomToken     string // of the room, where it has a list of them
	Display       string // the name that the others in the room see
	Feed          string // the id of the one publisher to record; "" is all
	Engine        *Engine
	// Notify is told who is recorded from now on, and no more. It is called
	// by several goroutines; nil is silence.
	Notify func(JanusPublisher)
}

// JanusPublisher is somebody who is recorded.
type JanusPublisher struct {
	Number    int    // of the publisher, as Track.Publisher
	ID        string // in the room
	Display   string
	Encrypted bool // end to end, as Janus says
	Gone      bool
}

// Janus takes RTP from the publishers of a VideoRoom: one, or all, also those
// who come later. Each is received over a PeerConnection of its own. Whoever
// comes back is another publisher, and so is one whose connection failed and
// was made again. Whether the media are end-to-end encrypted
// is what Janus's descriptions say.
type Janus struct {
	options JanusOptions
	session *janus.Session
	room    *janus.Room
	feed    janus.ID // the only one wanted, if Options.Feed is set
	e2ee    janus.Encryption
}

// JoinJanus enters a room, without being seen to publish anything. ctx is for
// that alone. The error wraps ErrNoFeed, or is one of internal/janus.
func JoinJanus(ctx context.Context, o JanusOptions) (*Janus, error) {
	if o.Notify == nil {
		o.Notify = func(JanusPublisher) {}
	}
	s, err := janus.Dial(ctx, janus.Options{URL: o.URL, Secret: o.Secret, Token: o.Token})
	if err != nil {
		return nil, err
	}
	j := &Janus{options: o, session: s}
	j.room, err = s.Join(ctx, janus.RoomOptions{Room: o.Room, PIN: o.PIN, Token: o.RoomToken, Display: o.Display})
	if err == nil && o.Feed != "" {
		j.feed = j.room.FeedID(o.Feed)
		err = j.published()
	}
	if err != nil {
		j.Close()
		return nil, err
	}
	j.e2ee = j.room.Encryption(ctx)
	return j, nil
}

// published reports whether the only feed wanted is there.
func (j *Janus) published() error {
	var there []string
	for _, p := range j.room.Publishers {
		if p.ID == j.feed {
			return nil
		}
		there = append(there, fmt.Sprintf("%s (%q)", p.ID, p.Display))
	}
	if len(there) == 0 {
		return fmt.Errorf("%w: %q; nobody publishes there", ErrNoFeed, j.options.Feed)
	}
	return fmt.Errorf("%w: %q; there are %s", ErrNoFeed, j.options.Feed, strings.Join(there, ", "))
}

// goodbye is how long Janus has for the end of a session.
const goodbye = 2 * time.Second

// Close leaves the room. Run does it, too.
func (j *Janus) Close() {
	ctx, stop := context.WithTimeout(context.Background(), goodbye)
	defer stop()
	_ = j.session.Close(ctx) // it is over, whatever Janus says
}

// Run records until ctx is done; with Options.Feed, or when no file takes any
// more packets, it ends then. That publishers go is no error; that one could
// not be received, that the room ended, or the connection to Janus, is.
func (j *Janus) Run(ctx context.Context, r *Recorder) error {
	defer j.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f := &following{j: j, r: r, ctx: ctx, cancel: cancel, known: make(map[janus.ID]*feed)}
	if !j.e2ee.Told && !j.e2ee.Required && !r.options.Encrypted {
		r.options.Warn("this Janus does not tell whether media are end-to-end encrypted: the recordings are not marked so")
	}
	f.see(j.room.Publishers)
	err := f.follow()
	cancel()
	f.running.Wait()
	if err == nil {
		err = f.first
	}
	return err
}

// A room may have this many publishers, and those this many streams each: what
// is said of more is not followed.
const (
	maxPublishers = 1000
	maxStreams    = 100
)

// following is a Run: who is recorded now.
type following struct {
	j       *Janus
	r       *Recorder
	ctx     context.Context
	cancel  context.CancelFunc
	known   map[janus.ID]*feed
	running sync.WaitGroup
	active  atomic.Int64 // subscriptions
	live    atomic.Int64 // files that take packets

	mu    sync.Mutex
	count int   // of publishers so far
	first error // of one of them
}

// number is that of the next publisher.
func (f *following) number() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	return f.count - 1
}

// feed is somebody who publishes in the room, from coming to going.
type feed struct {
	number int
	mids   []string // of the streams that were subscribed to
	ctx    context.Context
	gone   context.CancelFunc

	recorded atomic.Bool // in files of this number

	mu sync.Mutex
	up int // subscriptions whose media flow
}

// follow follows what happens in the room, until it ends.
func (f *following) follow() error {
	for {
		c, err := f.j.room.Next(f.ctx)
		switch {
		case f.ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case c.Ended != "":
			return fmt.Errorf("%w: %s", ErrRoomEnded, c.Ended)
		case c.Gone != nil:
			if p := f.known[*c.Gone]; p != nil {
				delete(f.known, *c.Gone)
				p.gone()
				if f.j.options.Feed != "" {
					return nil
				}
			}
		default:
			f.see(c.Publishing)
		}
	}
}

// see records publishers that are new, and new streams of the others.
func (f *following) see(publishing []janus.Publisher) {
	for _, p := range publishing {
		if p.Dummy || f.j.options.Feed != "" && p.ID != f.j.feed {
			continue
		}
		known := f.known[p.ID]
		fresh := known == nil
		if fresh && f.active.Load() >= maxPublishers {
			f.r.options.Warn(fmt.Sprintf("publisher %s (%q) is not recorded: %d are, which is the most", p.ID, p.Display, maxPublishers))
			continue
		}
		if fresh {
			known = &feed{number: f.number()}
			known.ctx, known.gone = context.WithCancel(f.ctx)
			f.known[p.ID] = known
		}
		var mids []string
		for _, s := range p.Streams {
			if !s.Disabled && s.Type != "data" && len(known.mids) < maxStreams && !slices.Contains(known.mids, s.MID) {
				mids = append(mids, s.MID)
				known.mids = append(known.mids, s.MID)
			}
		}
		if len(mids) == 0 && (!fresh || len(p.Streams) > 0) {
			continue // nothing new, or nothing to record yet
		}
		f.active.Add(1)
		f.running.Go(func() {
			defer f.active.Add(-1)
			f.record(known, p, mids)
		})
	}
}
