package record_test

import (
	"encoding/binary"
	"net"
	"time"
)

// senderEnv tells this test program to be a sender: to an address, how many
// packets a second (0 is as many as can be), and how many.
const senderEnv = "MJR_TEST_SENDER"

// sendUDP sends packets of 1,200 bytes. A process of its own does it, so that
// what it costs is not what the recorder costs.
func sendUDP(addr string, rate, count int) error {
	conn, err := net.Dial("udp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	p := rtp(0, 0, 1188)
	begin := time.Now()
	for sent := 0; sent < count; {
		due := count
		if rate > 0 {
			due = min(count, 1+int(time.Since(begin)*time.Duration(rate)/time.Second))
		}
		if sent >= due {
			time.Sleep(100 * time.Microsecond) // leaves the core to others
		}
		for ; sent < due; sent++ {
			binary.BigEndian.PutUint16(p[2:], uint16(sent))
			binary.BigEndian.PutUint32(p[4:], uint32(sent))
			if _, err := conn.Write(p); err != nil {
				return err
			}
		}
	}
	return nil
}
