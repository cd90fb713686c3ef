package rtc

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// What others write is answered, or refused in words, and leaves nothing.
func TestOffers(t *testing.T) {
	publish := chromium(t, "publish")
	without := func(pattern string) string {
		return regexp.MustCompile("(?m)^"+pattern+".*\r\n").ReplaceAllString(publish, "")
	}
	head, rest, _ := strings.Cut(publish, "m=audio")
	audio, video, _ := strings.Cut("m=audio"+rest, "m=video")
	video = "m=video" + video
	candidate := func(address string) string {
		return "a=candidate:1 1 udp 2122260223 " + address + " 50000 typ host\r\n"
	}
	other := strings.NewReplacer("a=mid:1", "a=mid:2", "BUNDLE 0 1", "BUNDLE 0 1 2").Replace(video)
	second := regexp.MustCompile(`(?m)^a=(ssrc|rid|simulcast|msid).*\r\n`).ReplaceAllString(other, "")
	var layers []string
	for i := range 300 {
		layers = append(layers, fmt.Sprintf("a=rid:layer%d send\r\n", i))
	}
	for _, c := range []struct {
		name, offer string
		want        error
	}{
		{"as a browser wrote it", publish, nil},
		{"no candidates, as OBS has it", without("a=candidate"), nil},
		{"bare line feeds", strings.ReplaceAll(publish, "\r\n", "\n"), nil},
		{"two cameras", strings.Replace(head, "BUNDLE 0 1", "BUNDLE 0 1 2", 1) + audio + video + second, nil},
		{"a candidate that is a name", publish + candidate("printer.example.org"), nil},
		{"a candidate that is a name of mDNS", publish + candidate("6f1b8c52-7d2f-4f3c-9a1e-0123456789ab.local"), nil},
		{"a candidate over TCP", publish + "a=candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active\r\n", nil},
		{"as many candidates as a machine has", publish + strings.Repeat(candidate("192.0.2.1"), 40), nil},
		{"candidates to aim at others", publish + strings.Repeat(candidate("192.0.2.1"), 1000), ErrOffer},
		{"three hundred layers", publish + strings.Join(layers, ""), ErrOffer},
		{"more sources than can be told apart", publish + strings.Repeat("a=ssrc:1 cname:a\r\n", 200), ErrOffer},
		{"more formats than there are payload types", strings.Replace(publish, "SAVPF ", "SAVPF "+strings.Repeat("0 ", 200), 1), ErrOffer},
		{"more attributes than a line has", publish + strings.Repeat("a=rtcp-fb:* nack\r\n", 1000), ErrOffer},
		{"empty", "", ErrOffer},
		{"HTML", "<!doctype html>", ErrOffer},
		{"no media lines", head, ErrOffer},
		{"only a data channel", head + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\n", ErrOffer},
		{"a thousand media lines", head + strings.Repeat("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n", 1000), ErrOffer},
		{"longer than any offer", publish + strings.Repeat("a=x\r\n", maxSDP/5), ErrOffer},
		{"receives only", strings.ReplaceAll(publish, "a=sendonly", "a=recvonly"), ErrOffer},
		{"no fingerprint", without("a=fingerprint"), ErrOffer},
		{"no ICE credentials", without("a=ice-"), ErrOffer},
		{"no mids", without("a=mid"), ErrOffer},
		{"codecs that nobody knows", regexp.MustCompile(`(?m)^(a=rtpmap:\d+) [^/]+/`).ReplaceAllString(strings.Replace(publish, " 9 0 8 ", " ", 1), "$1 foo/"), ErrCodec},
		{"media over TCP", strings.ReplaceAll(publish, "UDP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVPF"), nil},
	} {
		e := engine(t)
		p, answer, err := e.Receive(t.Context(), c.offer, ReceiveOptions{Track: func(*InTrack) {}})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
		if err == nil {
			if _, err := lines(answer); err != nil {
				t.Errorf("%s: the answer: %v", c.name, err)
			}
			p.Close()
		} else if p != nil || answer != "" {
			t.Errorf("%s: a peer in spite of %v", c.name, err)
		}
		e.mu.Lock()
		if len(e.peers) != 0 {
			t.Errorf("%s: %d peers are left", c.name, len(e.peers))
		}
		e.mu.Unlock()
	}
}
