package rtc

import (
	"testing"
	"time"
)

func TestGaps(t *testing.T) {
	type arrival struct {
		seq uint16
		at  time.Duration
	}
	const s = time.Second
	for _, c := range []struct {
		name string
		come []arrival
		want int // key frames asked for
	}{
		{"nothing missing", []arrival{{65534, 0}, {65535, s}, {0, 2 * s}, {1, 3 * s}}, 0},
		{"repaired in time", []arrival{{65534, 0}, {1, 0}, {65535, s / 2}, {0, s / 2}, {2, 2 * s}}, 0},
		{"never repaired", []arrival{{1, 0}, {3, 0}, {4, s / 2}, {5, s}, {6, 2 * s}}, 1},
		{"one of two repaired", []arrival{{1, 0}, {4, 0}, {2, s / 2}, {5, s}}, 1},
		{"repaired too late", []arrival{{1, 0}, {3, 0}, {4, s}, {2, s}, {5, 3 * s}}, 1},
		{"two holes, one key frame after both", []arrival{{1, 0}, {3, 0}, {5, s / 2}, {6, s}, {7, 3 * s / 2}, {8, 4 * s}}, 1},
		{"two holes, one key frame between them", []arrival{{1, 0}, {3, 0}, {4, s}, {6, 3 * s / 2}, {7, 5 * s / 2}, {8, 4 * s}}, 2},
		{"a long hole", []arrival{{1, 0}, {900, 0}, {901, s}, {902, 2 * s}}, 1},
		{"came twice", []arrival{{1, 0}, {2, 0}, {2, s}, {1, s}, {3, 2 * s}}, 0},
		{"another stream", []arrival{{1, 0}, {30000, 0}, {30001, 2 * s}}, 0},
		{"another stream, after a hole", []arrival{{1, 0}, {3, 0}, {40000, s / 2}, {40001, 2 * s}}, 0},
		{"back to an old stream's numbers", []arrival{{40000, 0}, {1, 0}, {2, 2 * s}}, 0},
	} {
		var g gaps
		begin := time.Now()
		got := 0
		for _, a := range c.come {
			if g.came(a.seq, begin.Add(a.at)) {
				got++
			}
			if len(g.open) > maxGaps {
				t.Fatalf("%s: %d gaps are waited for", c.name, len(g.open))
			}
		}
		if got != c.want {
			t.Errorf("%s: asked for %d key frames, want %d", c.name, got, c.want)
		}
	}
}
