package replay

import (
	"sync"
	"time"
)

// Live is one timeline over a Session for many Players: whoever joins sees
// what the others see. Each still has a Player of its own, which knows what
// was sent to it and what it misses; only where they are is shared, and cannot
// be changed by any of them.
type Live struct {
	duration time.Duration
	o        Options

	mu    sync.Mutex
	began time.Time // when the first one joined
}

// NewLive makes a Live. It begins at o.Start when the first Player of it plays.
func NewLive(s *Session, o Options) *Live { return &Live{duration: s.Duration(), o: o} }

// Options are those of a Player of this Live. It holds at the end.
func (l *Live) Options() Options {
	return Options{Speed: l.o.Speed, Loop: l.o.Loop, Hold: true, live: l}
}

// Over reports whether the end was reached.
func (l *Live) Over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.began.IsZero() && !l.o.Loop && l.at(time.Now()) == l.duration
}

// join is where a Player begins that joins now.
func (l *Live) join(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.began.IsZero() {
		l.began = now
	}
	return l.at(now)
}

func (l *Live) at(now time.Time) time.Duration {
	speed := l.o.Speed
	if speed == 0 {
		speed = 1
	}
	at := max(0, l.o.Start) + scale(now.Sub(l.began), speed)
	if l.o.Loop && l.duration > 0 {
		return at % l.duration
	}
	return min(at, l.duration)
}
