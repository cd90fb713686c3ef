package postprocess

import (
	"math"
	"time"
)

// ticks is a number of ticks of a clock as time. What a Duration cannot hold,
// 292 years, is the most it can.
func ticks(n int64, rate int) time.Duration {
	r := int64(max(rate, 1))
	s := n / r
	const most = math.MaxInt64/int64(time.Second) - 1
	if s > most || s < -most {
		s = max(min(s, most), -most)
		return time.Duration(s) * time.Second
	}
	return time.Duration(s)*time.Second + time.Duration(n%r)*time.Second/time.Duration(r)
}
