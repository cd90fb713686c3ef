package stream

import "time"

// How far the clock trusts timestamps without asking, in seconds.
const (
	// backSeconds: B-frames lie this far before frames sent earlier, at most.
	backSeconds = 1
	// aheadSeconds: the sender may have been silent (DTX, a still screen).
	aheadSeconds = 10
	// blindSeconds replaces aheadSeconds where no received time can be asked.
	blindSeconds = 300
	// pauseSeconds is how much longer than its RTP time a step must have
	// taken to be called a pause of the recorder.
	pauseSeconds = 1
)

// clock carries the timestamps of a stream on to 64 bits, over wraps and
// over resets of the sender's clock. It is run in the order of the sequence
// numbers.
//
// A reset can look like a wrap: only received time tells them apart. Where
// RTP time and received time both jump, and by the same amount, it is a hole;
// where RTP time jumps alone the sender started afresh, and the stream goes
// on by the received time. Where received time jumps alone the recorder was
// paused, and RTP time stays as it is.
type clock struct {
	rate    int64
	running bool
	begin   uint32 // of the first packet written
	ts      uint32 // of the packet before
	time    int64  // of the packet before
	newest  int64  // the greatest so far
	oldest  int64  // the least so far
	step    int64  // between the last two frames

	// The last packet that came in order, with its received time.
	refTime    int64
	refArrival time.Duration
	hasRef     bool

	trust        trust
	resets       int64
	pause, drift int64 // received time beyond RTP time, in ticks
}

func newClock(rate int) clock {
	if rate <= 0 {
		rate = 90000
	}
	r := int64(min(rate, 1<<30))
	return clock{rate: r, step: r / 50, trust: trust{second: r}}
}

// start sets time 0.
func (c *clock) start(ts uint32) { c.begin, c.ts = ts, ts }

// next is the time of a packet whose timestamp goes on from the one before;
// false if it does not.
func (c *clock) next(ts uint32) (int64, bool) {
	t := c.time + int64(int32(ts-c.ts))
	if !c.running {
		// The first in order is not always the first written.
		return t, t >= -blindSeconds*c.rate && t <= aheadSeconds*c.rate
	}
	return t, t >= c.newest-backSeconds*c.rate && t <= c.newest+aheadSeconds*c.rate
}

// jump is the time of a packet whose timestamp does not go on: after a hole,
// or after a reset. hole says that the numbers jumped as well, by as much;
// fresh that the sender changed.
func (c *clock) jump(ts uint32, arrival time.Duration, hasArrival, hole, fresh bool) int64 {
	if !c.running {
		return 0
	}
	t := c.time + int64(int32(ts-c.ts))
	if c.trust.ok() && c.hasRef && hasArrival {
		passed := c.passed(c.refArrival, arrival)
		expect := c.refTime + passed
		t = Unwrap32(expect, uint32(t)) // holes may span several wraps
		if t > c.newest && c.agree(t-c.refTime, passed) {
			return t
		}
		c.resets++
		return max(expect, c.newest+c.step)
	}
	if !fresh && t > c.newest && (hole || t-c.newest <= blindSeconds*c.rate) {
		return t
	}
	c.resets++
	return c.newest + c.step
}

// set makes t the time of the packet with this timestamp.
func (c *clock) set(ts uint32, t int64) {
	if !c.running {
		c.running = true
		c.newest, c.oldest = t, t
	}
	if d := t - c.newest; d > 0 {
		if d <= c.rate {
			c.step = d
		}
		c.newest = t
	}
	c.oldest = min(c.oldest, t)
	c.ts, c.time = ts, t
}

// arrived compares RTP time with received time after a packet that came in
// order; steady says that its timestamp went on from the one before.
func (c *clock) arrived(t int64, arrival time.Duration, steady bool) {
	if c.hasRef && steady {
		passed := c.passed(c.refArrival, arrival)
		behind := passed - (t - c.refTime)
		switch {
		case !c.trust.ok():
		case behind >= pauseSeconds*c.rate:
			c.pause += behind
		default:
			c.drift += behind
		}
		c.trust.compare(passed, t-c.refTime)
	}
	c.refTime, c.refArrival, c.hasRef = t, arrival, true
}

// agree reports whether RTP time and received time passed alike, as far as
// clocks and networks can be.
func (c *clock) agree(rtp, received int64) bool {
	return within(rtp-received, aheadSeconds*c.rate+received/100)
}

// passed is the received time between two packets, in ticks. Files store it
// in 32 bits, which wrap.
func (c *clock) passed(from, to time.Duration) int64 {
	const wrap = 1 << 32 * time.Millisecond
	d := to - from
	if d < -wrap/2 {
		d += wrap
	}
	return int64(d/time.Second)*c.rate + int64(d%time.Second)*c.rate/int64(time.Second)
}

func (c *clock) duration(ticks int64) time.Duration {
	return time.Duration(ticks/c.rate)*time.Second + time.Duration(ticks%c.rate)*time.Second/time.Duration(c.rate)
}

func within(d, bound int64) bool { return d <= bound && d >= -bound }
