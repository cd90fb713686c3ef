package rtc

import (
	"net"
	"net/netip"
	"strings"
	"testing"
)

// outward is the address of this machine that the rest of the world sees.
func outward(t *testing.T) netip.Addr {
	t.Helper()
	c, err := net.Dial("udp4", "203.0.113.1:9") // sends nothing
	if err != nil {
		t.Skipf("this machine has no way to the outside: %v", err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
}

// candidates are the addresses that a description offers, without ports.
func candidates(sdp string) map[string]int {
	all := make(map[string]int)
	for _, l := range strings.Split(sdp, "\r\n") {
		if f := strings.Fields(l); strings.HasPrefix(l, "a=candidate:") && len(f) > 4 && f[1] == "1" { // RTP's; RTCP's are the same
			all[f[4]]++
		}
	}
	return all
}

// Behind a router that maps its address to ours, peers are told of the
// router's, and find us.
func TestHosts(t *testing.T) {
	own := outward(t)
	router := netip.MustParseAddr("198.51.100.7")
	for _, c := range []struct {
		name  string
		hosts []netip.Addr
	}{
		{"the router's", []netip.Addr{router}},
		{"the router's and our own", []netip.Addr{router, own}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := NewEngine(Config{Hosts: c.hosts})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			from, offer, err := e.Offer(t.Context(), camera[:1], nil)
			if err != nil {
				t.Fatal(err)
			}
			got := candidates(offer)
			if len(got) != len(c.hosts) || got[router.String()] != 1 {
				t.Fatalf("candidates for %v, want %v", got, c.hosts)
			}
			var lines []string // with the router's candidate alone
			for _, l := range strings.Split(offer, "\r\n") {
				if !strings.HasPrefix(l, "a=candidate:") || strings.Contains(l, router.String()) {
					lines = append(lines, strings.ReplaceAll(l, router.String(), own.String()))
				}
			}
			other, err := NewEngine(Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			_, answer, err := other.Receive(t.Context(), strings.Join(lines, "\r\n"), ReceiveOptions{Track: func(*InTrack) {}})
			if err != nil {
				t.Fatal(err)
			}
			if err := from.Answer(only(answer, "")); err != nil {
				t.Fatal(err)
			}
			wait(t, "the connection through the router", from.Connected())
		})
	}
}
