package stream

// What it takes to believe received times, counted in packets. They are
// believed once some agree with RTP time; one that contradicts costs as much
// as sixteen that agree, and a clock that stands still or runs wild for
// seconds costs a thousand.
const (
	trustEarned = 8
	trustMost   = 64
	trustLied   = 16
	trustLost   = -1000
)

// trust says whether the received times of a recording can be believed.
// Foreign writers exist that store 0, 1, or noise.
type trust struct {
	second int64 // in ticks
	credit int
	// RTP and received time passed since the last look at their ratio.
	rtp, received int64
}

func (t *trust) ok() bool { return t.credit >= trustEarned }

// compare takes how much received time and how much RTP time passed between
// two packets, in ticks.
func (t *trust) compare(received, rtp int64) {
	differ := received - rtp
	switch {
	case received < 0, !within(differ, 10*t.second):
		t.credit = max(t.credit-trustLied, trustLost)
	case within(differ, 2*t.second):
		t.credit = min(t.credit+1, trustMost)
	}
	if !within(differ, pauseSeconds*t.second) {
		return
	}
	t.rtp += rtp
	t.received += received
	if t.rtp >= 5*t.second {
		if t.received < t.rtp/2 || t.received > 2*t.rtp {
			t.credit = trustLost
		}
		t.rtp, t.received = 0, 0
	}
}
