// Package stream makes a recording an ordered, timed stream of RTP packets:
// sequence numbers and timestamps unwrapped to 64 bits, packets in their
// order, one clock over wraps, pauses and restarts of the sender. It also
// reads what RTP says in clear of frames (payload descriptors), and never
// the media bytes behind it, which may be ciphertext.
package stream

import (
	"time"

	"github.com/pion/rtp"
)

// Packet is an RTP packet in its place in the stream.
//
// Header and Payload are valid until the next read.
type Packet struct {
	Header  rtp.Header // as stored
	Payload []byte     // without padding
	// Seq is the sequence number unwrapped to 64 bits. It rises from packet to
	// packet, across a change of Source as well. It is below 0 where a packet
	// is older than the first one written, and that had a number near 0.
	Seq int64
	// Missing is how many packets were lost since the one given out before, in
	// a hole of more than 65,535 numbers modulo 65,536. Seq alone does not
	// tell: packets of padding have numbers, too.
	Missing int64
	// Time is the RTP timestamp unwrapped to 64 bits, in ticks of the codec's
	// clock, 0 at the first packet written: the moment mjr.Header.FirstFrame.
	// It runs on over wraps, and over restarts of the sender by the received
	// time. All packets of a frame have the same. It goes back by B-frames, a
	// second at most, and is below 0 only at the start: B-frames, and packets
	// older than the first one written.
	Time int64
	// Arrival as in mjr.Packet.
	Arrival    time.Duration
	HasArrival bool
	// Offset is where the RTP packet lies in the file: mjr.Packet.Offset.
	Offset int64
	// Size is that of the whole RTP packet, header and padding included.
	Size int
	// Source counts the senders: it rises where the SSRC changes or the sender
	// starts its numbers afresh.
	Source int
}

// Reader is where packets come from; io.EOF is their end.
type Reader interface {
	ReadPacket() (Packet, error)
}
