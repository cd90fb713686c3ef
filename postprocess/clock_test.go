package postprocess

import (
	"math"
	"testing"
	"time"
)

func TestTicks(t *testing.T) {
	const years = 365 * 24 * time.Hour
	for _, c := range []struct {
		n    int64
		rate int
		want time.Duration
	}{
		{0, 90000, 0},
		{90000, 90000, time.Second},
		{-45000, 90000, -time.Second / 2},
		{1, 48000, 20833 * time.Nanosecond},
		{48000*3600*24*30 + 24000, 48000, 30*24*time.Hour + time.Second/2}, // n seconds in nanoseconds would overflow
	} {
		if got := ticks(c.n, c.rate); got != c.want {
			t.Errorf("%d at %d Hz: got %v, want %v", c.n, c.rate, got, c.want)
		}
	}
	for _, rate := range []int{0, 1, 8000, 90000} {
		most, least := ticks(math.MaxInt64, rate), ticks(math.MinInt64, rate)
		if most < 73*years || most-least < most || most+2*24*time.Hour < most {
			t.Errorf("at %d Hz from %v to %v", rate, least, most)
		}
	}
}
