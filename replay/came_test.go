package replay

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// ranges are the sequence numbers that came, from the first one on.
func ranges(all []taped) string {
	var text strings.Builder
	all = inOrder(all)
	for i, p := range all {
		n := int16(p.SequenceNumber - all[0].SequenceNumber)
		if i == 0 || p.SequenceNumber != all[i-1].SequenceNumber+1 {
			fmt.Fprintf(&text, " %d-", n)
		}
		if i == len(all)-1 || all[i+1].SequenceNumber != p.SequenceNumber+1 {
			fmt.Fprintf(&text, "%d", n)
		}
	}
	return text.String()
}

// inOrder sorts packets by their sequence numbers, which began with the first.
func inOrder(all []taped) []taped {
	if len(all) == 0 {
		return nil
	}
	first := all[0].SequenceNumber
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b taped) int {
		return cmp.Compare(int16(a.SequenceNumber-first), int16(b.SequenceNumber-first))
	})
	return sorted
}

// sameMedia checks that what came of a track is what was recorded: every
// packet, once and in order.
func sameMedia(t testing.TB, r *Recording, got []taped) {
	t.Helper()
	got = inOrder(got)
	unbroken(t, r, got)
	want := ordered(t, r)
	n := 0
	for _, w := range want {
		if len(w.Payload) == 0 {
			continue
		}
		if n == len(got) {
			t.Fatalf("%s: %d packets, want %d", r.Name, len(got), len(want))
		}
		a, b := media(t, r, got[n].Payload, got[n].Marker), media(t, r, w.Payload, w.Header.Marker)
		if !bytes.Equal(a, b) {
			t.Fatalf("%s: packet %d is not the one that was recorded", r.Name, n)
		}
		n++
	}
	if n != len(got) {
		t.Fatalf("%s: %d packets, want %d", r.Name, len(got), n)
	}
}
