package replay

import "time"

// timeline says where in the session a Player is. It is a straight line from
// its last change on: session time against output time, which is the wall
// clock since Play began. Timestamps are output time as well, so that they
// stand still for nothing.
type timeline struct {
	began   time.Time     // output time 0
	out     time.Duration // output time of the last change
	pos     time.Duration // session time at the last change
	speed   float64
	running bool
	changes int
}

// output is the output time of a moment.
func (l *timeline) output(now time.Time) time.Duration {
	if l.began.IsZero() {
		return 0
	}
	return now.Sub(l.began)
}

// position is the session time at an output time.
func (l *timeline) position(out time.Duration) time.Duration {
	if !l.running {
		return l.pos
	}
	return l.pos + scale(out-l.out, l.speed)
}

// when is the output time at which a session time is due.
func (l *timeline) when(due time.Duration) time.Duration {
	return l.out + scale(due-l.pos, 1/l.speed)
}

// change begins a new line at an output time.
func (l *timeline) change(out, pos time.Duration) {
	l.out, l.pos = out, pos
	l.changes++
}

// scale does not touch what needs no scaling: a float64 is exact to a
// nanosecond for 104 days only.
func scale(d time.Duration, by float64) time.Duration {
	if by == 1 {
		return d
	}
	return time.Duration(float64(d) * by)
}
