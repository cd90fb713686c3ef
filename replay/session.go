package replay

import (
	"math"
	"sort"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

// Session is the recordings of one call on one clock. It does not change, and
// may be used by several goroutines. Its times count from its first packet.
type Session struct {
	recs []*Recording
	// zero is the session time of each recording's media time 0.
	zero     []time.Duration
	duration time.Duration
}

// Span is a hole in a recording.
type Span struct {
	From, To time.Duration // of the packets on both sides
	Packets  int64         // that were lost
}

// farApart is how far the parts of one call may lie apart by the wall clock.
// Clocks that were never set lie decades apart.
const farApart = 7 * 24 * time.Hour

// NewSession puts recordings on one clock: by the wall clock of their first
// packets (the header's "u"), corrected by how much those were delayed. Sender
// reports tell the delay; without them, or if they cannot be right, the packet
// that came soonest does. A recording without a wall clock, or one of another
// week, starts with the first. All are taken to be of one sender.
func NewSession(recs ...*Recording) *Session {
	s := &Session{recs: recs, zero: make([]time.Duration, len(recs))}
	early := align(recs)
	var earliest time.Time
	for i, r := range recs {
		if at, ok := r.began(early[i]); ok && (earliest.IsZero() || at.Before(earliest)) {
			earliest = at
		}
	}
	for i, r := range recs {
		if len(r.index) == 0 {
			continue
		}
		s.zero[i] = -r.duration(r.first)
		if at, ok := r.began(early[i]); ok && at.Sub(earliest) < farApart {
			s.zero[i] += at.Sub(earliest)
		}
		s.duration = max(s.duration, s.zero[i]+r.duration(r.end))
	}
	return s
}

// began is when the first of the media was sent, by the recorder's clock: early
// is how much longer than others it was on its way.
func (r *Recording) began(early time.Duration) (time.Time, bool) {
	if r.Header.FirstFrame.IsZero() || len(r.index) == 0 {
		return time.Time{}, false
	}
	return r.Header.FirstFrame.Add(r.lead - early + r.duration(r.first)), true
}

// align finds by how much later than the others packets of a recording came,
// from what the headers say of the sender's clock.
func align(recs []*Recording) []time.Duration {
	starts := make([]stream.Start, len(recs))
	for i, r := range recs {
		if r.Header.FirstFrame.IsZero() || len(r.index) == 0 || r.ByArrival {
			continue
		}
		starts[i].Received = r.Header.FirstFrame.Add(r.lead)
		starts[i].Sent, _ = stream.Sent(r.Header, r.Codec.ClockRate, r.Packets.StartTimestamp)
	}
	early, _, _ := stream.Align(starts) // where clocks disagree, "mjr info" tells
	return early
}

// Tracks are the recordings, in the order of NewSession. A track is named by
// its index among them.
func (s *Session) Tracks() []*Recording { return s.recs }

// Duration is from the first packet to the end of the last frame.
func (s *Session) Duration() time.Duration { return s.duration }

// KeyFrames are when decoding of a track can start; nil where that is not
// visible, and of audio.
func (s *Session) KeyFrames(track int) []time.Duration {
	var all []time.Duration
	for _, k := range s.recs[track].keys {
		all = append(all, s.due(track, k))
	}
	return all
}

// Losses are the holes in a track.
func (s *Session) Losses(track int) []Span {
	var all []Span
	for _, l := range s.recs[track].losses {
		all = append(all, Span{s.due(track, l.behind-1), s.due(track, l.behind), l.packets})
	}
	return all
}

// due is the session time of a packet.
func (s *Session) due(track, index int) time.Duration {
	r := s.recs[track]
	return s.zero[track] + r.duration(r.index[index].time)
}

// reach finds the first packet of a track that is due at a time or later.
func (s *Session) reach(track int, at time.Duration) int {
	return sort.Search(len(s.recs[track].index), func(i int) bool { return s.due(track, i) >= at })
}

// nearKey is how far back from the target a seek goes for a key frame. From
// one that is further away all is sent as a burst, and playing starts at the
// target.
const nearKey = 10 * time.Second

// start is where a track begins to play after a seek.
type start struct {
	next  int // the packet to go on with
	until int // packets before this one are overdue, and sent as a burst
}

// seekTo finds the time that playing goes on from: that of the earliest of the
// key frames that decoding of the tracks has to start at, if those are near.
func (s *Session) seekTo(target time.Duration, sent func(track int) bool, keys [][]int) time.Duration {
	at := target
	for i, r := range s.recs {
		if r.Codec.Kind != mjr.Video || !sent(i) {
			continue
		}
		if k, ok := s.keyBefore(i, keys[i], target); ok && target-s.due(i, k) <= nearKey {
			at = min(at, s.due(i, k))
		}
	}
	return at
}

// enter finds where a track begins to play when the session goes on at a time
// that seekTo found for the target.
func (s *Session) enter(track int, at, target time.Duration, keys []int) start {
	r := s.recs[track]
	here := s.reach(track, at)
	if r.Codec.Kind != mjr.Video || here == 0 {
		return start{next: here, until: here}
	}
	if i := sort.SearchInts(keys, here); i < len(keys) && s.due(track, keys[i]) <= target {
		return start{next: keys[i], until: keys[i]}
	}
	if k, ok := s.keyBefore(track, keys, at); ok {
		return start{next: k, until: here}
	}
	if len(r.keys) > 0 {
		return start{next: here, until: here}
	}
	return start{until: here}
}

// keyBefore finds the last key frame that is due at a time or earlier.
func (s *Session) keyBefore(track int, keys []int, at time.Duration) (int, bool) {
	i := sort.Search(len(keys), func(i int) bool { return s.due(track, keys[i]) > at })
	if i == 0 {
		return 0, false
	}
	return keys[i-1], true
}

// outOfReach is a time that no session has.
const outOfReach = time.Duration(math.MaxInt64)
