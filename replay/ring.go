package replay

// sent is what was made of a packet when it was sent: enough to make the same
// again from the recording.
type sent struct {
	index     uint32
	timestamp uint32
	seq       uint16
	picture   uint16
	frame     uint16
	tl0       uint8
	again     uint8 // how often it was sent again
	used      bool
}

// maxAgain bounds how often one packet is sent again: receivers ask ten times
// before they give up, and a stranger asks for ever.
const maxAgain = 10

// ring finds what was sent by its sequence number. It outlives seeks, as
// receivers do not know of those.
type ring []sent

// The packets of the last seconds of audio, and of some more of video. Both
// are powers of two.
const (
	audioRing = 256
	videoRing = 2048
)

func (r ring) put(s sent) { r[int(s.seq)&(len(r)-1)] = s }

// find returns nil for what was never sent, or is too old.
func (r ring) find(seq uint16) *sent {
	s := &r[int(seq)&(len(r)-1)]
	if !s.used || s.seq != seq {
		return nil
	}
	return s
}

// stamped finds the newest frame with this timestamp, going back from the
// number sent last.
func (r ring) stamped(last uint16, timestamp uint32) (int, bool) {
	for n := range len(r) {
		s := r.find(last - uint16(n))
		if s == nil {
			break
		}
		if s.timestamp == timestamp {
			return int(s.index), true
		}
	}
	return 0, false
}
