package postprocess

// primary finds the primary block of a RED payload (RFC 2198, section 3): the
// audio of this packet, behind copies of earlier ones. Each block has a
// header, and the last of them is the primary's:
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|1|  type of block  |   timestamp offset    |   length of block   |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|0|  type of block  |
//	+-+-+-+-+-+-+-+-+-+-+
//
// The types have 7 bits, the offset 14, the length 10. It is false where the
// lengths do not add up.
func primary(payload []byte) ([]byte, bool) {
	copies := 0 // bytes of the blocks before the primary one
	for {
		if len(payload) == 0 {
			return nil, false
		}
		if payload[0]&0x80 == 0 {
			payload = payload[1:]
			break
		}
		if len(payload) < 4 {
			return nil, false
		}
		copies += int(payload[2]&3)<<8 | int(payload[3])
		payload = payload[4:]
	}
	if copies > len(payload) {
		return nil, false
	}
	return payload[copies:], true
}
