//go:build !nokeys

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// TestKeysNew makes a key of every scheme and cipher that help lists, each of
// which is then found to be fine.
func TestKeysNew(t *testing.T) {
	if len(decrypt.Algs()) == 0 {
		t.Fatal("there are none")
	}
	for _, alg := range decrypt.Algs() {
		file := filepath.Join(t.TempDir(), "keys.jwks.json")
		if code, said := command(t.Context(), "keys", "new", "--alg", alg, "--id", "1", "--salt", "room", "-o", file); code != exitOK {
			t.Errorf("%s: exit code %d: %s", alg, code, said)
			continue
		}
		want := keyLine(decrypt.Key{Alg: alg})[len(`key "": `):]
		code, said := command(t.Context(), "keys", "check", file)
		if code != exitOK || !strings.Contains(said, want) || strings.Contains(said, "warning") {
			t.Errorf("%s: exit code %d: %s", alg, code, said)
		}
	}
}
