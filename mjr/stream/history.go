package stream

import "math/bits"

// historySpan is how far back 16-bit sequence numbers tell old from new.
const historySpan = 1 << 15

// history knows which of the last historySpan numbers came, and when their
// senders say they were made. It tells a packet sent again from one of a
// sender that started its numbers afresh.
type history struct {
	came  [historySpan / 64]uint64
	times [historySpan]uint32
}

func (h *history) add(seq int64, ts uint32) {
	i := seq & (historySpan - 1)
	h.came[i/64] |= 1 << (i % 64)
	h.times[i] = ts
}

func (h *history) lost(seq int64) {
	i := seq & (historySpan - 1)
	h.came[i/64] &^= 1 << (i % 64)
}

func (h *history) clear() { h.came = [historySpan / 64]uint64{} }

// find returns the timestamp of a number, if it came.
func (h *history) find(seq int64) (uint32, bool) {
	i := seq & (historySpan - 1)
	return h.times[i], h.came[i/64]>>(i%64)&1 != 0
}

// below finds the nearest number at or below seq that came, down to floor.
func (h *history) below(seq, floor int64) (uint32, bool) {
	for seq >= floor {
		i := seq & (historySpan - 1)
		if w := h.came[i/64] << (63 - i%64); w != 0 {
			seq -= int64(bits.LeadingZeros64(w))
			return h.times[seq&(historySpan-1)], seq >= floor
		}
		seq -= i%64 + 1
	}
	return 0, false
}

// above finds the nearest number at or above seq that came, below end.
func (h *history) above(seq, end int64) (uint32, bool) {
	for seq < end {
		i := seq & (historySpan - 1)
		if w := h.came[i/64] >> (i % 64); w != 0 {
			seq += int64(bits.TrailingZeros64(w))
			return h.times[seq&(historySpan-1)], seq < end
		}
		seq += 64 - i%64
	}
	return 0, false
}
