package replay

import "encoding/binary"

// A RED payload (RFC 2198, section 3) is block headers, then blocks. The last
// one is the primary encoding, whose header is one byte:
//
//	1  block PT(7)  timestamp offset (14)  block length (10)
//	0  block PT(7)

// eachBlock walks the block headers, and returns where the primary encoding
// begins; false if payload is no RED, as cipher text is not.
func eachBlock(payload []byte, header func(b []byte)) (int, bool) {
	n, blocks := 0, 0
	for {
		if n >= len(payload) {
			return 0, false
		}
		if payload[n]&0x80 == 0 {
			header(payload[n:])
			n++
			break
		}
		if n+4 > len(payload) {
			return 0, false
		}
		header(payload[n:])
		blocks += int(binary.BigEndian.Uint16(payload[n+2:]) & 0x3FF)
		n += 4
	}
	return n + blocks, n+blocks <= len(payload)
}

// primary cuts the primary encoding out of a RED payload; false if there is
// none.
func primary(payload []byte) ([]byte, bool) {
	n, ok := eachBlock(payload, func([]byte) {})
	if !ok || n == len(payload) {
		return nil, false
	}
	return payload[n:], true
}

// retype gives the blocks of a RED payload the payload type of their codec in
// the new session.
func retype(payload []byte, payloadType uint8) {
	if _, ok := eachBlock(payload, func([]byte) {}); !ok {
		return
	}
	eachBlock(payload, func(b []byte) { b[0] = b[0]&0x80 | payloadType&0x7F })
}
