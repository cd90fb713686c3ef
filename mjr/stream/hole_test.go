package stream

import (
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// Nothing was written for a while, and the sender went on.
func TestHoles(t *testing.T) {
	for _, s := range []sin{
		{
			name: "two hours in which nothing was written",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 360000, 360000*frame, 2*time.Hour)
				return p
			},
			want:  Report{Lost: 360000 % 65536, Gaps: 1},
			times: after(half, 360000*frame),
		},
		{
			name: "two hours in which nothing was written, no received times",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 360000, 360000*frame, 0)
				noArrival(p)
				return p
			},
			want:  Report{Lost: 360000 % 65536, Gaps: 1},
			times: after(half, 360000*frame),
		},
		{
			name: "a hole that makes the numbers look older",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 65000, 65000*frame, 65000*20*time.Millisecond)
				return p
			},
			want:  Report{Lost: 65000, Gaps: 1},
			times: after(half, 65000*frame),
		},
		{
			name: "a hole after which the numbers are the same again",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 65535, 65535*frame, 65535*20*time.Millisecond)
				return p
			},
			want:  Report{Lost: 65535, Gaps: 1},
			times: after(half, 65535*frame),
		},
		{
			name: "thirty hours, a hole longer than the timestamps reach",
			commit: func(p []mjr.Packet) []mjr.Packet {
				n := 30 * 3600 * 50
				shift(p[half:], n, int64(n)*frame, 30*time.Hour)
				return p
			},
			want:  Report{Lost: 30 * 3600 * 50 % 65536, Gaps: 1},
			times: after(half, 30*3600*50*frame),
		},
		{
			name: "two hours by clocks of different speed",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 360000, 360000*frame, 2*time.Hour+30*time.Second)
				return p
			},
			want:  Report{Lost: 360000 % 65536, Gaps: 1},
			times: after(half, 360000*frame),
		},
		{
			name: "numbers and timestamps jump, received time does not",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 20000, 20000*frame, 0)
				return p
			},
			want:  Report{Restarts: 1, ClockResets: 1},
			about: true,
		},
		{
			name: "two packets behind a gap as wide as the window",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[598:], DefaultWindow-1, (DefaultWindow-1)*frame, 0)
				noArrival(p)
				return p
			},
			want:  Report{Lost: DefaultWindow - 1, Gaps: 1},
			times: after(598, (DefaultWindow-1)*frame),
		},
		{
			name: "two packets behind a gap wider than the window",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[598:], DefaultWindow, DefaultWindow*frame, 0)
				noArrival(p)
				return p
			},
			want:  Report{Stray: 2},
			order: sequence(0, 598),
		},
		{
			name: "a hole before the last packet",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[599:], 50000, 50000*frame, 50000*20*time.Millisecond)
				return p
			},
			want:  Report{Lost: 50000, Gaps: 1},
			times: after(599, 50000*frame),
		},
	} {
		t.Run(s.name, s.run)
	}
}

// after is times that are d ticks later from packet n on.
func after(n int, d int64) func(int) int64 {
	return func(i int) int64 {
		if i >= n {
			return int64(i)*frame + d
		}
		return int64(i) * frame
	}
}
