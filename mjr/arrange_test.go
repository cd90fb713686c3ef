package mjr_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// TestArrange: whatever the headers claim, every file is in one track, or left
// out with a reason.
func TestArrange(t *testing.T) {
	parts := inParts(t, opus(t, 90), 10, 20, 30, 40, 50)
	copied := parts[2]
	copied.name = "call-audio-0.p2.mjr"
	far := parts[3]
	far.name, far.header.FirstFrame = "call-audio-0.p1000000.mjr", far.header.FirstFrame.Add(time.Second)
	far.origin = map[string]any{"v": "x", "mid": "0", "part": 1 << 20, "start": parts[0].header.FirstFrame.UnixMicro()}
	single, other := parts[0], parts[0]
	single.name, other.name = "b-audio-0.mjr", "b-audio-0.mjr.tmp"
	lost := stored{name: "call-audio-0.p009.mjr"}
	files := []stored{parts[4], far, parts[0], single, copied, parts[2], other, lost, parts[1]}
	var names []string
	for _, f := range files {
		names = append(names, f.name)
	}
	looked := 0
	tracks, left := mjr.Arrange(names, func(i int) (mjr.Header, bool, error) {
		looked++
		if files[i].packets == nil {
			return mjr.Header{}, false, mjr.ErrNotMJR
		}
		r := open(t, files[i].bytes(t))
		return r.Header, r.Empty(), nil
	})
	if got, want := fmt.Sprint(tracks), "[[2 8 4 0 1] [3] [6]]"; got != want {
		t.Errorf("tracks %s, want %s", got, want)
	}
	for i, err := range left {
		want := error(nil)
		switch i {
		case 5: // the same part again, under its own name
			want = mjr.ErrOther
		case 7:
			want = mjr.ErrNotMJR
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", names[i], err, want)
		}
	}
	if looked != len(files) {
		t.Errorf("looked at %d headers, want %d", looked, len(files))
	}
	// Files that stand alone are not looked at.
	tracks, _ = mjr.Arrange([]string{"a.mjr", "a-audio-0.p002.mjr", "b.mjr.tmp"}, nil)
	if fmt.Sprint(tracks) != "[[0] [1] [2]]" {
		t.Errorf("tracks %v", tracks)
	}
}

// TestArrangeNone: where none of several files is a recording, each is a track
// whose own error tells.
func TestArrangeNone(t *testing.T) {
	names := []string{"a-audio-0.mjr", "a-audio-0.p002.mjr"}
	tracks, left := mjr.Arrange(names, func(int) (mjr.Header, bool, error) { return mjr.Header{}, false, mjr.ErrNotMJR })
	if fmt.Sprint(tracks) != "[[0] [1]]" || slices.ContainsFunc(left, func(err error) bool { return err != nil }) {
		t.Errorf("tracks %v, left out %v", tracks, left)
	}
}
