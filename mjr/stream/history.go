package stream

import (
	"encoding/binary"
	"math/bits"
)

// historySpan is how far back 16-bit sequence numbers tell old from new.
const historySpan = 1 << 15

// history knows which of the last historySpan numbers came, when their
// senders say they were made, and what was in them. It tells a packet sent
// again from one of a sender that started its numbers afresh.
type history struct {
	came  [historySpan / 64]uint64
	times [historySpan]uint32
	sums  [historySpan]uint16
}

func (h *history) add(seq int64, ts uint32, sum uint16) {
	i := seq & (historySpan - 1)
	h.came[i/64] |= 1 << (i % 64)
	h.times[i], h.sums[i] = ts, sum
}

// fingerprint tells payloads apart, by their length and both their ends.
func fingerprint(payload []byte) uint16 {
	n := len(payload)
	if n < 8 {
		var short [8]byte
		copy(short[:], payload)
		payload = short[:]
	}
	const odd = 0x9E3779B97F4A7C15 // 2⁶⁴ divided by the golden ratio
	x := (binary.LittleEndian.Uint64(payload) + uint64(n)) * odd
	x = (x>>32 ^ binary.LittleEndian.Uint64(payload[len(payload)-8:])) * odd
	return uint16(x >> 48)
}

// lost forgets what came in the numbers from seq to end.
func (h *history) lost(seq, end int64) {
	if end-seq >= historySpan {
		h.clear()
		return
	}
	for seq < end {
		i := seq & (historySpan - 1)
		n := min(64-i%64, end-seq)
		h.came[i/64] &^= (1<<n - 1) << (i % 64)
		seq += n
	}
}

func (h *history) clear() { h.came = [historySpan / 64]uint64{} }

// find returns what is known of a number, if it came.
func (h *history) find(seq int64) (ts uint32, sum uint16, ok bool) {
	i := seq & (historySpan - 1)
	return h.times[i], h.sums[i], h.came[i/64]>>(i%64)&1 != 0
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
