package replay

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Options of a Player. The zero value plays everything once.
type Options struct {
	Speed float64       // 0 is 1; see Player.SetSpeed. Play fails where that does
	Start time.Duration // where to begin, as Player.Seek
	Loop  bool          // go on at the beginning after the end
	// Hold: Play does not return at the end, but waits to be told to seek.
	Hold bool
	// Linger is how long Play stays at the end before it returns, for packets
	// that are asked for again.
	Linger time.Duration
	// Sparing: what is played to passes it on to others, or records it. It
	// asks for key frames without need, and those who need none get what it is
	// answered as well. Where the next key frame is near it is not answered,
	// and else less often.
	Sparing bool

	live *Live // see Live.Options
}

// errPlayed says that Play was called twice.
var errPlayed = errors.New("a Player plays once")

// Player is one timeline over a Session. Its methods may be called by any
// goroutine, before Play as well.
//
// It sends the packet that is due next, over all tracks, when it is due. A
// hole in the recording is closed: of video, everything up to the next key
// frame is dropped, where those can be seen, and what is sent has no gap in
// its numbers. Receivers would ask in vain for what was lost.
type Player struct {
	session *Session
	wake    chan struct{}

	mu   sync.Mutex
	line timeline
	opts Options
	// What was asked for, and not yet done.
	paused, ended bool
	seeks         int           // how often was sought
	target        time.Duration // of the last seek
	sent          []bool        // which tracks have a Writer
	keys          [][]int       // by track: the key frames that are known
	ask           []requests    // by track
	stats         []TrackStats
	bases         []uint32 // of timestamps, by track

	// The rest belongs to the goroutine of Play.
	tracks  []*track
	changes int
	sought  int
	buf     []byte
}

// requests are what the receivers of a track asked for.
type requests struct {
	keyFrame bool
	again    []uint16 // sequence numbers to send again
	seen     []uint32 // timestamps of key frames
}

// NewPlayer makes a Player of a Session.
func NewPlayer(s *Session, o Options) *Player {
	n := len(s.recs)
	p := &Player{
		session: s, opts: o, wake: make(chan struct{}, 1),
		sent: make([]bool, n), keys: make([][]int, n), ask: make([]requests, n),
		stats: make([]TrackStats, n), bases: make([]uint32, n),
		buf: make([]byte, 1500),
	}
	p.line.speed = 1
	if o.Speed != 0 {
		p.line.speed = o.Speed
	}
	for i, r := range s.recs {
		p.sent[i], p.keys[i] = true, r.keys
	}
	p.seek(o.Start)
	return p
}

// Play plays to the sinks, one for each track of the Session and in that
// order, until the session ends, a Writer fails, or ctx does. It starts no
// goroutine. Play can be called once.
func (p *Player) Play(ctx context.Context, sinks []Sink) error {
	if err := p.begin(sinks); err != nil {
		return err
	}
	defer p.leave()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		wait, err := p.turn(time.Now())
		if err == errEnd {
			return nil
		}
		if err != nil {
			return err
		}
		if wait == 0 {
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-p.wake:
		case <-timer.C:
		}
	}
}

// leave shows the last counts, and stops the clock.
func (p *Player) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.line.change(p.line.output(now), p.now(now))
	p.line.running = false
	p.publish()
}

func (p *Player) begin(sinks []Sink) error {
	if len(sinks) != len(p.session.recs) {
		return fmt.Errorf("%d sinks for %d tracks", len(sinks), len(p.session.recs))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := checkSpeed(p.line.speed); err != nil {
		return err
	}
	if !p.line.began.IsZero() {
		return errPlayed
	}
	for i, sink := range sinks {
		p.sent[i] = sink.Writer != nil
		if !p.sent[i] {
			continue
		}
		t := newTrack(i, p.session, sink)
		p.bases[i] = t.base
		p.tracks = append(p.tracks, t)
	}
	p.line.began = time.Now()
	if p.opts.live != nil {
		p.join(p.opts.live.join(p.line.began))
		return nil
	}
	p.seek(p.target) // again, now that it is known which tracks are sent
	return nil
}

var errEnd = errors.New("end of the session")

// lateMost is how late a packet may be sent. Who comes later, after the
// process stood still or a Writer did, goes on from there, as after a pause:
// all that is overdue, sent at once, would be lost in the receivers' sockets.
const lateMost = time.Second

// turn does what was asked for, and sends one packet if one is due. It returns
// how long to wait for the next.
func (p *Player) turn(now time.Time) (time.Duration, error) {
	l := p.take(now)
	for _, t := range p.tracks {
		if err := p.resend(t); err != nil {
			return 0, err
		}
	}
	out := l.output(now)
	if !l.running {
		left := p.linger(out)
		if left <= 0 {
			return 0, errEnd
		}
		wait, err := p.still(out)
		return min(wait, left), err
	}
	var first *track
	at := outOfReach
	for _, t := range p.tracks {
		t.still = false
		t.skip(l.position(out))
		if due := t.due(l); due < at {
			first, at = t, due
		}
	}
	if first == nil {
		if at = l.when(p.session.duration); at <= out {
			return 0, p.end(at)
		}
	}
	if at > out {
		return at - out, nil
	}
	if out-at > lateMost && first.next >= first.rush && p.opts.live == nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.changes == p.line.changes {
			p.line.change(out, l.position(at))
		}
		return 0, nil
	}
	if first.rec.index[first.next].flags.has(key) {
		first.keyAt = out
	}
	return 0, p.send(first)
}

// still sends, in a pause, the one frame that a seek has led to, and what its
// decoding needs. It returns how long to wait for the next packet.
func (p *Player) still(out time.Duration) (time.Duration, error) {
	wait := outOfReach
	for _, t := range p.tracks {
		if !t.still || !t.advance() {
			continue
		}
		if t.next < t.rush && t.rushAt > out {
			wait = min(wait, t.rushAt-out)
			continue
		}
		t.still = t.next < t.rush || !t.rec.index[t.next].flags.has(ends)
		return 0, p.send(t)
	}
	return wait, nil
}

// take takes over what the methods have changed since the last turn.
func (p *Player) take(now time.Time) timeline {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.line
	if p.changes != l.changes {
		p.changes = l.changes
		for _, t := range p.tracks {
			t.move(l)
		}
	}
	if p.sought != p.seeks {
		p.sought = p.seeks
		for _, t := range p.tracks {
			s := p.session.enter(t.id, l.pos, p.target, p.keys[t.id])
			if p.opts.live != nil && s.until-s.next > maxBurst {
				s.next = s.until // nobody asked for it
			}
			t.jump(s, l.out)
		}
	}
	for _, t := range p.tracks {
		ask := &p.ask[t.id]
		for _, stamp := range ask.seen {
			p.learn(t, stamp)
		}
		if ask.keyFrame && l.running {
			p.reply(t, l, l.output(now))
		}
		t.missing, ask.again = ask.again, t.missing[:0]
		ask.keyFrame, ask.seen = false, ask.seen[:0]
	}
	p.publish()
	return l
}

// publish shows the counts.
func (p *Player) publish() {
	for _, t := range p.tracks {
		t.stats.KeyFrameRequests = p.stats[t.id].KeyFrameRequests
		p.stats[t.id] = t.stats
	}
}

// end is for the end of the session, at an output time.
func (p *Player) end(at time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.changes != p.line.changes: // somebody was faster
	case p.opts.Loop && p.session.duration > 0:
		p.target = 0
		p.seeks++
		p.line.change(at, 0)
	case p.opts.Hold || p.opts.Linger > 0:
		p.ended, p.line.running = true, false
		p.line.change(at, p.session.duration)
	default:
		return errEnd
	}
	return nil
}

// linger is how long Play still stays at the end.
func (p *Player) linger(out time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.opts.Hold || !p.ended {
		return outOfReach
	}
	return p.line.out + p.opts.Linger - out
}
