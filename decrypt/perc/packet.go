package perc

import (
	"encoding/binary"
	"fmt"

	"github.com/mjrkit/mjrkit/decrypt"
)

const (
	fixedHeader = 12                 // RFC 3550, section 5.1
	maxHeader   = fixedHeader + 4*15 // with all CSRCs that fit
	liteOHB     = 11
)

// The first byte of an RTP header, and of its second.
const (
	version   = 2 << 6
	padding   = 1 << 5
	extension = 1 << 4
	csrcs     = 0x0f
	marker    = 0x80
)

// The bits of the last byte under RFC 8723, section 4.
const (
	origB   = 1 << 3 // the original marker, if it was changed
	changed = 1 << 2 // M: the marker was changed
	origP   = 1 << 1 // the original payload type is here
	origQ   = 1 << 0 // the original sequence number is here
)

// srtp is the inner SRTP packet of a packet.
type srtp struct {
	ok     bool // the packet is long enough for one
	buf    [maxHeader]byte
	header []byte // in buf: as the sender's tag has it
	body   []byte // in the packet: ciphertext and tag
	ssrc   uint32
	seq    uint16
}

// parseRTP splits a packet behind its CSRCs and behind its extension. Padding
// is part of the payload.
func parseRTP(packet []byte) (header, payload []byte, err error) {
	if len(packet) < fixedHeader || packet[0]&0xc0 != version {
		return nil, nil, fmt.Errorf("perc: no RTP packet in %d bytes: %w", len(packet), decrypt.ErrFormat)
	}
	n := fixedHeader + 4*int(packet[0]&csrcs)
	end := n
	if packet[0]&extension != 0 {
		if len(packet) < n+4 {
			return nil, nil, fmt.Errorf("perc: RTP extension at %d of %d bytes: %w", n, len(packet), decrypt.ErrFormat)
		}
		end += 4 + 4*int(binary.BigEndian.Uint16(packet[n+2:]))
	}
	if len(packet) < end {
		return nil, nil, fmt.Errorf("perc: RTP payload at %d of %d bytes: %w", end, len(packet), decrypt.ErrFormat)
	}
	return packet[:n], packet[end:], nil
}

// unwrap puts the inner packet together.
func (p *srtp) unwrap(f form, header, payload []byte) {
	p.ok, p.header, p.body, p.ssrc, p.seq = false, nil, nil, 0, 0
	if f == lite {
		p.unwrapLite(header, payload)
	} else {
		p.unwrapDouble(header, payload)
	}
	if p.ok {
		p.seq = binary.BigEndian.Uint16(p.header[2:])
		p.ssrc = binary.BigEndian.Uint32(p.header[8:])
	}
}

func (p *srtp) unwrapLite(header, payload []byte) {
	if header[0]&padding != 0 && len(payload) > 0 { // not of the inner packet
		payload = payload[:max(0, len(payload)-int(payload[len(payload)-1]))]
	}
	if len(payload) < liteOHB {
		return
	}
	p.buf[0] = version
	copy(p.buf[1:], payload[:liteOHB])
	p.header, p.body, p.ok = p.buf[:fixedHeader], payload[liteOHB:], true
}

// unwrapDouble takes the parts of the OHB from the end of the payload on. Bits
// that are not used are ignored; no tag covers any of it, but each of its
// values goes into the header, which one does.
func (p *srtp) unwrapDouble(header, payload []byte) {
	if len(payload) == 0 {
		return
	}
	p.header = p.buf[:copy(p.buf[:], header)]
	p.header[0] &^= extension
	config := payload[len(payload)-1]
	rest := payload[:len(payload)-1]
	if config&origQ != 0 {
		if len(rest) < 2 {
			return
		}
		copy(p.header[2:4], rest[len(rest)-2:])
		rest = rest[:len(rest)-2]
	}
	if config&origP != 0 {
		if len(rest) < 1 {
			return
		}
		p.header[1] = p.header[1]&marker | rest[len(rest)-1]&^marker
		rest = rest[:len(rest)-1]
	}
	if config&changed != 0 {
		p.header[1] &^= marker
		if config&origB != 0 {
			p.header[1] |= marker
		}
	}
	p.body, p.ok = rest, true
}
