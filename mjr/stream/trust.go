package stream

// What it takes to believe received times, counted in packets: some must agree
// with RTP time, and one that contradicts costs as much as sixteen of those.
const (
	trustEarned = 8
	trustMost   = 64
	trustCost   = 16
)

// trust says whether the received times of a recording can be believed.
// Foreign writers exist that store 0, 1, or noise.
type trust struct {
	second int64 // in ticks
	credit int
	// A clock that stands still, or runs too fast, agrees packet by packet. It
	// is caught over a span of seconds, and stays caught until a good one.
	rtp, received int64
	lied          bool
}

func (t *trust) ok() bool { return t.credit >= trustEarned && !t.lied }

// compare takes how much received time and how much RTP time passed between
// two packets, in ticks.
func (t *trust) compare(received, rtp int64) {
	differ := received - rtp
	switch {
	case !within(differ, 10*t.second):
		t.credit = max(t.credit-trustCost, 0)
	case within(differ, 2*t.second):
		t.credit = min(t.credit+1, trustMost)
	}
	if !within(differ, pauseSeconds*t.second) {
		return
	}
	t.rtp += rtp
	t.received += received
	if t.rtp >= 5*t.second {
		t.lied = t.received < t.rtp/2 || t.received > 2*t.rtp
		t.rtp, t.received = 0, 0
	}
}
