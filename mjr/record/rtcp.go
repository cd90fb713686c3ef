package record

import "encoding/binary"

// isRTCP tells RTCP from RTP by the second byte (RFC 5761, section 4).
func isRTCP(b []byte) bool { return len(b) >= 2 && b[1] >= 192 && b[1] <= 223 }

const typeSR = 200

// senderReports calls found for each sender report in a compound packet.
// RFC 3550, section 6.4.1:
//
//	0      1      2        4      8            16     20
//	+------+------+--------+------+------------+------+----
//	| V P  | 200  | length | SSRC | NTP time   | RTP  | …
//	+------+------+--------+------+------------+------+----
func senderReports(b []byte, found func(ssrc uint32, ntp uint64, rtp uint32)) {
	const head, report = 4, 20
	for len(b) >= head && b[0]>>6 == 2 {
		size := head + 4*int(binary.BigEndian.Uint16(b[2:]))
		if size > len(b) {
			return
		}
		if b[1] == typeSR && size >= report {
			found(binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint64(b[8:]), binary.BigEndian.Uint32(b[16:]))
		}
		b = b[size:]
	}
}
