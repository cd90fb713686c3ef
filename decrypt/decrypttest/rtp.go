package decrypttest

import (
	"encoding/binary"
	"fmt"
)

// packet is what the kit needs to know of an RTP packet. It is read here
// without any library, so that a fault of the product's reader shows.
type packet struct {
	seq       uint16
	timestamp uint32
	ssrc      uint32
	payload   []byte
}

// readPacket reads RFC 3550, section 5.1.
func readPacket(b []byte) (packet, error) {
	const fixed = 12
	if len(b) < fixed || b[0]>>6 != 2 {
		return packet{}, fmt.Errorf("no RTP packet: %d bytes", len(b))
	}
	p := packet{
		seq:       binary.BigEndian.Uint16(b[2:]),
		timestamp: binary.BigEndian.Uint32(b[4:]),
		ssrc:      binary.BigEndian.Uint32(b[8:]),
	}
	rest := b[fixed:]
	skip := 4 * int(b[0]&0x0F) // CSRCs
	if b[0]&0x10 != 0 {        // section 5.3.1
		if len(rest) < skip+4 {
			return packet{}, fmt.Errorf("extension at %d of %d bytes", fixed+skip, len(b))
		}
		skip += 4 + 4*int(binary.BigEndian.Uint16(rest[skip+2:]))
	}
	if len(rest) < skip {
		return packet{}, fmt.Errorf("payload at %d of %d bytes", fixed+skip, len(b))
	}
	rest = rest[skip:]
	if b[0]&0x20 != 0 && len(rest) > 0 {
		padding := int(rest[len(rest)-1])
		if padding > len(rest) {
			return packet{}, fmt.Errorf("%d bytes of padding in %d", padding, len(rest))
		}
		rest = rest[:len(rest)-padding]
	}
	p.payload = rest
	return p, nil
}
