//go:build soak

package record_test

import (
	"net"
	"testing"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// TestUDPMulticastIPv6 sends to groups that no packet leaves the machine for.
// Linux does not deliver those of IPv6 on its loopback interface.
func TestUDPMulticastIPv6(t *testing.T) {
	ifname, source := linkLocal(t)
	conn, err := net.ListenUDP("udp6", &net.UDPAddr{IP: source, Zone: ifname})
	if err != nil {
		t.Skipf("no IPv6 on %s: %v", ifname, err)
	}
	defer conn.Close()
	port := freePort(t)
	groups := []string{"[ff01::7:1%" + ifname + "]:" + port, "[ff01::7:2%" + ifname + "]:" + port}
	l := listenUDP(t, record.Options{}, "udp://"+groups[0]+",opus@111", "udp://"+groups[1]+",opus@111")
	for medium, n := range []int{3, 5} {
		to := l.udp.Addr(medium)
		if to.String() != groups[medium] {
			t.Errorf("send to %v, want %s", to, groups[medium])
		}
		for i := range n {
			if _, err := conn.WriteToUDPAddrPort(rtp(uint16(i), 1, 50), to); err != nil {
				t.Fatal(err)
			}
		}
	}
	if report := l.close(); report.Files[0].Stored != 3 || report.Files[1].Stored != 5 {
		t.Errorf("%+v", report)
	}
}

// linkLocal finds an interface for multicast of IPv6, and its address.
func linkLocal(t *testing.T) (string, net.IP) {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, ifi := range all {
		const want = net.FlagUp | net.FlagMulticast
		if ifi.Flags&(want|net.FlagLoopback) != want {
			continue
		}
		addrs, err := ifi.Addrs()
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); ok && n.IP.To4() == nil && n.IP.IsLinkLocalUnicast() {
				return ifi.Name, n.IP
			}
		}
	}
	t.Skip("no interface for multicast of IPv6")
	return "", nil
}
