package replay

import (
	"bytes"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr/stream"
)

// whole compares what a track of a session was played as with what was
// recorded.
func whole(t *testing.T, s *Session, track int, want []stream.Packet, got []taped, stats TrackStats) {
	t.Helper()
	r := s.Tracks()[track]
	unbroken(t, r, got)
	if n := int64(len(got)); n != stats.Packets || n+stats.Dropped+stats.Unsendable != int64(len(want)) {
		t.Fatalf("%s: %d packets of %d, and counted %+v", r.Name, n, len(want), stats)
	}
	n := 0
	first := -1
	for i, w := range want {
		if n == len(got) {
			break
		}
		g := got[n]
		from := media(t, r, w.Payload, w.Header.Marker)
		if w.Header.PayloadType == uint8(r.Header.REDType) {
			from = from[max(0, len(from)-len(g.Payload)):] // the primary encoding stands last
		}
		if !bytes.Equal(media(t, r, g.Payload, g.Marker), from) {
			continue // dropped
		}
		if first < 0 {
			first = i
		}
		n++
		if d := int64(g.Timestamp-got[0].Timestamp) - (w.Time - want[first].Time); d != 0 {
			t.Fatalf("%s: packet %d: timestamp is %d ticks off", r.Name, i, d)
		}
		due := s.zero[track] + r.duration(w.Time)
		if d := g.at - due; d < 0 || d > time.Millisecond {
			t.Fatalf("%s: packet %d: sent at %v, due at %v", r.Name, i, g.at, due)
		}
		if w.Header.Marker && !g.Marker {
			t.Fatalf("%s: packet %d: marker lost", r.Name, i)
		}
	}
	if n != len(got) {
		t.Fatalf("%s: packet %d that was sent is none that was recorded, or not in order", r.Name, n)
	}
}
