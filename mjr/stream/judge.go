package stream

// verdict says what a packet is to the stream.
type verdict uint8

const (
	fits      verdict = iota // has a place, held.seq
	duplicate                // its number came before
	late                     // its number is waited for no longer
	strange                  // not of this sender, or not of these numbers
)

// admit takes in a packet of a known stream.
func (r *Reorder) admit(h *held) {
	v := r.judge(h)
	if v == strange && r.hole(h) {
		v = fits
	}
	switch v {
	case fits:
		r.place(h)
	case duplicate:
		r.drop(h, &r.counts.Duplicate)
	case late:
		r.drop(h, &r.counts.Late)
	default:
		r.doubt(h)
	}
}

// judge finds a packet's number, nearest to the newest one. A number that
// came before must have the same timestamp and bytes, one that is too old a
// timestamp that fits: else the sender started afresh.
func (r *Reorder) judge(h *held) verdict {
	s := &r.sender
	if h.header.SSRC != s.ssrc {
		return strange
	}
	h.seq = Unwrap16(s.top, h.header.SequenceNumber)
	switch {
	case h.seq > s.top:
		if h.seq-s.top > max(r.window, maxDropout) {
			return strange
		}
		return fits
	case h.seq >= s.next:
		k := r.ring.at(h.seq)
		if k == nil {
			return fits
		}
		return again(h, k.header.Timestamp, fingerprint(k.payload))
	case h.seq < s.next-historySpan:
		return strange
	}
	if was, sum, ok := s.history.find(h.seq); ok {
		return again(h, was, sum)
	}
	if !s.resent(h.seq, h.header.Timestamp, r.clock.rate) {
		return strange
	}
	if s.starting && s.top-h.seq < r.window {
		return fits
	}
	return late
}

// again compares a packet with the one that had its number before.
func again(h *held, ts uint32, sum uint16) verdict {
	if h.padding || h.header.Timestamp == ts && fingerprint(h.payload) == sum {
		return duplicate
	}
	return strange
}

// hole recognises a jump of the numbers forward on which both clocks agree,
// and gives h its number.
func (r *Reorder) hole(h *held) bool {
	s, c := &r.sender, &r.clock
	if h.header.SSRC != s.ssrc || !c.trust.ok() || !h.hasArrival || !s.topHasArrival {
		return false
	}
	passed := c.passed(s.topArrival, h.arrival)
	gone := Unwrap32(passed, h.header.Timestamp-s.topTS)
	return c.agree(gone, passed) && r.forward(h, gone)
}

// forward puts h above the newest number, if so many packets can have been
// sent in that time.
func (r *Reorder) forward(h *held, gone int64) bool {
	steps := int64(h.header.SequenceNumber - uint16(r.sender.top))
	if steps == 0 {
		steps = 1 << 16
	}
	if gone < steps*r.clock.rate/maxPackets {
		return false
	}
	h.seq, h.hole = r.sender.top+steps, true
	return true
}

// place gives a packet that has its number its place.
func (r *Reorder) place(h *held) {
	r.dismiss()
	r.sender.place(h, r.window)
	r.pending = h
}

// begin starts a new sender with h.
func (r *Reorder) begin(h *held) {
	r.sender.begin(h, r.window)
	r.place(h)
}

// flush gives up all that is missing.
func (r *Reorder) flush() {
	if r.sender.known {
		r.sender.starting = false
		r.sender.floor = r.sender.top + 1
	}
}

// drop lets a packet go and counts it, unless it is counted as padding.
func (r *Reorder) drop(h *held, count *int64) {
	if !h.padding {
		*count++
	}
	r.release(h)
}
