package mjr

// swallowed looks into a frame of size bytes that is followed as it should be,
// for frames that its length reaches over: a corrupted length can lead to the
// beginning of a later frame, and where all frames have one size it easily
// does. It returns where in b they begin, or 0.
//
// The bytes inside are frames only if they go on without a gap to the end, all
// of the same stream, in order with what is around them. A recording that is
// sent as data, and recorded, does not look like that.
func (r *Reader) swallowed(b []byte, size int) int {
	first := frameHead
	for ; ; first++ {
		if first = nextMagic(b[:size], first); first < 0 {
			return 0
		}
		if r.whole(b[first:size]) > 0 {
			break
		}
	}
	before := b[:size]
	if body := b[frameHead:size]; !r.fits(body, len(body)) || r.started && !r.belongs(body) {
		// The outer frame is no measure: more than its length is wrong.
		before = nil
	}
	for at := first; at < size; {
		n := r.whole(b[at:size])
		if n == 0 {
			return 0
		}
		frame := b[at : at+n]
		if before == nil && !r.belongs(frame[frameHead:]) || before != nil && !r.succeeds(before, frame) {
			return 0
		}
		before = frame
		at += n
	}
	if next := b[size:]; r.isFrame(next) && len(next) >= beyond && !r.untimed && stamp(next) < stamp(before) {
		return 0
	}
	return first
}

// whole is the size of the frame that b begins with, 0 if there is none that
// fits.
func (r *Reader) whole(b []byte) int {
	if len(b) < frameHead || !r.isFrame(b) {
		return 0
	}
	size := frameHead + bodyLen(b)
	if size > len(b) || !r.fits(b[frameHead:size], size-frameHead) {
		return 0
	}
	return size
}

// succeeds reports whether a frame goes on from the one before it.
func (r *Reader) succeeds(before, frame []byte) bool {
	if !r.untimed && stamp(frame) < stamp(before) {
		return false
	}
	a, b := before[frameHead:], frame[frameHead:]
	if r.kind == Data {
		return wallClock(a) <= wallClock(b)
	}
	// Where the header is lost either can be a message, and too short for RTP.
	return rtpFits(a, len(a)) && rtpFits(b, len(b)) && ssrc(a) == ssrc(b) && sequence(a) != sequence(b)
}
