package rtc

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/pion/transport/v4/packetio"
)

// maxStreams bounds how many SSRCs a session may have: those of RTP, those of
// RTCP, and each one that RTCP names. For every one of them Pion keeps what it
// has to until the session is over, also where nobody reads it.
const maxStreams = 256

// What may wait to be read, in bytes. A camera with three layers and their
// repair has fewer SSRCs than the first ones.
const (
	firstStreams = 8
	firstWaits   = 1 << 20
	otherWaits   = 256 << 10
	reportsWait  = 64 << 10
)

var errStreams = errors.New("the other side sends more streams than a session can have")

// streams makes what packets of a peer wait in, and ends the peer where there
// would be too many.
type streams struct {
	peer *Peer
	rtp  atomic.Int32
	all  atomic.Int32
}

// buffer is called by Pion for every new SSRC, while it reads from the socket.
func (s *streams) buffer(kind packetio.BufferPacketType, _ uint32) io.ReadWriteCloser {
	b := packetio.NewBuffer()
	switch {
	case s.all.Add(1) > maxStreams:
		b.SetLimitCount(1)
		b.SetLimitSize(receiveMTU)
		if s.peer.end(errStreams) {
			go s.peer.close() // waits for the one that calls this
		}
	case kind != packetio.RTPBufferPacket:
		b.SetLimitSize(reportsWait)
	case s.rtp.Add(1) <= firstStreams:
		b.SetLimitSize(firstWaits)
	default:
		b.SetLimitSize(otherWaits)
	}
	return b
}
