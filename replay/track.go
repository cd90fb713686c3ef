package replay

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// track is what a Player has of one recording: where it is in it, and the
// numbers of what was sent. It belongs to the goroutine of Play.
type track struct {
	id    int
	rec   *Recording
	zero  time.Duration // session time of media time 0
	sink  Sink
	video bool
	muted bool // audio at another speed than 1

	next int // the packet that comes next
	// rush: packets before this one are overdue, and are sent as a burst.
	rush    int
	answer  bool          // the burst answers a key frame request: they were sent before
	squeeze bool          // they had no timestamps of their own: one tick a frame
	rushAt  time.Duration // output time of the burst's next packet
	still   bool          // after a jump: in a pause, one frame is shown
	needKey bool          // drop frames up to the next key frame
	jumped  bool          // the next frame does not go on from the one before

	rewriter
	line line
	ring ring
	pli  backoff
	// keyAt is the output time at which a key frame was sent last.
	keyAt time.Duration
	burst time.Duration // how much the last answer sent again

	stats   TrackStats
	missing []uint16 // numbers that are to be sent again
}

// line carries timestamps: ticks of the media against ticks of output time,
// since the last change of the timeline.
type line struct {
	out, pos int64
	speed    float64
	// floor: what was sent before a jump stays behind what comes after it.
	floor int64
	// top is the greatest so far; jumpTop was it at the last jump.
	top, jumpTop int64
	frame        int64 // of the frame being sent
}

func newTrack(id int, s *Session, sink Sink) *track {
	r := s.recs[id]
	t := &track{
		id: id, rec: r, zero: s.zero[id], sink: sink,
		video: r.Codec.Kind == mjr.Video, jumped: true,
		rewriter: newRewriter(r, sink),
		line:     line{top: -1, jumpTop: -1, floor: math.MinInt64},
		ring:     make(ring, audioRing),
	}
	if t.video {
		t.ring = make(ring, videoRing)
	}
	if t.sink.SSRC == 0 {
		t.sink.SSRC = rand.Uint32()
	}
	return t
}

// move takes over a change of the timeline.
//
// At any speed but 1 audio is muted: what is encrypted cannot be stretched,
// and played as it is it would fall ever further behind.
func (t *track) move(l timeline) {
	t.skip(l.pos)
	t.muted = !t.video && l.speed != 1
	t.line.out, t.line.pos = t.rec.ticks(l.out), t.rec.ticks(l.pos-t.zero)
	t.line.speed = l.speed
}

// jump goes on at another place of the recording.
func (t *track) jump(s start, out time.Duration) {
	t.next, t.rush, t.answer, t.squeeze, t.rushAt = s.next, s.until, false, true, out
	t.still = t.video
	t.line.jumpTop = t.line.top
	t.line.floor = t.line.top + 1
	t.leap()
}

// leap is for any step of the source that is not from a frame to the next.
func (t *track) leap() {
	t.jumped = true
	t.needKey = t.waits() && t.next < len(t.rec.index) && !t.rec.index[t.next].flags.has(key)
}

// waits reports whether a jump of the source has to be closed at a key frame.
func (t *track) waits() bool { return t.video && len(t.rec.keys) > 0 }

// advance moves on to the next packet that is to be sent, and reports whether
// there is one.
func (t *track) advance() bool {
	for t.next < len(t.rec.index) {
		f := t.rec.index[t.next].flags
		if f.has(starts) {
			if f.has(hole) {
				t.jumped = true
				t.needKey = t.waits()
			}
			if f.has(key) {
				t.needKey = false
			}
		}
		if !t.needKey && !f.has(broken) {
			return true
		}
		if !t.answering() {
			t.stats.Dropped++
		}
		t.jumped = true
		t.next++
	}
	return false
}

// answering reports whether the next packet was sent before.
func (t *track) answering() bool { return t.next < t.rush && t.answer }

// skip passes over what is muted, up to a session time.
func (t *track) skip(pos time.Duration) {
	for t.muted && t.next < len(t.rec.index) && t.at(t.next) < pos {
		t.stats.Muted++
		t.next++
		t.jumped = true
	}
}

// due is the output time of the next packet.
func (t *track) due(l timeline) time.Duration {
	if t.muted || !t.advance() {
		return outOfReach
	}
	if t.next < t.rush {
		return t.rushAt
	}
	return l.when(t.at(t.next))
}

// at is the session time of a packet.
func (t *track) at(index int) time.Duration { return t.zero + t.rec.duration(t.rec.index[index].time) }

// natural is the timestamp that a packet has by its media time, in ticks of
// output time.
func (l *line) natural(media int64) int64 {
	d := media - l.pos
	if l.speed != 1 {
		d = int64(math.Floor(float64(d) / l.speed))
	}
	return l.out + d
}

// stamp is the timestamp of the next packet.
func (t *track) stamp(e *entry) int64 {
	l := &t.line
	if !e.flags.has(starts) && !t.jumped {
		return l.frame
	}
	v := l.natural(e.time)
	switch {
	case t.next < t.rush && t.squeeze:
		v = l.top + 1
		l.floor = v + 1
	case t.next < t.rush:
	case v < l.floor:
		// Frames with one timestamp would be taken for one frame.
		v = l.floor
		l.floor++
	}
	l.frame, l.top = v, max(l.top, v)
	return v
}

// rushGap is how long after one packet of a burst the next one is sent: some
// 100 Mbit/s, as what a burst overflows is lost.
const rushGap = 100 * time.Microsecond

// passed moves on over a packet that was sent.
func (t *track) passed() {
	if t.next < t.rush {
		t.rushAt += rushGap
	}
	t.next++
	t.jumped = false
}

// backoff answers requests for key frames less and less often while they go
// on: a receiver with a wrong key asks for ever.
type backoff struct {
	wait time.Duration // after the last answer
	last time.Duration // output time of the last answer
}

const (
	firstBackoff = 500 * time.Millisecond
	lastBackoff  = 8 * time.Second
)

// allow reports whether a request is to be answered now.
func (b *backoff) allow(now time.Duration) bool {
	since := now - b.last
	switch {
	case b.wait == 0 || since >= 2*b.wait+firstBackoff:
		b.wait = firstBackoff // the first one, or none for long
	case since < b.wait:
		return false
	default:
		b.wait = min(2*b.wait, lastBackoff)
	}
	b.last = now
	return true
}
