package e2e

import (
	"bytes"
	endian "encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// relay stands between a browser and a server of mjr's, for HTTP and for media.
// It loses media, and knows what it passed on: SRTP has its headers in clear.
type relay struct {
	t     *testing.T
	url   string
	front *net.UDPConn
	rate  float64 // of video packets to the server, repairs included, that are lost
	down  float64 // of media packets to the browser, repairs included, that are lost

	mu     sync.Mutex
	random *rand.Rand
	to     netip.AddrPort                  // where the recorder receives
	back   map[netip.AddrPort]*net.UDPConn // by the browser's address
	cut    bool
	beyond bool                // repair: whatever is sent again is lost
	repair map[uint8]bool      // payload types of RTX
	video  map[uint8]bool      // payload types of video, RTX among them
	passed map[uint32][]uint16 // sequence numbers by SSRC, RTX left out
	lost   int
}

// newRelay is in front of a recorder. The browser opens url.
func newRelay(t *testing.T, recorder string, rate float64) *relay {
	t.Helper()
	target, err := url.Parse(recorder)
	if err != nil {
		t.Fatal(err)
	}
	front, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{
		t: t, front: front, rate: rate, random: rand.New(rand.NewPCG(1, 2)), back: make(map[netip.AddrPort]*net.UDPConn),
		repair: make(map[uint8]bool), video: make(map[uint8]bool), passed: make(map[uint32][]uint16),
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(target)
			p.Out.Host = target.Host
			if p.In.Header.Get("Origin") != "" {
				p.Out.Header.Set("Origin", target.Scheme+"://"+target.Host)
			}
			if p.In.Method == http.MethodPost {
				r.offer(p.Out)
			}
		},
		ModifyResponse: r.answer,
	}
	server := httptest.NewServer(proxy)
	r.url = server.URL + "/"
	var running sync.WaitGroup
	running.Go(func() { r.forward(&running) })
	t.Cleanup(func() {
		server.Close()
		front.Close()
		r.mu.Lock()
		for _, c := range r.back {
			c.Close()
		}
		r.mu.Unlock()
		running.Wait()
	})
	return r
}

// offer leaves the browser's candidates out, so that the recorder knows no way
// to it but the relay.
func (r *relay) offer(q *http.Request) {
	b, err := io.ReadAll(q.Body)
	if err != nil {
		r.t.Error(err)
	}
	var kept []string
	kind := ""
	r.mu.Lock()
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "m=") {
			kind = line
		}
		if pt, codec, ok := strings.Cut(strings.TrimPrefix(line, "a=rtpmap:"), " "); ok && strings.HasPrefix(line, "a=rtpmap:") && strings.HasPrefix(kind, "m=video") {
			n, _ := strconv.Atoi(pt)
			r.video[uint8(n)] = true
			r.repair[uint8(n)] = strings.HasPrefix(codec, "rtx/")
		}
		if !strings.HasPrefix(line, "a=candidate:") {
			kept = append(kept, line)
		}
	}
	r.mu.Unlock()
	text := strings.Join(kept, "")
	q.Body, q.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
}

var candidate = regexp.MustCompile(`(?m)^(a=candidate:\S+ 1 udp \d+) (\S+) (\d+) typ host.*\r\n`)

// answer puts the relay's address where the recorder has its own.
func (r *relay) answer(resp *http.Response) error {
	if resp.StatusCode != http.StatusCreated {
		return nil
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	port := strconv.Itoa(r.front.LocalAddr().(*net.UDPAddr).Port)
	b = candidate.ReplaceAllFunc(b, func(line []byte) []byte {
		m := candidate.FindSubmatch(line)
		if string(m[2]) != "127.0.0.1" {
			return nil
		}
		r.mu.Lock()
		r.to = netip.MustParseAddrPort(string(m[2]) + ":" + string(m[3]))
		r.mu.Unlock()
		return []byte(string(m[1]) + " 127.0.0.1 " + port + " typ host\r\n")
	})
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	resp.Header.Set("Content-Length", strconv.Itoa(len(b)))
	return nil
}

// forward takes what the browser sends.
func (r *relay) forward(running *sync.WaitGroup) {
	buf := make([]byte, 2048)
	for {
		n, from, err := r.front.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		r.mu.Lock()
		c := r.back[from]
		if c == nil && r.to.IsValid() {
			if c, err = net.DialUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}, net.UDPAddrFromAddrPort(r.to)); err != nil {
				r.t.Error(err)
				r.mu.Unlock()
				return
			}
			r.back[from] = c
			running.Go(func() { r.backward(c, from) })
		}
		if c != nil && r.passes(buf[:n]) {
			c.Write(buf[:n]) // before the lock is given up: what is noted is under way
		}
		r.mu.Unlock()
	}
}

// passes notes what is passed on. Its caller holds the lock.
func (r *relay) passes(b []byte) bool {
	if !isRTP(b) {
		return true
	}
	pt := b[1] & 0x7F
	if r.cut {
		return false
	}
	if r.video[pt] && r.random.Float64() < r.rate || r.beyond && r.repair[pt] {
		r.lost++
		return false
	}
	if !r.repair[pt] {
		ssrc := endian.BigEndian.Uint32(b[8:])
		r.passed[ssrc] = append(r.passed[ssrc], endian.BigEndian.Uint16(b[2:]))
	}
	return true
}

// backward takes what the recorder sends.
func (r *relay) backward(c *net.UDPConn, to netip.AddrPort) {
	buf := make([]byte, 2048)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		if !r.losesDown(buf[:n]) {
			r.front.WriteToUDPAddrPort(buf[:n], to)
		}
	}
}

// losesDown decides on a packet to the browser.
func (r *relay) losesDown(b []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down == 0 || !isRTP(b) || r.random.Float64() >= r.down {
		return false
	}
	r.lost++
	return true
}

// isRTP tells media from STUN, DTLS and RTCP (RFC 5761, section 4).
func isRTP(b []byte) bool {
	return len(b) >= 12 && b[0]>>6 == 2 && (b[1] < 192 || b[1] > 223)
}

// stop passes no more media, and returns what it passed: sequence numbers by
// SSRC, without repairs.
func (r *relay) stop() (passed map[uint32][]uint16, lost int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = true
	return r.passed, r.lost
}
