package replay

import (
	"fmt"
	"slices"
	"sort"
	"time"
)

// The limits of Player.SetSpeed.
const (
	MinSpeed = 1.0 / 16
	MaxSpeed = 16
)

func checkSpeed(speed float64) error {
	if !(speed >= MinSpeed && speed <= MaxSpeed) {
		return fmt.Errorf("speed %g: want %g to %d", speed, MinSpeed, MaxSpeed)
	}
	return nil
}

// Status is where a Player is.
type Status struct {
	Position, Duration time.Duration
	Speed              float64
	Paused             bool
	Ended              bool // and held: a seek goes on
	Loop               bool
}

// Status tells where the Player is.
func (p *Player) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Status{p.now(time.Now()), p.session.duration, p.line.speed, p.paused, p.ended, p.opts.Loop}
}

// Position is the session time that is being played.
func (p *Player) Position() time.Duration { return p.Status().Position }

// now is the position, which rests at the end.
func (p *Player) now(t time.Time) time.Duration {
	return max(0, min(p.line.position(p.line.output(t)), p.session.duration))
}

// Pause stops the session. Nothing is sent but packets asked for again, and
// after a seek the frame that it led to. Timestamps do not stop: they advance
// by the pause.
func (p *Player) Pause() { p.pause(true) }

// Resume ends a pause.
func (p *Player) Resume() { p.pause(false) }

func (p *Player) pause(paused bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.paused == paused {
		return
	}
	p.paused = paused
	p.change(p.now(time.Now()))
}

// change goes on at a position. Before Play the timeline stands.
func (p *Player) change(pos time.Duration) {
	p.line.change(p.line.output(time.Now()), pos)
	p.line.running = !p.paused && !p.ended && !p.line.began.IsZero()
	p.signal()
}

// SetSpeed plays faster or slower; timestamps are divided by the speed. At any
// speed but 1 audio is muted. The error is one of a speed out of bounds.
func (p *Player) SetSpeed(speed float64) error {
	if err := checkSpeed(speed); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if speed == p.line.speed {
		return nil
	}
	pos := p.now(time.Now())
	p.line.speed = speed
	p.change(pos)
	return nil
}

// SetLoop tells whether the session begins again when it ends.
func (p *Player) SetLoop(loop bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opts.Loop = loop
	if loop && p.ended {
		p.seek(0)
	}
}

// Seek goes on at a position, and returns which one it is: that of the key
// frame before, if there is one within ten seconds. Where the last key frame
// is further away, or none can be seen (Recording.KeyFramesVisible), it is the
// one asked for, and what lies between is sent as a burst. A pause goes on.
func (p *Player) Seek(to time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seek(to)
}

func (p *Player) seek(to time.Duration) time.Duration {
	p.target = max(0, min(to, p.session.duration))
	at := p.session.seekTo(p.target, func(track int) bool { return p.sent[track] }, p.keys)
	p.seeks++
	p.ended = false
	p.change(at)
	return at
}

// join goes on at a position, and nowhere else. What the decoding needs of
// what lies before is sent as a burst.
func (p *Player) join(at time.Duration) {
	p.target = min(at, p.session.duration)
	p.seeks++
	p.ended = false
	p.change(p.target)
}

// Resend sends packets again that a receiver of the track misses (NACK): from
// the recording, with the numbers that they had. What was sent too long ago is
// left out.
func (p *Player) Resend(track int, seqs []uint16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ask := &p.ask[track]
	ask.again = append(ask.again, seqs[:min(len(seqs), videoRing-len(ask.again))]...)
	p.signal()
}

// KeyFrameRequest is for a receiver that cannot go on decoding a track (PLI,
// FIR). Everything from the last key frame on is sent again as a burst, with
// new sequence numbers and the timestamps that it had. Requests are answered
// less and less often while they go on, and not at all in a pause or where
// no key frame can be seen.
func (p *Player) KeyFrameRequest(track int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats[track].KeyFrameRequests++
	p.ask[track].keyFrame = true
	p.signal()
}

// KeyFrameSeen tells of a key frame that a receiver, who has the key, found in
// a track whose key frames cannot be seen without: by the RTP timestamp with
// which it was sent. Later seeks and requests for key frames use it.
func (p *Player) KeyFrameSeen(track int, timestamp uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	const enough = 64 // at once
	if ask := &p.ask[track]; len(ask.seen) < enough && len(p.session.recs[track].keys) == 0 {
		ask.seen = append(ask.seen, timestamp)
		p.signal()
	}
}

// learn takes over a key frame that was seen.
func (p *Player) learn(t *track, stamp uint32) {
	index, ok := t.ring.stamped(t.seq, stamp)
	if !ok {
		return
	}
	for index > 0 && !t.rec.index[index].flags.has(starts) {
		index--
	}
	keys := p.keys[t.id]
	if i := sort.SearchInts(keys, index); i == len(keys) || keys[i] != index {
		p.keys[t.id] = slices.Insert(keys, i, index)
	}
}

// RTPTime is the timestamp that a packet of the track has if it is due at a
// moment: what a sender report needs. It is false before Play, and of a track
// that is not sent.
func (p *Player) RTPTime(track int, at time.Time) (uint32, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line.began.IsZero() || !p.sent[track] {
		return 0, false
	}
	return p.bases[track] + uint32(p.session.recs[track].ticks(at.Sub(p.line.began))), true
}

func (p *Player) signal() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}
