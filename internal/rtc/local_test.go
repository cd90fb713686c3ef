package rtc

import (
	"net"
	"net/netip"
	"slices"
	"testing"
)

// TestLocalConn: who is not on the list is not heard.
func TestLocalConn(t *testing.T) {
	at := func(ip byte) *net.UDPConn {
		c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, ip)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	here, own, other := at(1), at(1), at(2)
	conn := &localConn{here, []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	say := func(c *net.UDPConn, text string) {
		if _, err := c.WriteTo([]byte(text), here.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	say(other, "from another")
	say(own, "from here")
	say(other, "from another again")
	say(own, "from here again")
	buf := make([]byte, 100)
	n, from, err := conn.ReadFromAddrPort(buf)
	if got := string(buf[:n]); err != nil || got != "from here" || from != own.LocalAddr().(*net.UDPAddr).AddrPort() {
		t.Errorf("read %q from %v, %v", got, from, err)
	}
	n, addr, err := conn.ReadFrom(buf)
	if got := string(buf[:n]); err != nil || got != "from here again" || addr.String() != own.LocalAddr().String() {
		t.Errorf("read %q from %v, %v", got, addr, err)
	}
}

// TestLocalPlaces: an engine for this machine alone has the loopback addresses,
// and every other only for this machine.
func TestLocalPlaces(t *testing.T) {
	places, err := Config{Loopback: true}.places()
	if err != nil {
		t.Fatal(err)
	}
	own, err := addresses(false)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range places {
		if p.ip.IsLoopback() != (p.only == nil) {
			t.Errorf("%v hears %v", p.ip, p.only)
		}
		for _, from := range p.only {
			if !slices.Contains(own, from) {
				t.Errorf("%v hears %v, which is not of this machine", p.ip, from)
			}
		}
	}
	if len(places) < len(own) {
		t.Errorf("%d places for %v", len(places), own)
	}
	places, err = Config{Loopback: true, Hosts: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}.places()
	if err != nil || len(places) != 1 || places[0].only != nil {
		t.Errorf("with a host: %+v, %v", places, err)
	}
}
