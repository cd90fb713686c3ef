package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// studio is a recorder, and a browser on its page.
type studio struct {
	*pagetest.Browser
	t    *testing.T
	mjr  *command
	dir  string
	keys string // the key file that was saved
}

func newStudio(t *testing.T, b *pagetest.Browser, args ...string) *studio {
	t.Helper()
	dir := t.TempDir()
	args = append([]string{"record", "--json", "--listen", "127.0.0.1:0"}, args...)
	return &studio{Browser: b, t: t, mjr: start(t, append(args, filepath.Join(dir, "call"))...), dir: dir}
}

// prepare opens the page and makes all choices.
func (s *studio) prepare(url, codec string, encrypted bool) {
	s.t.Helper()
	s.Open("about:blank")
	s.Open(url + "#trace")
	s.State("needs-permission")
	s.Eval(`document.getElementById("allow").click()`)
	s.State("ready")
	if encrypted {
		s.save()
	} else {
		s.Eval(`document.querySelector("[name=keys][value=none]").click()`)
	}
	s.Eval(`document.getElementById("codec").value = "` + codec + `"`)
	s.Wait(`document.getElementById("codec").value === "` + codec + `"`)
	s.Wait(`!document.getElementById("start").disabled`)
}

// save takes the new key file, as a user does.
func (s *studio) save() {
	s.t.Helper()
	dir := s.t.TempDir()
	s.Downloads(dir)
	s.Wait(`document.getElementById("start").disabled`)
	s.Eval(`document.getElementById("save").click()`)
	until(s.t, "the saved key file", func() bool {
		found, err := filepath.Glob(filepath.Join(dir, "*.jwks.json"))
		if err != nil || len(found) != 1 {
			return false
		}
		s.keys = found[0]
		b, err := os.ReadFile(s.keys)
		return err == nil && json.Valid(b)
	})
}

// record records until there are so many packets.
func (s *studio) record(audio, video int) {
	s.t.Helper()
	s.Eval(`document.getElementById("start").click()`)
	s.Wait(`document.getElementById("status").dataset.state !== "connecting"`)
	s.State("recording")
	a, v, state := 0, 0, ""
	defer func() {
		if a < audio || v < video {
			counts := pagetest.Value[string](s.Browser, `JSON.stringify(mjrTrace.filter(m => m.type === "counts").slice(-2))`)
			s.t.Logf("%d and %d packets; the page says %q, its worker %s, the recorder %s", a, v, state, counts, s.mjr.all())
		}
	}()
	until(s.t, "packets", func() bool {
		a, v = len(s.file("call-audio-0").packets), len(s.file("call-video-1").packets)
		state = pagetest.Value[string](s.Browser, `document.getElementById("status").textContent`)
		if !strings.HasPrefix(state, "Recording") {
			s.t.Fatal("it ended early")
		}
		return a >= audio && v >= video
	})
}

// file is what was recorded so far under a name.
func (s *studio) file(name string) recorded {
	s.t.Helper()
	for _, ending := range []string{".mjr", ".mjr.tmp"} {
		if path := filepath.Join(s.dir, name+ending); exists(path) {
			return readRecorded(s.t, path)
		}
	}
	return recorded{}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// stop ends the publication by its button, and the recorder by a signal.
func (s *studio) stop() {
	s.t.Helper()
	s.Eval(`document.getElementById("stop").click()`)
	s.State("stopped")
	until(s.t, "whole files", func() bool {
		return exists(filepath.Join(s.dir, "call-audio-0.mjr")) && exists(filepath.Join(s.dir, "call-video-1.mjr"))
	})
	if code := s.mjr.stop(); code != 0 {
		s.t.Errorf("exit %d", code)
	}
	for _, c := range s.Complaints() {
		s.t.Errorf("the page said %s", c)
	}
}

// until waits for what something else brings about.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	late := time.After(pagetest.Patience)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for !ok() {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// result is what the recorder says of a file at the end.
type result struct {
	Type       string
	Kind       string
	Stored     int64
	Lost       int64
	Duplicates int64
	Encrypted  bool
	Received   int64
	NotRTP     int64 `json:"not_rtp"`
	Long       int64 `json:"too_long"`
	Drops      int64 `json:"queue_drops"`
	Others     int64
}

// all are the JSON lines so far.
func (c *command) all() []json.RawMessage {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.events
}

// check holds the report of each file against the file.
func (s *studio) check(encrypted bool) map[string]recorded {
	s.t.Helper()
	files := map[string]recorded{"audio": s.file("call-audio-0"), "video": s.file("call-video-1")}
	n := 0
	for _, e := range s.mjr.all() {
		var r result
		if err := json.Unmarshal(e, &r); err != nil {
			s.t.Fatal(err)
		}
		if r.Type != "result" {
			continue
		}
		n++
		rec := files[r.Kind]
		if missing := rec.missing(s.t); r.Stored != int64(len(rec.packets)) || r.Lost != missing || r.Encrypted != encrypted || rec.header.Encrypted != encrypted {
			s.t.Errorf("%d packets, %d missing, flag %v; the report says %+v", len(rec.packets), missing, rec.header.Encrypted, r)
		}
		if r.Received != r.Stored+r.Duplicates || r.NotRTP+r.Long+r.Drops+r.Others != 0 {
			s.t.Errorf("report %+v", r)
		}
	}
	if n != 2 {
		s.t.Errorf("%d results", n)
	}
	if own := string(files["video"].header.Unknown["mjr"]); !strings.Contains(own, `"sr":[[`) || !strings.Contains(own, `"mid":"1"`) {
		s.t.Errorf("no sender reports, or no mid, in %s", own)
	}
	return files
}
