package stream

import (
	"errors"
	"fmt"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// Skew is by how much sender reports can move a track against the others, at
// most: what is delayed more is no call any more, and the reports are believed
// to be wrong.
const Skew = 3 * time.Second

var (
	// ErrNoReports says that a recording has no sender reports.
	ErrNoReports = errors.New("no sender reports")
	// ErrReports says that sender reports cannot be right.
	ErrReports = errors.New("sender reports are not used")
)

// Sent finds when Packet.Time of a recording was 0 by the sender's clock, from
// the first sender report in its header. start is Report.StartTimestamp.
//
// A report has to agree with when it came, and two with each other, within
// Skew: the error wraps ErrReports where they do not, and is ErrNoReports where
// there is none.
func Sent(h mjr.Header, clockRate int, start uint32) (time.Time, error) {
	reports := h.Origin().Reports
	if len(reports) == 0 || clockRate <= 0 {
		return time.Time{}, ErrNoReports
	}
	c := newClock(clockRate)
	first := reports[0]
	for _, r := range reports {
		if r.Clock.Equal(unset) {
			return time.Time{}, fmt.Errorf("%w: the sender has no clock", ErrReports)
		}
		rtp := c.since(start, r.Timestamp, r.Arrival)
		if d := rtp - r.Arrival; !agrees(d, r.Arrival) {
			return time.Time{}, fmt.Errorf("%w: one that came after %v is of %v by its timestamp", ErrReports, r.Arrival, rtp.Round(time.Millisecond))
		}
		if d := r.Clock.Sub(first.Clock) - (r.Arrival - first.Arrival); !agrees(d, r.Arrival-first.Arrival) {
			return time.Time{}, fmt.Errorf("%w: the sender's clock jumped", ErrReports)
		}
	}
	return first.Clock.Add(-c.since(start, first.Timestamp, first.Arrival)), nil
}

// unset is what an NTP time of 0 reads as: the sender has no wall clock (RFC
// 3550, section 6.4.1). It is the first second of NTP's second era.
var unset = time.Unix(1<<32-2208988800, 0)

// since is the RTP time from start to a timestamp, of which it is known about
// when that was.
func (c *clock) since(start, ts uint32, about time.Duration) time.Duration {
	ticks := int64(about/time.Second)*c.rate + int64(about%time.Second)*c.rate/int64(time.Second)
	return c.duration(Unwrap32(ticks, ts-start))
}

// agrees reports whether two clocks agree on a time, up to Skew and a hundredth
// of it.
func agrees(differ, passed time.Duration) bool {
	return differ.Abs() <= Skew+passed.Abs()/100
}

// Start is when Packet.Time of a track was 0.
type Start struct {
	Received time.Time // by the recorder's clock; zero if that is not known
	Sent     time.Time // by the sender's clock; zero if that is not known
}

// Align tells of the tracks of one sender by how much the delay of each is
// longer than that of the least delayed one: so much earlier it belongs. All
// are within 0 and Skew.
//
// It takes two tracks that know both times. used tells which ones do; the
// others, and all if there are no two, have 0. The error wraps ErrReports: the
// clocks do not agree within Skew, and all have 0.
func Align(starts []Start) (early []time.Duration, used []bool, err error) {
	early, used = make([]time.Duration, len(starts)), make([]bool, len(starts))
	const unrelated = 24 * time.Hour
	var first *Start
	var least, most time.Duration
	n := 0
	for i := range starts {
		s := &starts[i]
		if s.Received.IsZero() || s.Sent.IsZero() {
			continue
		}
		if first == nil {
			first = s
		}
		received, sent := s.Received.Sub(first.Received), s.Sent.Sub(first.Sent)
		if received.Abs() > unrelated || sent.Abs() > unrelated {
			return disagree(len(starts), sent)
		}
		early[i], used[i] = received-sent, true
		least, most = min(least, early[i]), max(most, early[i])
		n++
	}
	if most-least > Skew {
		return disagree(len(starts), most-least)
	}
	if n < 2 {
		clear(early)
		clear(used)
		return early, used, nil
	}
	for i := range early {
		if used[i] {
			early[i] -= least
		}
	}
	return early, used, nil
}

func disagree(n int, by time.Duration) ([]time.Duration, []bool, error) {
	err := fmt.Errorf("%w: by them the tracks lie %v apart from when they came", ErrReports, by.Round(time.Millisecond))
	return make([]time.Duration, n), make([]bool, n), err
}
