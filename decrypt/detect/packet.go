package detect

import "encoding/binary"

// packet is what is kept of an RTP packet.
type packet struct {
	seq       uint16
	timestamp uint32
	length    int      // of the payload
	head      [11]byte // of the payload
	tail      [3]byte
}

// newPacket reads an RTP header (RFC 3550, section 5.1); ok is false if b is
// none, or nothing is behind it.
func newPacket(b []byte) (p packet, ok bool) {
	if len(b) < 12 || b[0]>>6 != 2 {
		return p, false
	}
	at, end := 12+4*int(b[0]&0x0f), len(b)
	if b[0]&0x10 != 0 {
		if len(b) < at+4 {
			return p, false
		}
		at += 4 + 4*int(binary.BigEndian.Uint16(b[at+2:]))
	}
	if b[0]&0x20 != 0 {
		end -= int(b[end-1])
	}
	if at >= end {
		return p, false
	}
	payload := b[at:end]
	p = packet{
		seq:       binary.BigEndian.Uint16(b[2:]),
		timestamp: binary.BigEndian.Uint32(b[4:]),
		length:    len(payload),
	}
	copy(p.head[:], payload)
	last := payload[max(0, len(payload)-len(p.tail)):]
	copy(p.tail[len(p.tail)-len(last):], last)
	return p, true
}

// percLite reads the original header that PERC Lite puts before the inner
// ciphertext:
//
//	M PT (1 byte) │ sequence (2) │ timestamp (4) │ SSRC (4)
//
// A server may have changed the outer header, by the same number in all
// packets.
func percLite(p *packet) reading {
	const tag = 4 // at least
	h := p.head[:]
	payloadType := uint64(h[0] & 0x7f)
	return reading{
		ok: p.length >= len(h)+tag,
		stream: [2]uint64{
			payloadType<<32 | uint64(binary.BigEndian.Uint32(h[7:])),
			uint64(binary.BigEndian.Uint16(h[1:])-p.seq)<<32 | uint64(binary.BigEndian.Uint32(h[3:])-p.timestamp),
		},
	}
}

// double reads the end of RFC 8723, section 4, where a server has changed the
// sequence numbers; otherwise there is nothing to see.
//
//	tag │ PT (1 byte) if P │ sequence (2) │ 0 0 0 0 B M P Q, with Q
func double(p *packet) reading {
	config := p.tail[2]
	const q = 1
	seq := binary.BigEndian.Uint16(p.tail[:])
	return reading{
		ok:     p.length >= tagLen+len(p.tail) && config>>4 == 0 && config&q != 0,
		stream: [2]uint64{uint64(seq - p.seq)},
	}
}
