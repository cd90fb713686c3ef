package record_test

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// freePort is a port that is free, as is the next one, where RTCP comes. It is
// below those that systems give to whoever asks for any, so that it stays free.
func freePort(t *testing.T) string {
	t.Helper()
	const lowest, ports, tries = 20000, 10000, 100
	for range tries {
		port := lowest + rand.IntN(ports)
		if isFree(port) && isFree(port+1) {
			return strconv.Itoa(port)
		}
	}
	t.Fatal("no port is free")
	return ""
}

func isFree(port int) bool {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return false
	}
	c.Close()
	return true
}

func TestUDPAddressIsTaken(t *testing.T) {
	l := listenUDP(t, record.Options{}, "udp://127.0.0.1:0,opus")
	m, err := record.ParseMedia(mjr.Audio, "udp://"+l.udp.Addr(0).String()+",opus")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := record.ListenUDP([]record.Media{m}); err == nil {
		t.Error("no error")
	}
	l.close()
}

// TestUDPEndsWithTheDisk: where no file takes packets any more, there is
// nothing to wait for.
func TestUDPEndsWithTheDisk(t *testing.T) {
	l := listenUDP(t, record.Options{}, "udp://127.0.0.1:0,opus")
	waitFor(t, func() bool { return len(l.r.Report().Files) == 1 })
	if _, err := l.r.Close(); err != nil {
		t.Fatal(err)
	}
	l.send(0, rtp(1, 1, 50))
	l.send(0, rtp(2, 1, 50))
	if err := await(t, "the end of receiving", l.done); err != nil {
		t.Error(err)
	}
}

// TestUDPEndsWhileBusy: what came before the end is recorded, however late the
// one who reads it gets to it.
func TestUDPEndsWhileBusy(t *testing.T) {
	busy, free := make(chan struct{}), make(chan struct{})
	l := listenUDP(t, record.Options{Warn: func(s string) {
		if strings.Contains(s, "left out") {
			close(busy)
			<-free
		}
	}}, "udp://127.0.0.1:0,opus", "udp://127.0.0.1:0,vp8")
	const n = 100
	for i := range n {
		p := rtp(uint16(i), uint32(i)*960, 50)
		l.send(0, p)
		if i == 1 {
			p[1] = 99 // another type, of which it warns
			l.send(0, p)
			await(t, "the warning", busy)
		}
	}
	l.stop()
	waitFor(t, func() bool { // the other socket has nothing to read, and ends in time
		c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(l.udp.Addr(1)))
		if err != nil {
			return false
		}
		c.Close()
		return true
	})
	close(free)
	if got := l.close().Files[0]; got.Stored != n || got.Lost != 0 || got.KernelDrops != 0 {
		t.Errorf("%+v", got)
	}
}

// TestUDPIPv4: an address of IPv4 leaves the port of IPv6 alone, and is called
// what it was asked for.
func TestUDPIPv4(t *testing.T) {
	l := listenUDP(t, record.Options{}, "udp://0.0.0.0:0,opus@111")
	defer l.close()
	addr := l.udp.Addr(0)
	if want := netip.IPv4Unspecified(); addr.Addr() != want || addr.Port() == 0 {
		t.Errorf("send to %v, want %v", addr, want)
	}
	if probe, err := net.ListenUDP("udp6", &net.UDPAddr{}); err != nil {
		t.Logf("no IPv6 on this system, whose port could be taken: %v", err)
		return
	} else {
		probe.Close()
	}
	conn, err := net.ListenUDP("udp6", &net.UDPAddr{Port: int(addr.Port())})
	if err != nil {
		t.Fatalf("the port of IPv6 is taken: %v", err)
	}
	conn.Close()
}
