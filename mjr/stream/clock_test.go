package stream

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

func TestClock(t *testing.T) {
	for _, s := range []sin{
		{
			name: "a wrap on the frame",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p, 0, -half*frame, 0)
				return p
			},
		},
		{
			name: "a wrap inside a frame, and a late packet across it",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p, 0, -half*frame-7, 0)
				return move(p, half-1, half+20)
			},
			want: Report{Reordered: 1},
		},
		{
			name: "back by 3e9, which looks like a wrap",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, -3e9, 0)
				return p
			},
			want:  Report{ClockResets: 1},
			about: true,
		},
		{
			name: "ahead by 1.5e9",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, 1.5e9, 0)
				return p
			},
			want:  Report{ClockResets: 1},
			about: true,
		},
		{
			name: "back by 10e6",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, -10e6, 0)
				return p
			},
			want:  Report{ClockResets: 1},
			about: true,
		},
		{
			name: "back by 2 s",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, -2*rate0, 0)
				return p
			},
			want:  Report{ClockResets: 1},
			about: true,
		},
		{
			name: "back to 0 at the second packet",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[1:], 0, 2e9, 0)
				return p
			},
			want: Report{ClockResets: 1},
		},
		{
			name: "back by 3e9, in a file without received times",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, -3e9, 0)
				noArrival(p)
				return p
			},
			want: Report{ClockResets: 1},
		},
		{
			name: "back by 10e6, in a file without received times",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, -10e6, 0)
				noArrival(p)
				return p
			},
			want: Report{ClockResets: 1},
		},
		{
			name: "ahead by 1.5e9, received times are 0 and 1",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, 1.5e9, 0)
				for i := range p {
					p[i].Arrival = time.Duration(i%2) * time.Millisecond
				}
				return p
			},
			want: Report{ClockResets: 1},
		},
		{
			name: "ahead by 1.5e9, received times are noise",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, 1.5e9, 0)
				r := rand.New(rand.NewPCG(1, 1))
				for i := range p {
					p[i].Arrival = time.Duration(r.Uint32()) * time.Millisecond
				}
				return p
			},
			want: Report{ClockResets: 1},
		},
		{
			name: "back by 10e6, received times run backwards",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, -10e6, 0)
				for i := range p {
					p[i].Arrival = time.Hour - time.Duration(i)*20*time.Millisecond
				}
				return p
			},
			want: Report{ClockResets: 1},
		},
		{
			name: "back by 10e6, received times are in a smaller unit",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, -10e6, 0)
				for i := range p {
					p[i].Arrival *= 1000
				}
				return p
			},
			want: Report{ClockResets: 1},
		},
		{
			name: "five minutes of silence, in step with received time",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, 300*rate0, 300*time.Second)
				return p
			},
			times: after(half, 300*rate0),
		},
		{
			name: "five minutes that received time does not show",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, 300*rate0, 0)
				return p
			},
			want:  Report{ClockResets: 1},
			about: true,
		},
		{
			name: "a reset during a hole of one minute",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, 2e9, time.Minute)
				return p
			},
			want:  Report{ClockResets: 1},
			times: after(half, 60*rate0),
			about: true,
		},
		{
			name: "a reset in a packet that was sent again a second later",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, 1e9, 0)
				p[half].Arrival = p[half+50].Arrival
				return move(p, half, half+50)
			},
			want:  Report{ClockResets: 1, Reordered: 1},
			about: true,
		},
		{
			name: "received time that wraps in a hole of one minute, and a reset",
			commit: func(p []mjr.Packet) []mjr.Packet {
				const wrap = 1 << 32 * time.Millisecond
				shift(p[half:], 0, 1e9, time.Minute)
				before := p[half-1].Arrival + time.Millisecond
				for i := range p {
					p[i].Arrival = (p[i].Arrival + wrap - before) % wrap
				}
				return p
			},
			want:  Report{ClockResets: 1},
			times: after(half, 60*rate0),
			about: true,
		},
		{
			name: "a pause of the recorder",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, 0, time.Minute)
				return p
			},
		},
	} {
		t.Run(s.name, s.run)
	}
}

func TestPauseIsTold(t *testing.T) {
	p := opus(t)
	shift(p[200:], 0, 0, time.Minute)
	shift(p[400:], 0, 0, 5*time.Second)
	_, r := drain(t, &slice{packets: p}, Options{ClockRate: rate0})
	if d := r.PauseTotal - 65*time.Second; d.Abs() > 100*time.Millisecond {
		t.Errorf("paused for %v, want 1m5s", r.PauseTotal)
	}
	if r.ClockDrift.Abs() > 200*time.Millisecond || !r.ArrivalBelieved {
		t.Errorf("drift %v, believed %v", r.ClockDrift, r.ArrivalBelieved)
	}
}

func TestRetransmissionIsNoPause(t *testing.T) {
	p := opus(t)
	p[half].Arrival = p[half+100].Arrival
	_, r := drain(t, &slice{packets: move(p, half, half+100)}, Options{ClockRate: rate0})
	if r.PauseTotal != 0 || r.ClockDrift.Abs() > 200*time.Millisecond || r.Reordered != 1 {
		t.Errorf("paused for %v, drifted by %v, %d reordered", r.PauseTotal, r.ClockDrift, r.Reordered)
	}
}

func TestDriftIsTold(t *testing.T) {
	p := opus(t)
	for i := range p {
		p[i].Arrival = time.Duration(i) * 21 * time.Millisecond
	}
	_, r := drain(t, &slice{packets: p}, Options{ClockRate: rate0})
	if want := (599 - trustEarned) * time.Millisecond; r.ClockDrift != want || r.PauseTotal != 0 {
		t.Errorf("drift %v, pause %v, want %v, 0", r.ClockDrift, r.PauseTotal, want)
	}
}

func TestLiesAreNotBelieved(t *testing.T) {
	for name, arrival := range map[string]func(i int) time.Duration{
		"always 0":   func(int) time.Duration { return 0 },
		"0 and 1":    func(i int) time.Duration { return time.Duration(i&1) * time.Millisecond },
		"backwards":  func(i int) time.Duration { return time.Hour - time.Duration(i)*20*time.Millisecond },
		"too fast":   func(i int) time.Duration { return time.Duration(i) * 100 * time.Millisecond },
		"too slow":   func(i int) time.Duration { return time.Duration(i) * 20 * time.Microsecond },
		"huge":       func(i int) time.Duration { return time.Duration(i) << 50 },
		"overflowed": func(i int) time.Duration { return time.Duration(-1 << 63 >> (i % 3)) },
	} {
		t.Run(name, func(t *testing.T) {
			p := opus(t)
			for i := range p {
				p[i].Arrival = arrival(i)
			}
			all, r := drain(t, &slice{packets: p}, Options{ClockRate: rate0})
			if r.ArrivalBelieved {
				t.Error("believed")
			}
			for i := range all {
				if all[i].Time != int64(i)*frame {
					t.Fatalf("packet %d lies at %d", i, all[i].Time)
				}
			}
		})
	}
}

func TestFramesThatGoBackwards(t *testing.T) {
	// Order of decoding, as timestamps of 25 frames a second: I P B B P B B …
	shown := []int64{0, 3, 1, 2, 6, 4, 5, 9, 7, 8}
	c := newClock(90000)
	c.start(1 << 31)
	for i, n := range shown {
		// Two packets a frame have one time.
		for range 2 {
			ts := uint32(1<<31 + n*3600)
			got, ok := c.next(ts)
			if !ok || got != n*3600 {
				t.Fatalf("frame %d lies at %d (%v), want %d", i, got, ok, n*3600)
			}
			c.set(ts, got)
		}
	}
}

func TestUnwrap(t *testing.T) {
	for _, c := range []struct{ ref, got, want int64 }{
		{0, Unwrap16(0, 65535), -1},
		{65535, Unwrap16(65535, 0), 65536},
		{65536 + 5, Unwrap16(65536+5, 65530), 65530},
		{-1, Unwrap16(-1, 1), 1},
		{1<<32 - 1, Unwrap32(1<<32-1, 0), 1 << 32},
		{1 << 32, Unwrap32(1<<32, 1<<32-1), 1<<32 - 1},
		{3 << 32, Unwrap32(3<<32, 960), 3<<32 + 960},
		{-5, Unwrap32(-5, 5), 5},
	} {
		if c.got != c.want {
			t.Errorf("from %d: got %d, want %d", c.ref, c.got, c.want)
		}
	}
}
