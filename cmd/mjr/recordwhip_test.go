//go:build !nonet

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/internal/mjrtest"
	"github.com/mjrkit/mjrkit/internal/rtc"
	"github.com/mjrkit/mjrkit/internal/whip"
)

// studio is a recorder that publishers come to, with --json.
type studio struct {
	t      *testing.T
	url    string      // ends in /
	lines  chan []byte // of standard output, which is read whether anybody wants them
	stop   context.CancelCauseFunc
	exit   chan int
	stderr bytes.Buffer
}

func newStudio(t *testing.T, name string, args ...string) *studio {
	t.Helper()
	ctx, stop := context.WithCancelCause(context.Background())
	stdout, w := io.Pipe()
	s := &studio{t: t, lines: make(chan []byte, 10_000), stop: stop, exit: make(chan int, 1)}
	args = append(append([]string{"record", "--json", "--listen", "127.0.0.1:0"}, args...), name)
	go func() {
		s.exit <- run(ctx, args, nil, w, &s.stderr)
		w.Close()
	}()
	go func() {
		defer close(s.lines)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			s.lines <- bytes.Clone(lines.Bytes())
		}
	}()
	t.Cleanup(func() {
		stop(signalError{syscall.SIGTERM})
		for range s.lines {
		}
	})
	var ready serveReady
	s.next("ready", &ready)
	s.url = ready.URL
	return s
}

// next reads JSON lines up to the next of a type.
func (s *studio) next(kind string, v any) {
	s.t.Helper()
	for line := range s.lines {
		var c common
		if json.Unmarshal(line, &c) == nil && c.Type == kind {
			if err := json.Unmarshal(line, v); err != nil {
				s.t.Fatal(err)
			}
			return
		}
	}
	s.t.Fatalf("no line of type %q", kind)
}

// end sends the first signal, and returns the summary and the exit code.
func (s *studio) end() (recordSummary, int) {
	s.t.Helper()
	s.stop(signalError{syscall.SIGTERM})
	var sum recordSummary
	s.next("summary", &sum)
	return sum, <-s.exit
}

// publisher sends audio.
type publisher struct {
	out     rtc.Out
	session *whip.Session
	seq     uint16
}

type deaf struct{}

func (deaf) KeyFrameRequest(int)                   {}
func (deaf) Resend(int, []uint16)                  {}
func (deaf) RTPTime(int, time.Time) (uint32, bool) { return 0, false }

func publish(t *testing.T, s *studio, query string) *publisher {
	t.Helper()
	e, err := rtc.NewEngine(rtc.Config{Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	peer, offer, err := e.Offer(t.Context(), []rtc.OutTrack{{Kind: "audio", Codec: "opus", ClockRate: 48000}}, deaf{})
	if err != nil {
		t.Fatal(err)
	}
	session, err := (&whip.Client{URL: s.url + "whip" + query}).Publish(t.Context(), offer)
	if err != nil {
		t.Fatal(err)
	}
	if err := peer.Answer(session.Answer); err != nil {
		t.Fatal(err)
	}
	select {
	case <-peer.Connected():
	case <-time.After(time.Minute):
		t.Fatal("no connection")
	}
	return &publisher{out: peer.Outs()[0], session: session}
}

func (p *publisher) send(size int) error {
	p.seq++
	return p.out.Writer.WriteRTP(&rtp.Packet{
		Header:  rtp.Header{Version: 2, PayloadType: p.out.PayloadType, SSRC: p.out.SSRC, SequenceNumber: p.seq, Timestamp: uint32(p.seq) * 960},
		Payload: make([]byte, size),
	})
}

// TestRecordPublishers tells of publishers who come and go, and ends well with
// one that is there.
func TestRecordPublishers(t *testing.T) {
	dir := t.TempDir()
	metrics := freeTCP(t)
	s := newStudio(t, filepath.Join(dir, "call"), "--metrics", metrics)
	var told recordPublisher
	for i, query := range []string{"", "?e2ee=1"} {
		p := publish(t, s, query)
		if err := p.send(20); err != nil {
			t.Fatal(err)
		}
		s.next("publisher", &told)
		if told.Gone || told.Publisher != i+1 || told.Encrypted != (i == 1) {
			t.Errorf("told %+v", told)
		}
		page := get(t, "http://"+metrics+"/metrics")
		if want := "mjr_record_publishers 1\n"; !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
		if i == 1 {
			break
		}
		if err := p.session.Delete(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.next("publisher", &told)
		if want := filepath.Join(dir, "call-audio-0.mjr"); !told.Gone || told.Publisher != 1 || len(told.Files) != 1 || told.Files[0] != want || told.Error != nil {
			t.Errorf("told %+v", told)
		}
	}
	if sum, code := s.end(); code != exitOK || sum.Exit != exitOK {
		t.Errorf("exit %d, %+v\n%s", code, sum, &s.stderr)
	}
	for name, encrypted := range map[string]bool{"call-audio-0.mjr": false, "call-2-audio-0.mjr": true} {
		if h := mjrtest.Read(t, filepath.Join(dir, name)).Header; h.Encrypted != encrypted {
			t.Errorf("%s: %s", name, h.Raw)
		}
	}
	if said := s.stderr.String(); !strings.Contains(said, "mjr: open "+s.url+" to publish\n") {
		t.Errorf("said %s", said)
	}
}

// TestRecordDoor: who may not come in is told so, and nobody else notices.
func TestRecordDoor(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("0123456789abcdef"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newStudio(t, filepath.Join(t.TempDir(), "call"), "--token-file", token, "--e2ee")
	at, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	// Who sends a request slowly holds up nobody.
	slow, err := net.Dial("tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if _, err := io.WriteString(slow, "POST /whip HTTP/1.1\r\nHost: "+at.Host+"\r\nContent-Le"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		sin, method, path, host, origin, token string
		status                                 int
	}{
		{"no token", "POST", "whip", "", "", "", 401},
		{"no token for the recorder", "GET", "recorder", "", "", "", 401},
		{"wrong token", "POST", "whip", "", "", "0123456789abcdeF", 401},
		{"foreign origin", "POST", "whip", "", "https://example.org", "0123456789abcdef", 403},
		{"rebound host", "POST", "whip", "rebound.example", "", "0123456789abcdef", 421},
		{"rebound host for the page", "GET", "", "rebound.example", "", "", 421},
		{"no offer", "POST", "whip", "", "", "0123456789abcdef", 415},
		{"no session", "DELETE", "whip/sessions/AAAAAAAAAAAAAAAAAAAAAA", "", "", "0123456789abcdef", 404},
		{"no such path", "GET", "whip/else", "", "", "0123456789abcdef", 404},
		{"the page is no endpoint", "POST", "", "", "", "0123456789abcdef", 405},
		{"none: the page", "GET", "", "", "", "", 200},
		{"none: the worker", "GET", "worker.js", "", "", "", 200},
		{"none: the recorder", "GET", "recorder", "", "http://" + at.Host, "0123456789abcdef", 200},
		{"none: options", "OPTIONS", "whip", "", "", "0123456789abcdef", 200},
	} {
		q, err := http.NewRequest(c.method, s.url+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Host = c.host
		if c.origin != "" {
			q.Header.Set("Origin", c.origin)
		}
		if c.token != "" {
			q.Header.Set("Authorization", "Bearer "+c.token)
		}
		resp, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != c.status || c.status >= 400 && len(bytes.TrimSpace(b)) == 0 {
			t.Errorf("%s: %s, %q, want %d", c.sin, resp.Status, b, c.status)
		}
		if c.path == "recorder" && c.status == 200 && string(b) != `{"schema":"mjr/1","type":"recorder","encrypted":true}`+"\n" {
			t.Errorf("the recorder says %s", b)
		}
	}
	if sum, code := s.end(); code != exitOK {
		t.Errorf("exit %d, %+v", code, sum)
	}
	if said := s.stderr.String(); strings.Contains(said, "0123456789abcde") {
		t.Errorf("the token is in what was said: %s", said)
	}
}
