package replay

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// relay passes on UDP between a viewer and a server, and loses some of what
// the server sends: every nth packet of RTP, the first time.
type relay struct {
	front  *net.UDPConn // viewers send here
	server netip.AddrPort
	nth    int

	mu    sync.Mutex
	backs map[netip.AddrPort]*net.UDPConn // by viewers' addresses
	count int
	lost  int
	done  sync.WaitGroup
}

func newRelay(t testing.TB, server netip.AddrPort, nth int) *relay {
	t.Helper()
	front, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{front: front, server: server, nth: nth, backs: make(map[netip.AddrPort]*net.UDPConn)}
	r.done.Go(r.forth)
	t.Cleanup(func() {
		front.Close()
		r.mu.Lock()
		for _, c := range r.backs {
			c.Close()
		}
		r.mu.Unlock()
		r.done.Wait()
	})
	return r
}

func (r *relay) port() uint16 { return r.front.LocalAddr().(*net.UDPAddr).AddrPort().Port() }

func (r *relay) forth() {
	buf := make([]byte, 1<<16)
	for {
		n, from, err := r.front.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		r.mu.Lock()
		back := r.backs[from]
		if back == nil {
			if back, err = net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(r.server)); err != nil {
				r.mu.Unlock()
				return
			}
			_ = makeRoom(back, roomy) // what it loses by itself is repaired as well
			r.backs[from] = back
			r.done.Go(func() { r.back(back, from) })
		}
		r.mu.Unlock()
		back.Write(buf[:n])
	}
}

func (r *relay) back(c *net.UDPConn, to netip.AddrPort) {
	buf := make([]byte, 1<<16)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		if r.drops(buf[:n]) {
			continue
		}
		r.front.WriteToUDPAddrPort(buf[:n], to)
	}
}

// drops chooses among RTP, which RTCP has not the payload types of (RFC 5761,
// section 4), and not among the first packets: nobody can know of those that
// they are missing.
func (r *relay) drops(b []byte) bool {
	if len(b) < 12 || b[0]>>6 != 2 || b[1] >= 192 && b[1] < 224 {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	if r.count < 50 || r.count%r.nth != 0 {
		return false
	}
	r.lost++
	return true
}

var candidatePort = regexp.MustCompile(`(a=candidate:\S+ \d+ udp \d+ 127\.0\.0\.1 )(\d+)`)

// through makes a viewer send to a relay instead of to the server.
func through(t testing.TB, nth int, made **relay) func(string) string {
	return func(answer string) string {
		m := candidatePort.FindStringSubmatch(answer)
		if m == nil {
			t.Fatalf("no candidate on 127.0.0.1:\n%s", answer)
		}
		port, err := strconv.ParseUint(m[2], 10, 16)
		if err != nil {
			t.Fatal(err)
		}
		r := newRelay(t, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port)), nth)
		*made = r
		var lines []string
		for _, line := range strings.SplitAfter(answer, "\n") {
			if !strings.HasPrefix(line, "a=candidate:") || candidatePort.MatchString(line) {
				lines = append(lines, candidatePort.ReplaceAllString(line, "${1}"+fmt.Sprint(r.port())))
			}
		}
		return strings.Join(lines, "")
	}
}

// What the network loses of video is sent again from the recording: every
// packet comes in the end.
func TestLossIsRepaired(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, "livekit-vp8")
	var r *relay
	b := s.watch(t, "", browserOptions{nack: true, answer: through(t, 20, &r)})
	video := call(t, "livekit-vp8").Tracks()[1]
	all := b.until(t, "video", "all of it", func(all []taped) bool { return len(numbers(all)) == video.Len() })
	sameMedia(t, video, once(all))
	stats := s.find(t, b).player.Stats()[1]
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lost < 10 || stats.Again < 10 {
		t.Errorf("%d packets were lost, %d sent again", r.lost, stats.Again)
	}
	if stats.Bursts != 0 {
		t.Errorf("%d bursts", stats.Bursts)
	}
}

func (s *serving) find(t testing.TB, b *browser) *viewer {
	t.Helper()
	v, ok := s.viewer(strings.TrimPrefix(b.location, "/viewers/"))
	if !ok {
		t.Fatal("no such viewer")
	}
	return v
}

func numbers(all []taped) map[uint16]bool {
	m := make(map[uint16]bool)
	for _, p := range all {
		m[p.SequenceNumber] = true
	}
	return m
}

// once leaves out what came again.
func once(all []taped) []taped {
	seen := make(map[uint16]bool)
	var few []taped
	for _, p := range all {
		if !seen[p.SequenceNumber] {
			seen[p.SequenceNumber] = true
			few = append(few, p)
		}
	}
	return few
}
