package record_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/rtc"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// until waits for a state that something else brings about.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	late := time.After(time.Minute)
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !ok() {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// studio is a recorder that publishers come to.
type studio struct {
	t        *testing.T
	dir      string
	recorder *record.Recorder
	whip     *record.WHIP
	url      string
	stop     func() error // what Run returned

	mu      sync.Mutex
	warned  []string
	changes []record.PublisherChange
}

// newStudio records under the name "call" in a new folder.
func newStudio(t *testing.T, o record.Options, w record.WHIPOptions) *studio {
	t.Helper()
	s := &studio{t: t, dir: t.TempDir()}
	o.Name, o.Publishers = filepath.Join(s.dir, "call"), true
	o.Warn = func(text string) {
		s.mu.Lock()
		s.warned = append(s.warned, text)
		s.mu.Unlock()
	}
	w.Changed = func(c record.PublisherChange) {
		s.whip.Publishers() // must not wait for this to return
		s.mu.Lock()
		s.changes = append(s.changes, c)
		s.mu.Unlock()
	}
	engine, err := rtc.NewEngine(rtc.Config{Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	s.recorder = newRecorder(t, o)
	s.whip = record.NewWHIP(engine, w)
	server := httptest.NewServer(s.whip)
	s.url = server.URL
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.whip.Run(ctx, s.recorder) }()
	s.stop = sync.OnceValue(func() error {
		stop()
		err := await(t, "the end of all sessions", ended)
		server.Close()
		engine.Close()
		return err
	})
	t.Cleanup(func() { s.stop() })
	return s
}

// told is what the recorder said so far of publishers.
func (s *studio) told() []record.PublisherChange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.changes)
}

// post sends an offer.
func (s *studio) post(query, kind, body string) (status int, answer string, h http.Header) {
	s.t.Helper()
	resp, err := http.Post(s.url+"/whip"+query, kind, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(b), resp.Header
}

// received waits until a file has got so many packets.
func (s *studio) received(name string, n int64) {
	s.t.Helper()
	until(s.t, name, func() bool {
		for _, f := range s.recorder.Report().Files {
			if filepath.Base(f.Name) == name && f.Received >= n {
				return true
			}
		}
		return false
	})
}
