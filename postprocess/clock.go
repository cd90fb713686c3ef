package postprocess

import (
	"math"
	"time"
)

// ticks is a number of ticks of a clock as time, at most 73 years either way:
// sums and differences of two of them are still a Duration.
func ticks(n int64, rate int) time.Duration {
	const most = math.MaxInt64 / 4 / int64(time.Second)
	r := int64(max(rate, 1))
	s := n / r
	if s >= most || s <= -most {
		return time.Duration(max(min(s, most), -most)) * time.Second
	}
	return time.Duration(s)*time.Second + time.Duration(n%r)*time.Second/time.Duration(r)
}
