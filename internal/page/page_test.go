package page

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What is served is what lies in static: nothing less, and no folder.
func TestSumsAreThoseOfTheFiles(t *testing.T) {
	entries, err := os.ReadDir("static")
	if err != nil {
		t.Fatal(err)
	}
	sums := Sums()
	if len(sums) != len(entries) {
		t.Errorf("%d sums, static has %d files", len(sums), len(entries))
	}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join("static", e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(content)
		if want := (Sum{e.Name(), hex.EncodeToString(sum[:])}); !slices.Contains(sums, want) {
			t.Errorf("Sums lacks %v", want)
		}
	}
	if _, err := fs.Stat(Files(), "worker.js"); err != nil {
		t.Error(err)
	}
}

// reaches finds what a module could reach others by, or run their code.
var reaches = regexp.MustCompile(`\b(fetch|XMLHttpRequest|WebSocket|WebTransport|EventSource|sendBeacon|importScripts|eval|Function|indexedDB|localStorage|caches|BroadcastChannel|RTCPeerConnection)\b|\bimport\(`)

// The worker has the keys. What it loads is here, and takes no key anywhere:
// all that leaves it are frames and the messages of session.js.
func TestWorkerReachesNobody(t *testing.T) {
	var all []string
	for next := []string{"worker.js"}; len(next) > 0; next = next[1:] {
		if slices.Contains(all, next[0]) {
			continue
		}
		all = append(all, next[0])
		source, err := fs.ReadFile(Files(), next[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(source), "\n") {
			code, _, _ := strings.Cut(line, "//")
			if found := reaches.FindString(code); found != "" {
				t.Errorf("%s has %q: %s", next[0], found, line)
			}
		}
		for _, m := range regexp.MustCompile(`(?m)^(?:import|export) [^;]*?from "([^"]*)";$`).FindAllSubmatch(source, -1) {
			name, local := strings.CutPrefix(string(m[1]), "./")
			if !local || path.Base(name) != name {
				t.Errorf("%s imports %q from elsewhere", next[0], m[1])
				continue
			}
			next = append(next, name)
		}
	}
	if len(all) < 25 {
		t.Errorf("the worker loads %d modules: the search for imports is broken", len(all))
	}
}
