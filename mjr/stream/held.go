package stream

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtp"
)

// held is a packet that waits for its turn.
type held struct {
	// data backs header and payload: bytes of its own, or for the packet just
	// read those of the source.
	data    []byte
	header  rtp.Header
	payload []byte

	seq        int64
	offset     int64 // in the file
	arrival    time.Duration
	hasArrival bool
	late       bool // a later number came before
	hole       bool // numbers and timestamps both jumped ahead to it
	padding    bool // nothing but a number that did arrive
	own        bool // data is a copy
}

// parse reads data, which it keeps, and reports whether it is an RTP packet
// (RFC 3550, section 5.1). Header extensions whose lengths do not fit into
// their block are left out; the packet is still good.
//
//	V(2) P X CC(4)  M PT(7)  sequence number (16)
//	timestamp (32)  SSRC (32)  CSRC (32) × CC
//	profile (16)  length in words (16)  extensions    if X
//	payload  padding, the last byte of it its length  if P
func (h *held) parse(data []byte) bool {
	const fixed = 12
	if len(data) < fixed || data[0]>>6 != 2 {
		return false
	}
	// RTCP, where both share a port: RFC 5761, section 4.
	if data[1] >= 192 && data[1] <= 223 {
		return false
	}
	end := fixed + 4*int(data[0]&0x0F)
	if data[0]&0x10 != 0 {
		if len(data) < end+4 {
			return false
		}
		end += 4 + 4*int(binary.BigEndian.Uint16(data[end+2:]))
	}
	if len(data) < end {
		return false
	}
	payload, padding := data[end:], 0
	if data[0]&0x20 != 0 && len(payload) > 0 {
		padding = int(payload[len(payload)-1])
		if padding == 0 || padding > len(payload) {
			return false
		}
	}
	// Its slices are used again. The one error left is that of an extension.
	h.header.ExtensionProfile = 0
	_, _ = h.header.Unmarshal(data[:end])
	h.header.PaddingSize = byte(padding)
	h.data, h.payload = data, payload[:len(payload)-padding]
	h.padding = len(h.payload) == 0
	return true
}

// pool keeps packets and their buffers for use again.
type pool struct{ free []*held }

// hold copies a packet, header included, to bytes of its own. CSRCs and
// extensions are read when its turn comes: as slices they may take sixteen
// times their bytes.
func (p *pool) hold(h *held) *held {
	var c *held
	if n := len(p.free); n > 0 {
		c = p.free[n-1]
		p.free = p.free[:n-1]
	} else {
		c = &held{}
	}
	start := len(h.data) - int(h.header.PaddingSize) - len(h.payload)
	c.data = append(c.data[:0], h.data...)
	c.payload = c.data[start:][:len(h.payload)]
	c.header, c.padding, c.own = h.header, h.padding, true
	c.header.CSRC, c.header.Extensions = nil, nil
	c.seq, c.offset, c.arrival, c.hasArrival = h.seq, h.offset, h.arrival, h.hasArrival
	c.late, c.hole = h.late, h.hole
	return c
}

func (p *pool) release(h *held) { p.free = append(p.free, h) }

// ring holds packets by their number, within a window of them.
type ring struct {
	slots []*held
	held  int
	bytes int // of the packets held
}

func newRing(window int) ring {
	size := 1
	for size < window {
		size <<= 1
	}
	return ring{slots: make([]*held, size)}
}

func (r *ring) slot(seq int64) **held { return &r.slots[seq&int64(len(r.slots)-1)] }

func (r *ring) at(seq int64) *held { return *r.slot(seq) }

func (r *ring) put(seq int64, h *held) {
	*r.slot(seq) = h
	r.held++
	r.bytes += len(h.data)
}

// take empties a slot, and returns what was in it.
func (r *ring) take(seq int64) *held {
	s := r.slot(seq)
	h := *s
	if h != nil {
		*s = nil
		r.held--
		r.bytes -= len(h.data)
	}
	return h
}
