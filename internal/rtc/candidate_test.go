package rtc

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"
)

// silentAnswer leaves the candidates out: who gets it knows no way here.
func silentAnswer(t *testing.T, pc *webrtc.PeerConnection, answer string) {
	t.Helper()
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: only(answer, "")}); err != nil {
		t.Fatal(err)
	}
}

// TestAddCandidate: a candidate that comes after the offer is what connects.
func TestAddCandidate(t *testing.T) {
	e := engine(t)
	pc := foreign(t)
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
		t.Fatal(err)
	}
	offer := described(t, pc)
	p, answer, err := e.Receive(t.Context(), only(offer, ""), ReceiveOptions{Track: func(*InTrack) {}})
	if err != nil {
		t.Fatal(err)
	}
	silentAnswer(t, pc, answer)
	fragment := ""
	for l := range strings.Lines(offer) {
		if strings.HasPrefix(l, "a=ice-") || strings.HasPrefix(l, "m=") || strings.HasPrefix(l, "a=mid:") || strings.HasPrefix(l, "a=candidate:") {
			fragment += l
		}
	}
	if err := p.AddCandidate(fragment + "a=end-of-candidates\r\n"); err != nil {
		t.Fatal(err)
	}
	wait(t, "the connection", p.Connected())
	p.Close()
	if err := p.AddCandidate(fragment); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

func TestCandidates(t *testing.T) {
	const good = "1 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw"
	for _, c := range []struct {
		name, text string
		useful     bool
		want       error
	}{
		{"of a browser", good, true, nil},
		{"of IPv6, in capitals", "1 1 UDP 1 2001:db8::1 1 typ host", true, nil},
		{"of a relay", "1 1 udp 1 192.0.2.1 1 typ relay raddr 0.0.0.0 rport 0", true, nil},
		{"TCP", "1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active", false, nil},
		{"RTCP alone", strings.Replace(good, " 1 udp", " 2 udp", 1), false, nil},
		{"a name", strings.Replace(good, "192.0.2.1", "printer.example.org", 1), false, nil},
		{"a name of mDNS", strings.Replace(good, "192.0.2.1", "6f1b8c52.local", 1), false, nil},
		{"nothing", "", false, ErrOffer},
		{"no type", "1 1 udp 1 192.0.2.1 1 typ", false, ErrOffer},
		{"another word for typ", strings.Replace(good, "typ", "type", 1), false, ErrOffer},
		{"no number as component", strings.Replace(good, " 1 udp", " x udp", 1), false, ErrOffer},
		{"a priority of more than 32 bits", strings.Replace(good, "2122260223", "4294967296", 1), false, ErrOffer},
		{"a port of more than 16 bits", strings.Replace(good, "61764", "65536", 1), false, ErrOffer},
	} {
		useful, err := readCandidate(c.text)
		if useful != c.useful || !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, %v; want %v, %v", c.name, useful, err, c.useful, c.want)
		}
	}
}

// TestTooManyCandidates: those of the offer and of all fragments count, also
// the ones that are of no use.
func TestTooManyCandidates(t *testing.T) {
	e := engine(t)
	offer := only(chromium(t, "publish"), "a=candidate:1 1 udp 1 192.0.2.1 1 typ host")
	p, _, err := e.Receive(t.Context(), offer, ReceiveOptions{Track: func(*InTrack) {}})
	if err != nil {
		t.Fatal(err)
	}
	const name = "a=candidate:1 1 udp 1 printer.example.org 1 typ host\n"
	for range (maxCandidates - 1) / 3 {
		if err := p.AddCandidate(strings.Repeat(name, 3)); err != nil {
			t.Fatal(err)
		}
	}
	left := (maxCandidates - 1) % 3
	if err := p.AddCandidate(strings.Repeat(name, left+1)); !errors.Is(err, ErrOffer) {
		t.Errorf("one too many: got %v, want %v", err, ErrOffer)
	}
	if err := p.AddCandidate(strings.Repeat(name, left)); err != nil {
		t.Errorf("the last: %v", err)
	}
	if err := p.AddCandidate(strings.Repeat("x", maxSDP+1)); !errors.Is(err, ErrOffer) {
		t.Errorf("a long fragment: got %v, want %v", err, ErrOffer)
	}
}

// FuzzAddCandidate: whatever comes after an offer, it is taken or refused, and
// the session goes on.
func FuzzAddCandidate(f *testing.F) {
	for i, c := range []string{
		"1387637174 1 udp 2122260223 127.0.0.1 61764 typ host generation 0 ufrag EsAw network-id 1",
		"1 1 UDP 1 ::1 0 typ srflx raddr 0.0.0.0 rport 0", "1 1 tcp 1 127.0.0.1 9 typ host tcptype active",
		"1 1 udp 1 a.local 1 typ host", "1 1 udp 1 fe80::1%lo 1 typ prflx", " 1 udp 1 127.0.0.1 1 typ relay x", "1 1 udp 4294967295 127.0.0.1 65535 typ y",
	} {
		f.Add("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:" + strconv.Itoa(i) + "\r\na=candidate:" + c + "\r\na=end-of-candidates\r\n")
	}
	e, err := NewEngine(Config{Loopback: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { e.Close() })
	f.Fuzz(func(t *testing.T, text string) {
		// To nothing but this machine is sent what a fuzzer makes up.
		for c := range candidateLines(text) {
			if w := strings.Fields(c); len(w) > 4 && w[4] != "127.0.0.1" && w[4] != "::1" {
				text = strings.ReplaceAll(text, w[4], "127.0.0.1")
			}
		}
		p, _, err := e.Receive(t.Context(), only(chromium(t, "publish"), ""), ReceiveOptions{Track: func(*InTrack) {}})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if err := p.AddCandidate(text); err != nil && !errors.Is(err, ErrOffer) {
			t.Errorf("%q: %v", text, err)
		}
		if err := p.AddCandidate(""); err != nil {
			t.Errorf("%q ended the session: %v", text, err)
		}
	})
}
