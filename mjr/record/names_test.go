package record

import (
	"strings"
	"testing"
)

// TestNameOf: no two layers have one name, and none leads out of the folder.
func TestNameOf(t *testing.T) {
	seen := make(map[string]string)
	for _, rid := range []string{"", "q", "ab", "a-b", "a_b", "a.b", "../b", "é", strings.Repeat("x", 32), strings.Repeat("x", 33), strings.Repeat("x", 34)} {
		name := nameOf(rid)
		if other, ok := seen[name]; ok {
			t.Errorf("%q and %q are both called %q", rid, other, name)
		}
		seen[name] = rid
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789") != "" || len(name) > 40 {
			t.Errorf("%q is called %q", rid, name)
		}
	}
	for _, rid := range []string{"", "q", "ab"} {
		if name := nameOf(rid); name != rid {
			t.Errorf("%q is called %q", rid, name)
		}
	}
}
