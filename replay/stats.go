package replay

import "slices"

// TrackStats counts the packets of one track by what became of them. Loops and
// seeks count again.
type TrackStats struct {
	Packets int64 // sent, whatever for; Again and Burst are among them
	Bytes   int64 // of their payloads
	Again   int64 // sent again with the same number: NACK
	Burst   int64 // sent again with a new number: answers to key frame requests
	// Dropped: of frames that are not whole, or behind a hole and before the
	// next key frame.
	Dropped int64
	Muted   int64 // audio at another speed than 1
	// Unsendable: RED for a receiver without RED, of which no primary encoding
	// could be cut because it is encrypted; or bytes that are no RTP packet.
	Unsendable       int64
	Bursts           int64 // answers to key frame requests
	KeyFrameRequests int64 // that were asked
	NotResent        int64 // packets asked for again too late, or too often
}

// Stats tells what was sent so far, by track.
func (p *Player) Stats() []TrackStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.stats)
}
