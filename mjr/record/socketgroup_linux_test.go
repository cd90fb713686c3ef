package record_test

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// TestUDPMulticast sends to two groups and by unicast, all to one port: each
// file has its own packets and sender reports.
func TestUDPMulticast(t *testing.T) {
	if _, err := net.InterfaceByName("lo"); err != nil {
		t.Skip("no interface lo on this system")
	}
	warned := make(chan string, 100)
	warn := func(s string) {
		if !strings.HasPrefix(s, "receive buffer") {
			warned <- s
		}
	}
	port := freePort(t)
	hosts := []string{"239.255.71.83", "239.255.71.84", "127.0.0.1"}
	var specs []string
	for _, h := range hosts {
		specs = append(specs, "udp://"+h+":"+port+",opus@111,if=lo")
	}
	l := listenUDP(t, record.Options{Warn: warn}, specs...)
	const n = 20
	for i := range n {
		for medium, h := range hosts {
			addr := netip.MustParseAddrPort(h + ":" + port)
			if got := l.udp.Addr(medium); got != addr {
				t.Fatalf("send to %v, want %v", got, addr)
			}
			p := rtp(uint16(i), uint32(i)*960, 50)
			binary.BigEndian.PutUint32(p[8:], uint32(medium))
			l.sendTo(addr, p)
		}
	}
	waitFor(t, func() bool {
		sum := int64(0)
		for _, f := range l.r.Report().Files {
			sum += f.Received
		}
		return sum >= n*int64(len(hosts))
	})
	for medium := range hosts {
		sr := make([]byte, 28)
		sr[0], sr[1], sr[3] = 0x80, 200, 6
		binary.BigEndian.PutUint32(sr[4:], uint32(medium))
		binary.BigEndian.PutUint64(sr[8:], (2208988800+100)<<32)
		binary.BigEndian.PutUint32(sr[16:], 4711)
		addr := l.udp.Addr(medium)
		l.sendTo(netip.AddrPortFrom(addr.Addr(), addr.Port()+1), sr)
	}
	report := l.close()
	for medium, f := range report.Files {
		if f.Stored != n || f.SSRCs != 1 || f.Others != 0 {
			t.Errorf("%s: %+v", hosts[medium], f)
			continue
		}
		rec := read(t, f.Paths[0])
		if got := binary.BigEndian.Uint32(rec.packets[0].Data[8:]); got != uint32(medium) {
			t.Errorf("%s has what was sent to %s", hosts[medium], hosts[got])
		}
		if o := ownOf(t, rec); len(o.SR) != 1 {
			t.Errorf("%s: sender reports %v", hosts[medium], o.SR)
		}
	}
	if len(warned) > 0 {
		t.Errorf("warned of %q", <-warned)
	}
}

// TestUDPMulticastShared: a second recorder may take the same group.
func TestUDPMulticastShared(t *testing.T) {
	const spec = "opus@111,if=lo"
	first := listenUDP(t, record.Options{}, "udp://239.255.71.85:"+freePort(t)+","+spec)
	second := listenUDP(t, record.Options{}, "udp://"+first.udp.Addr(0).String()+","+spec)
	first.send(0, rtp(1, 1, 50))
	if a, b := first.close().Files[0], second.close().Files[0]; a.Stored != 1 || b.Stored != 1 {
		t.Errorf("%+v\n%+v", a, b)
	}
}

func TestUDPGroupRefused(t *testing.T) {
	m, err := record.ParseMedia(mjr.Audio, "udp://239.255.71.83:0,opus,if=none0")
	if err != nil {
		t.Fatal(err)
	}
	if udp, err := record.ListenUDP([]record.Media{m}); err == nil {
		udp.Close()
		t.Error("interface that is not: no error")
	}
}
