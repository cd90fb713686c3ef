package record_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// TestWHIPFullDisk: a file that cannot be written ends whole, with its
// session; the others go on, and the recorder tells at the end.
func TestWHIPFullDisk(t *testing.T) {
	s := newStudio(t, record.Options{}, record.WHIPOptions{})
	left := 1
	s.recorder.SetCreate(func(path string) (record.Disk, error) {
		d, err := record.CreateFile(path)
		if strings.Contains(path, "call-audio") {
			return badDisk{d, &left, 700}, err
		}
		return d, err
	})
	one, two := newGuest(s), newGuest(s)
	one.add("audio/opus")
	one.publish("")
	one.send(0, 1)
	s.received("call-audio-0", 1)
	two.add("audio/opus")
	two.publish("")
	two.send(0, 1)
	s.received("call-2-audio-0", 1)
	until(t, "the end", func() bool { one.send(0, 1); return len(s.told()) == 3 })
	if c := s.told()[2]; c.Publisher != 0 || !c.Ended || !errors.Is(c.Err, syscall.ENOSPC) {
		t.Errorf("told %+v", c)
	}
	if rec := read(t, filepath.Join(s.dir, "call-audio-0.mjr")); int64(len(rec.packets)) != s.recorder.Report().Files[0].Stored || len(rec.packets) == 0 {
		t.Errorf("%d packets in the file", len(rec.packets))
	}
	two.send(0, 9)
	s.received("call-2-audio-0", 10)
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if _, err := s.recorder.Close(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v", err)
	}
	wantPackets(t, read(t, filepath.Join(s.dir, "call-2-audio-0.mjr")), 0, 10)
}

// TestWHIPRefused: who cannot be recorded is told so at once.
func TestWHIPRefused(t *testing.T) {
	offer := func(s *studio) string {
		g := newGuest(s)
		g.add("audio/opus")
		o, err := g.pc.CreateOffer(nil)
		if err != nil {
			t.Fatal(err)
		}
		return o.SDP
	}
	s := newStudio(t, record.Options{MinFree: 1 << 62}, record.WHIPOptions{})
	status, text, h := s.post("", "application/sdp", offer(s))
	if status != http.StatusServiceUnavailable || !strings.Contains(text, "disk") || h.Get("Retry-After") == "" {
		t.Errorf("full disk: %d, %q", status, text)
	}
	s = newStudio(t, record.Options{}, record.WHIPOptions{MaxSessions: 1})
	if status, text, _ := s.post("", "application/sdp", offer(s)); status != http.StatusCreated {
		t.Errorf("first session: %d, %q", status, text)
	}
	if status, _, h := s.post("", "application/sdp", offer(s)); status != http.StatusServiceUnavailable || h.Get("Retry-After") == "" {
		t.Errorf("second session: %d", status)
	}
}

// TestWHIPNameTaken: a name that another recorder took meanwhile is not taken
// from it, and no publisher is lost for that.
func TestWHIPNameTaken(t *testing.T) {
	s := newStudio(t, record.Options{}, record.WHIPOptions{})
	g := newGuest(s)
	g.add("audio/opus")
	g.publish("")
	name := filepath.Join(s.dir, "call-audio-0.mjr")
	if err := os.WriteFile(name, []byte("another's"), 0o600); err != nil {
		t.Fatal(err)
	}
	g.send(0, 10)
	s.received("call-2-audio-0", 10)
	g.leave()
	if err := s.stop(); err != nil {
		t.Errorf("error %v", err)
	}
	if b, err := os.ReadFile(name); err != nil || string(b) != "another's" {
		t.Errorf("file %q, %v", b, err)
	}
	if told := s.told(); len(told) != 2 || told[0].Publisher != 1 {
		t.Errorf("told %+v", told)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.warned) != 1 || !strings.Contains(s.warned[0], "call-audio-0.mjr") {
		t.Errorf("warned %q", s.warned)
	}
}

// TestWHIPGarbage: 10,000 offers that are none leave nothing behind, and the
// next publisher is the first.
func TestWHIPGarbage(t *testing.T) {
	s := newStudio(t, record.Options{}, record.WHIPOptions{})
	good := func() string {
		g := newGuest(s)
		g.add("audio/opus")
		o, err := g.pc.CreateOffer(nil)
		if err != nil {
			t.Fatal(err)
		}
		return o.SDP
	}()
	lines := strings.SplitAfter(good, "\r\n")
	seeds := []func(i int) string{
		func(i int) string { return good[:i%len(good)] },
		func(i int) string { return strings.Join(slices.Delete(slices.Clone(lines), 1, 2+i%(len(lines)-2)), "") },
		func(i int) string {
			return strings.ReplaceAll(good, "a=fingerprint:", "a=fingerprint:"+string(rune('a'+i%26)))
		},
		func(i int) string { return strings.ReplaceAll(good, "opus/48000", "opus/"+strings.Repeat("9", i%50)) },
		func(i int) string {
			return strings.ReplaceAll(good, "m=audio 9", "m=audio "+strings.Repeat("-", 1+i%50))
		},
		func(i int) string { return "v=0\r\nm=" + strings.Repeat("video ", i%5000) },
		func(i int) string { return strings.Repeat("\x00\xff", i%1000) },
		func(i int) string { return strings.Repeat("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", 1+i%100) },
	}
	const n = 10_000
	before := census(t)
	answered := 0
	for i := range n {
		status, text, h := s.post("", "application/sdp", seeds[i%len(seeds)](i/len(seeds)))
		switch {
		case status == http.StatusCreated: // some of it can be understood after all
			answered++
			(&guest{s: s, url: s.url + h.Get("Location")}).leave()
		case status < 400 || status > 499 || strings.TrimSpace(text) == "":
			t.Fatalf("garbage %d: %d, %q", i, status, text)
		}
	}
	if answered > n/2 {
		t.Errorf("%d of %d were answered: that is no garbage", answered, n)
	}
	http.DefaultClient.CloseIdleConnections()
	until(t, "what garbage leaves to go", func() bool { return census(t).within(before) })
	if got := names(t, s.dir); len(got) != 0 {
		t.Errorf("files %q", got)
	}
	g := newGuest(s)
	g.add("audio/opus")
	g.publish("")
	g.send(0, 1)
	s.received("call-audio-0", 1)
}

// TestWHIPNothingIsLeft: no goroutine and no descriptor outlives a publisher.
func TestWHIPNothingIsLeft(t *testing.T) {
	s := newStudio(t, record.Options{}, record.WHIPOptions{})
	once := func(goodbye bool) {
		g := newGuest(s)
		g.add("audio/opus")
		g.add("video/VP8")
		g.publish("")
		before := len(s.told())
		g.send(0, 5)
		g.send(1, 5)
		until(t, "the publisher", func() bool { return len(s.told()) > before })
		if goodbye {
			g.leave()
		}
		g.close()
		until(t, "its end", func() bool { return len(s.told()) == before+2 })
		http.DefaultClient.CloseIdleConnections()
	}
	once(true) // what is opened once
	before := census(t)
	for range 3 {
		once(true)
		once(false)
	}
	until(t, "what publishers leave to go", func() bool { return census(t).within(before) })
}
