package rtc

import (
	"os"
	"path/filepath"
	"testing"
)

func offers(f *testing.F) {
	f.Helper()
	names, err := filepath.Glob("testdata/*.sdp")
	if err != nil || len(names) < 2 {
		f.Fatalf("%d real offers (%v)", len(names), err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
		f.Add(only(string(b), ""))
	}
	f.Add("v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=recvonly\r\n")
}

// What is read of a description is within bounds, and finds its way back.
func FuzzLines(f *testing.F) {
	offers(f)
	f.Fuzz(func(t *testing.T, text string) {
		all, err := lines(text)
		if err != nil {
			return
		}
		if len(all) == 0 || len(all) > maxLines {
			t.Fatalf("%d media lines", len(all))
		}
		for _, l := range all {
			for _, c := range l.codecs {
				if c.pt < 0 || c.pt > 127 {
					t.Fatalf("payload type %d", c.pt)
				}
			}
			for id := range l.ext {
				if id < 0 || id > 4095 {
					t.Fatalf("header extension %d", id)
				}
			}
		}
		if _, plan, err := match(all, camera); err == nil && len(plan) != len(camera) {
			t.Fatalf("a plan for %d of %d tracks", len(plan), len(camera))
		}
	})
}

// No offer, however made, ends in anything but an answer or an error, and no
// peer is left by one that was refused.
func FuzzOffer(f *testing.F) {
	offers(f)
	e, err := NewEngine(Config{Loopback: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { e.Close() })
	f.Fuzz(func(t *testing.T, text string) {
		if p, answer, err := e.Receive(t.Context(), text, ReceiveOptions{Track: func(*InTrack) {}}); err == nil {
			if _, err := lines(answer); err != nil {
				t.Errorf("an answer that cannot be read: %v", err)
			}
			p.Close()
		}
		if p, _, err := e.Send(t.Context(), text, camera, nil); err == nil {
			p.Close()
		}
		e.mu.Lock()
		left := len(e.peers)
		e.mu.Unlock()
		if left != 0 {
			t.Errorf("%d peers are left", left)
		}
	})
}
