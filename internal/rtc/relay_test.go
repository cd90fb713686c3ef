package rtc

import (
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// relay stands between two peers, as a bad network does: it drops what drop
// says of RTP on its way to the target.
type relay struct {
	front, back *net.UDPConn
	drop        func(packet []byte) bool
	dropped     atomic.Int64
	running     sync.WaitGroup
}

// through puts a relay before the one who wrote a description, which is
// returned with the relay's address as the only candidate.
func through(t *testing.T, sdp string, drop func([]byte) bool) (*relay, string) {
	t.Helper()
	found := regexp.MustCompile(`candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+) typ host`).FindStringSubmatch(sdp)
	if found == nil {
		t.Fatalf("no candidate on the loopback interface in %s", sdp)
	}
	port, err := strconv.ParseUint(found[1], 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	target := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port))
	r := &relay{drop: drop}
	for _, c := range []**net.UDPConn{&r.front, &r.back} {
		if *c, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(r.close)
	var from atomic.Pointer[netip.AddrPort]
	r.running.Go(func() {
		buf := make([]byte, receiveMTU)
		for {
			n, addr, err := r.front.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			from.Store(&addr)
			if isRTP(buf[:n]) && r.drop != nil && r.drop(buf[:n]) {
				r.dropped.Add(1)
				continue
			}
			r.back.WriteToUDPAddrPort(buf[:n], target)
		}
	})
	r.running.Go(func() {
		buf := make([]byte, receiveMTU)
		for {
			n, _, err := r.back.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			if addr := from.Load(); addr != nil {
				r.front.WriteToUDPAddrPort(buf[:n], *addr)
			}
		}
	})
	own := r.front.LocalAddr().(*net.UDPAddr).Port
	return r, only(sdp, "a=candidate:1 1 udp 2130706431 127.0.0.1 "+strconv.Itoa(own)+" typ host")
}

// only puts one candidate in the place of all.
func only(sdp, candidate string) string {
	var lines []string
	done := false
	for _, l := range strings.Split(sdp, "\r\n") {
		if strings.HasPrefix(l, "a=candidate:") {
			if !done && candidate != "" {
				lines = append(lines, candidate)
			}
			done = true
			continue
		}
		lines = append(lines, l)
	}
	return strings.Join(lines, "\r\n")
}

func (r *relay) close() {
	r.front.Close()
	r.back.Close()
	r.running.Wait()
}

// isRTP tells RTP from STUN, DTLS and RTCP (RFC 7983, RFC 5761).
func isRTP(b []byte) bool {
	return len(b) > 12 && b[0]>>6 == 2 && (b[1] < 192 || b[1] > 223)
}
