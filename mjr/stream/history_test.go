package stream

import (
	"math/rand/v2"
	"testing"
)

// A history told in words of 64 numbers agrees with one told number by number.
func TestHistory(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	var h history
	came := make(map[int64]uint32)
	next := int64(-70)
	for range 3000 {
		if random.IntN(3) > 0 {
			for range random.IntN(100) {
				ts := random.Uint32()
				h.add(next, ts, uint16(ts))
				came[next] = ts
				next++
			}
		} else {
			n := random.Int64N(300)
			if random.IntN(100) == 0 {
				n = historySpan + random.Int64N(2)
			}
			h.lost(next, next+n)
			next += n
		}
		floor := next - historySpan
		seq := next - 1 - random.Int64N(1000)
		want, wantOK := came[seq]
		if got, sum, ok := h.find(seq); ok != wantOK || ok && (got != want || sum != uint16(want)) {
			t.Fatalf("number %d, %d before the newest: %d, %v, want %d, %v", seq, next-seq, got, ok, want, wantOK)
		}
		low, high := seq, seq
		for low >= floor && !has(came, low) {
			low--
		}
		for high < next && !has(came, high) {
			high++
		}
		if got, ok := h.below(seq, floor); ok != (low >= floor) || ok && got != came[low] {
			t.Fatalf("below %d: %d, %v, want that of %d", seq, got, ok, low)
		}
		if got, ok := h.above(seq, next); ok != (high < next) || ok && got != came[high] {
			t.Fatalf("above %d: %d, %v, want that of %d", seq, got, ok, high)
		}
	}
}

func has(m map[int64]uint32, seq int64) bool {
	_, ok := m[seq]
	return ok
}
