// Package corpus is the real recordings and vectors in testdata, for tests:
// where they lie, and what the sender's encoder had made (truth.jsonl).
package corpus

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Root is the folder testdata of this repository.
func Root(t testing.TB) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("corpus: this source file has no name")
	}
	return filepath.Join(filepath.Dir(file), "..", "..", "testdata")
}

// Recording is one call as Janus recorded it.
type Recording struct {
	Name  string
	Dir   string
	Files []string // the .mjr files, whole paths, sorted
	Keys  string   // the key file, "" for plain recordings
	Truth []Truth  // one an encoded frame, in the encoder's order
}

// Truth is one frame as the sender's encoder made it.
type Truth struct {
	Kind      string // "audio" or "video"
	Type      string // "key" or "delta", "" for audio
	RTPTime   uint32 `json:"rtp_ts"`
	Len       int
	SHA256    string `json:"sha256"` // of the frame before encryption, hex
	EncLen    int    `json:"enc_len"`
	EncSHA256 string `json:"enc_sha256"`
	Dropped   bool   // never left the sender
}

// Names lists the recordings.
func Names(t testing.TB) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(Root(t), "recordings"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// Load reads one recording's files and truth.
func Load(t testing.TB, name string) Recording {
	t.Helper()
	r := Recording{Name: name, Dir: filepath.Join(Root(t), "recordings", name)}
	files, err := filepath.Glob(filepath.Join(r.Dir, "*.mjr"))
	if err != nil || len(files) == 0 {
		t.Fatalf("corpus: no recordings in %s (%v)", r.Dir, err)
	}
	slices.Sort(files)
	r.Files = files
	if k := filepath.Join(r.Dir, "keys.jwks.json"); exists(k) {
		r.Keys = k
	}
	r.Truth = truth(t, filepath.Join(r.Dir, "truth.jsonl"))
	return r
}

// File finds the recording's file of a kind: "audio", "video" or "data".
func (r Recording) File(t testing.TB, kind string) string {
	t.Helper()
	for _, f := range r.Files {
		if strings.Contains(strings.TrimPrefix(filepath.Base(f), r.Name), kind) {
			return f
		}
	}
	t.Fatalf("corpus: %s has no %s file", r.Name, kind)
	return ""
}

// Encrypted lists the frames of a kind by the SHA-256 of what was sent.
func (r Recording) Encrypted(kind string) map[string]Truth {
	m := make(map[string]Truth)
	for _, t := range r.Truth {
		if t.Kind == kind {
			m[t.EncSHA256] = t
		}
	}
	return m
}

// Vectors decodes testdata/vectors/name into v.
func Vectors(t testing.TB, name string, v any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(Root(t), "vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("corpus: %s: %v", name, err)
	}
}

func truth(t testing.TB, path string) []Truth {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []Truth
	for s := bufio.NewScanner(f); s.Scan(); {
		var line Truth
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			t.Fatalf("corpus: %s: %v", path, err)
		}
		all = append(all, line)
	}
	return all
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
