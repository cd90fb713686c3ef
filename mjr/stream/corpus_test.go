package stream

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// verified is what an independent reader found in a file.
type verified struct {
	Packets   int64
	Padding   int64 `json:"rtp_padding"`
	Empty     int64
	Dup       int64
	Reordered int64
	Gaps      int64
	PTs       map[uint8]int64
	SSRCs     map[uint32]int64
}

func TestRecordings(t *testing.T) {
	files := 0
	for _, name := range corpus.Names(t) {
		r := corpus.Load(t, name)
		b, err := os.ReadFile(filepath.Join(r.Dir, "verify.json"))
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]verified
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, file := range r.Files {
			base := filepath.Base(file)
			if strings.Contains(strings.TrimPrefix(base, name), "data") {
				continue
			}
			files++
			t.Run(base, func(t *testing.T) {
				w, ok := want[base]
				if !ok {
					t.Fatalf("not in verify.json")
				}
				recording(t, file, base, name, w)
			})
		}
	}
	if files < 20 {
		t.Fatalf("only %d files", files)
	}
}

func recording(t *testing.T, file, base, name string, want verified) {
	all, r := drain(t, &slice{packets: load(t, file)}, Options{ClockRate: rate(base, name)})
	if got := r.Delivered + r.Padding; got != want.Packets {
		t.Errorf("%d packets, want %d", got, want.Packets)
	}
	if r.Padding != want.Padding || r.Padding != want.Empty {
		t.Errorf("%d without payload, want %d", r.Padding, want.Padding)
	}
	// What verify.json calls gaps are numbers.
	if r.Lost != want.Gaps {
		t.Errorf("%d lost, want %d", r.Lost, want.Gaps)
	}
	if r.Reordered != want.Reordered || r.Duplicate != want.Dup {
		t.Errorf("%d reordered and %d duplicates, want %d and %d", r.Reordered, r.Duplicate, want.Reordered, want.Dup)
	}
	if n := r.Late + r.NotRTP + r.Stray + r.Restarts + r.ClockResets; n != 0 {
		t.Errorf("a plain recording is called damaged: %+v", r)
	}
	if want.PTs != nil && r.Padding == 0 && (!maps.Equal(r.Payloads, want.PTs) || !maps.Equal(r.SSRCs, want.SSRCs)) {
		t.Errorf("payload types %v of %v, want %v of %v", r.Payloads, r.SSRCs, want.PTs, want.SSRCs)
	}
	if !r.ArrivalBelieved {
		t.Error("received times of Janus are not believed")
	}
	paused := 3100 * time.Millisecond
	if name != "plain-vp8-pause" {
		paused = 0
	}
	if d := r.PauseTotal - paused; d < -50*time.Millisecond || d > 50*time.Millisecond {
		t.Errorf("paused for %v, want %v", r.PauseTotal, paused)
	}
	if d := r.ClockDrift.Abs(); d > 200*time.Millisecond {
		t.Errorf("clocks drifted by %v", d)
	}
	// Janus starts timestamps at 0, and no timestamp of these files wraps.
	for _, p := range all {
		if p.Time != int64(p.Header.Timestamp) || p.Seq != int64(p.Header.SequenceNumber) {
			t.Fatalf("number %d at %d, want %d at %d", p.Seq, p.Time, p.Header.SequenceNumber, p.Header.Timestamp)
		}
	}
	if last := all[len(all)-1]; r.FirstTime != 0 || r.LastTime != last.Time || r.LastArrival != last.Arrival {
		t.Errorf("from %d to %d, %v; want from 0 to %d, %v", r.FirstTime, r.LastTime, r.LastArrival, last.Time, last.Arrival)
	}
}

func rate(base, name string) int {
	if strings.Contains(strings.TrimPrefix(base, name), "audio") {
		return 48000
	}
	return 90000
}
