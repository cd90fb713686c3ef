package page

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
