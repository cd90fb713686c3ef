package stream

const (
	// believeAfter packets in a row a change of sender is believed: the idea of
	// RFC 3550, appendix A.1, with one packet more.
	believeAfter = 3
	// returnAfter is the same for the sender that was left last, so that two
	// senders mixed in one file do not take turns.
	returnAfter = 32
	// nearby is how far packets of one sender may lie apart to confirm one
	// another (MAX_MISORDER of RFC 3550, appendix A.1).
	nearby = 100
)

// probation keeps packets that do not fit the stream until they are believed
// to be a new beginning, or turn out to be strays.
type probation struct {
	kept []*held
	// The sender that was left last, if any: its SSRC and greatest number.
	left   bool
	former uint32
	top    uint16
}

// confirms reports whether h may come from the same sender as those kept.
func (p *probation) confirms(h *held) bool {
	if len(p.kept) == 0 {
		return true
	}
	last := &p.kept[len(p.kept)-1].header
	d := int16(h.header.SequenceNumber - last.SequenceNumber)
	return h.header.SSRC == last.SSRC && within(int64(d), nearby)
}

func (p *probation) has(h *held) bool {
	for _, k := range p.kept {
		if k.header.SequenceNumber == h.header.SequenceNumber {
			return true
		}
	}
	return false
}

// enough reports whether those kept are enough to leave the sender with this
// SSRC. One that only changed its numbers may have old ones sent again.
func (p *probation) enough(ssrc uint32) bool {
	first := &p.kept[0].header
	d := int16(first.SequenceNumber - p.top)
	if p.left && first.SSRC == p.former && (ssrc != p.former || within(int64(d), maxDropout)) {
		return len(p.kept) >= returnAfter
	}
	return len(p.kept) >= believeAfter
}

// doubt keeps a packet that does not fit, and believes it once enough others
// confirm it.
func (r *Reorder) doubt(h *held) {
	p := &r.suspect
	if !p.confirms(h) {
		r.dismiss()
	}
	if p.has(h) {
		r.drop(h, &r.counts.Duplicate)
		return
	}
	p.kept = append(p.kept, r.own(h))
	if p.enough(r.sender.ssrc) {
		r.believe()
	}
}

// believe lets those kept take over, or go on with the numbers of the sender
// after a hole.
func (r *Reorder) believe() {
	kept := r.suspect.kept
	first := kept[0]
	r.queue = append(kept, r.queue...)
	r.suspect.kept = nil
	if r.silence(first) {
		r.place(r.dequeue())
		return
	}
	r.suspect.left, r.suspect.former, r.suspect.top = true, r.sender.ssrc, uint16(r.sender.top)
	r.flush()
	r.turn = true
}

// maxSilence bounds holes that no received time confirms, in seconds.
const maxSilence = 4 * 3600

// silence is hole where no received time can be asked: the timestamps went on
// by the time that so many packets take at the sender's pace, give or take
// full turns of the numbers.
func (r *Reorder) silence(h *held) bool {
	s, c := &r.sender, &r.clock
	if h.header.SSRC != s.ssrc || c.trust.ok() && h.hasArrival && s.topHasArrival {
		return false
	}
	pace := s.pace(c.time)
	gone := int64(int32(h.header.Timestamp - s.topTS))
	if pace <= 0 || gone <= 0 || gone > maxSilence*c.rate {
		return false
	}
	steps := int64(h.header.SequenceNumber - uint16(s.top))
	turned := int64(int16(gone/pace-steps)) * pace
	return within(turned, 2*c.rate+gone/500) && r.forward(h, gone)
}

// dismiss lets go of those kept: nothing confirmed them.
func (r *Reorder) dismiss() {
	for _, h := range r.suspect.kept {
		r.drop(h, &r.counts.Stray)
	}
	r.suspect.kept = r.suspect.kept[:0]
}
