package stream

import "time"

const (
	// settleAfter packets in a row, each after the one before it, the start of
	// a sender is taken as its start.
	settleAfter = 128
	// maxDropout: a step of the numbers up to here is loss, and needs nobody
	// to confirm it (RFC 3550, appendix A.1).
	maxDropout = 3000
	// maxPackets a second is more than any sender sends: a hole in which more
	// are missing is none.
	maxPackets = 5000
	// resentSeconds is how far the timestamp of a retransmission may lie from
	// those of the numbers around it.
	resentSeconds = 10
)

// sender is the one that is believed: its numbers, unwrapped.
type sender struct {
	known bool
	ssrc  uint32
	// starting: next may still turn out to be lower.
	starting bool
	fresh    bool // another sender was there before, and this one gave out nothing

	first   int64 // the least number
	began   int64 // Packet.Time of the first packet given out
	next    int64 // the number to give out
	floor   int64 // numbers below it are waited for no longer
	gap     bool  // the number before next was lost
	last    int64 // the number that came last
	rising  int   // packets in a row that came in order
	history history

	// The greatest number so far, which came in order.
	top           int64
	topTS         uint32
	topArrival    time.Duration
	topHasArrival bool
}

// begin makes h the first packet of a new sender. Its number is put above all
// earlier ones.
func (s *sender) begin(h *held, window int64) {
	h.seq = int64(h.header.SequenceNumber)
	if s.known {
		above := s.top + window
		h.seq = above + int64(h.header.SequenceNumber-uint16(above))
	}
	s.fresh = s.known
	s.known, s.starting = true, true
	s.ssrc = h.header.SSRC
	s.first, s.next, s.gap = h.seq, h.seq, false
	s.floor = h.seq - window + 1
	s.top, s.last, s.rising = h.seq, h.seq-1, 0
	s.history.clear()
}

// place notes a packet that fits the stream. It ends the start if the window
// is full, or enough packets came in order.
func (s *sender) place(h *held, window int64) {
	h.late = h.seq < s.top
	if !h.late {
		s.top, s.topTS = h.seq, h.header.Timestamp
		s.topArrival, s.topHasArrival = h.arrival, h.hasArrival
	}
	s.floor = max(s.floor, h.seq-window+1)
	if !s.starting {
		return
	}
	s.first = min(s.first, h.seq)
	s.next = s.first
	s.rising++
	if h.seq < s.last {
		s.rising = 1
	}
	s.last = h.seq
	if s.floor > s.next || int64(s.rising) >= min(settleAfter, window) {
		s.starting = false
	}
}

// pass moves on over a number that came.
func (s *sender) pass(h *held) {
	s.history.add(s.next, h.header.Timestamp, fingerprint(h.payload))
	s.next++
	s.gap = false
}

// lose moves on over n numbers that did not come, and reports whether they
// begin a gap.
func (s *sender) lose(n int64) bool {
	first := !s.gap
	s.history.lost(s.next, s.next+n)
	s.next += n
	s.gap = true
	return first
}

// pace is how many ticks a packet takes, on average up to time t, which is
// that of the number before next; 0 if too few were seen.
func (s *sender) pace(t int64) int64 {
	if s.next-s.first < 2*trustEarned {
		return 0
	}
	return (t - s.began) / (s.next - s.first - 1)
}

// resent reports whether a number that did not come, and is no longer waited
// for, may have had this timestamp: it lies between those of its neighbours,
// or near one of them.
func (s *sender) resent(seq int64, ts uint32, rate int64) bool {
	after, ok := s.history.above(seq, s.next)
	if !ok {
		after = s.topTS
	}
	up := int64(int32(after - ts))
	before, ok := s.history.below(seq, s.next-historySpan)
	if !ok {
		// Older than all that came.
		return seq >= s.first-maxDropout && up >= -backSeconds*rate && up <= blindSeconds*rate
	}
	down := int64(int32(ts - before))
	between := up >= -backSeconds*rate && down >= -backSeconds*rate
	return between || within(up, resentSeconds*rate) || within(down, resentSeconds*rate)
}
