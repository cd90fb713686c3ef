package decrypt

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestRanges(t *testing.T) {
	const top = math.MaxUint64
	for _, c := range []struct {
		name string
		add  []uint64
		want string
	}{
		{"in order", []uint64{5, 6, 7, 8}, "[{5 8}]"},
		{"backwards", []uint64{8, 7, 6, 5}, "[{5 8}]"},
		{"one late", []uint64{1, 2, 4, 3}, "[{1 4}]"},
		{"a gap stays", []uint64{1, 2, 4, 5}, "[{1 2} {4 5}]"},
		{"a gap is filled from below", []uint64{1, 5, 2, 3, 4}, "[{1 5}]"},
		{"a gap is filled from above", []uint64{1, 5, 4, 3, 2}, "[{1 5}]"},
		{"between two that stay apart", []uint64{1, 9, 5}, "[{1 1} {5 5} {9 9}]"},
		{"two tracks in turn", []uint64{0, 2, 4, 6, 1, 3, 5}, "[{0 6}]"},
		{"both ends of 64 bits", []uint64{top, 0, top - 1, 1}, fmt.Sprintf("[{0 1} {%d %d}]", uint64(top-1), uint64(top))},
	} {
		var r ranges
		for _, v := range c.add {
			r = r.add(v)
		}
		if got := fmt.Sprint(r); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
		for _, v := range c.add {
			if !r.has(v) {
				t.Errorf("%s: %d got lost", c.name, v)
			}
		}
	}
}

func TestRangesForgetTheLowest(t *testing.T) {
	var r ranges
	for n := range uint64(maxRanges) {
		r = r.add(10 * n)
	}
	r = r.add(5)
	if len(r) != maxRanges/2+1 || !r.has(5) || r.has(0) || r.has(10*(maxRanges/2-1)) || !r.has(10*(maxRanges/2)) || !r.has(10*(maxRanges-1)) {
		t.Errorf("%d spans, from %v to %v", len(r), r[0], r[len(r)-1])
	}
}

// FuzzRanges adds counters near to each other and compares with a map.
func FuzzRanges(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 255, 254})
	f.Add([]byte{8, 6, 7, 5, 3, 0, 9})
	f.Fuzz(func(t *testing.T, steps []byte) {
		var r ranges
		model := make(map[uint64]bool)
		for _, b := range steps {
			v := uint64(int64(int8(b))) // half of them at the end of 64 bits
			if got := r.has(v); got != model[v] {
				t.Fatalf("%d is in %v: %t, want %t", v, r, got, model[v])
			}
			if !model[v] {
				r, model[v] = r.add(v), true
			}
		}
		total := uint64(0)
		for i, s := range r {
			if s.lo > s.hi || i > 0 && r[i-1].hi+1 >= s.lo {
				t.Fatalf("%v: spans out of order or without a gap", r)
			}
			total += s.hi - s.lo + 1
		}
		if total != uint64(len(model)) {
			t.Errorf("%v has %d counters, want %d", r, total, len(model))
		}
		if !slices.IsSortedFunc(r, func(a, b span) int { return int(min(a.lo, math.MaxInt32)) - int(min(b.lo, math.MaxInt32)) }) {
			t.Errorf("%v is not sorted", r)
		}
	})
}
