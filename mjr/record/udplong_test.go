package record_test

import (
	"encoding/binary"
	"testing"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// TestUDPLong: packets that are too long are counted, however long they are,
// and end nothing. RTCP is read to its end.
func TestUDPLong(t *testing.T) {
	l := listenUDP(t, record.Options{}, "udp://127.0.0.1:0,opus@111")
	const most = 65507 // of IPv4
	l.send(0, rtp(1, 1, 50))
	l.send(0, rtp(2, 1, 3000))
	l.send(0, rtp(3, 1, most-12))
	l.send(0, rtp(4, 1, 50))
	rtcp := make([]byte, 3000+28) // something of an application, and a report
	rtcp[0], rtcp[1] = 0x80, 204
	binary.BigEndian.PutUint16(rtcp[2:], 3000/4-1)
	sr := rtcp[3000:]
	sr[0], sr[1], sr[3] = 0x80, 200, 6
	binary.BigEndian.PutUint32(sr[4:], ssrc)
	binary.BigEndian.PutUint64(sr[8:], (2208988800+100)<<32)
	binary.BigEndian.PutUint32(sr[16:], 4711)
	l.send(0, rtcp)
	got := l.close().Files[0]
	if got.Received != 4 || got.Stored != 2 || got.Long != 2 || got.Others != 0 {
		t.Errorf("%+v", got)
	}
	if o := ownOf(t, read(t, got.Paths[0])); len(o.SR) != 1 || o.SR[0][1] != 4711 {
		t.Errorf("sender reports %v", o.SR)
	}
}
