package replay

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// Every packet of every real recording comes out once, in order, when it is
// due, with the bytes that were recorded.
func TestPlayEverything(t *testing.T) {
	for _, name := range corpus.Names(t) {
		t.Run(name, func(t *testing.T) {
			s := call(t, name)
			synctest.Test(t, func(t *testing.T) {
				tapes, p := play(t, s, Options{}, nil)
				if got, want := p.Position(), s.Duration(); got != want {
					t.Errorf("ended at %v, want %v", got, want)
				}
				for i, r := range s.Tracks() {
					whole(t, s, i, ordered(t, r), tapes[i].all(), p.Stats()[i])
				}
			})
		})
	}
}

// TestPlayAfterStandstill: a Writer that blocks for long makes all that comes
// later as much later, in time and by its stamp, and no burst. After a short
// while what is overdue is sent at once, as it is stamped.
func TestPlayAfterStandstill(t *testing.T) {
	for _, c := range []struct{ blocked, shift time.Duration }{{10 * time.Second, 10 * time.Second}, {lateMost / 2, 0}} {
		s := call(t, "plain-opus-dtx")
		synctest.Test(t, func(t *testing.T) {
			orderly, _ := play(t, s, Options{}, nil)
			want := orderly[0].all()
			const at = 100 // the packet that blocks
			n := 0
			all, tapes := sinks(s)
			tapes[0].during = func(*rtp.Packet) {
				if n++; n == at {
					time.Sleep(c.blocked)
				}
			}
			p := NewPlayer(s, Options{})
			if err := p.Play(t.Context(), all); err != nil {
				t.Fatal(err)
			}
			got := tapes[0].all()
			if len(got) != len(want) || p.Position() != s.Duration() {
				t.Fatalf("%d packets up to %v, want %d up to %v", len(got), p.Position(), len(want), s.Duration())
			}
			const frame = 60 * time.Millisecond // the longest of this recording, or less than two
			for i := at; i < len(got); i++ {
				later := got[i].at - want[i].at
				stamp := time.Duration(got[i].Timestamp-got[0].Timestamp-(want[i].Timestamp-want[0].Timestamp)) * time.Second / 48000
				if (stamp - c.shift).Abs() > frame {
					t.Fatalf("packet %d is stamped %v later, want %v", i, stamp, c.shift)
				}
				overdue := c.shift == 0 && want[i].at < want[at-1].at+c.blocked
				if !overdue && (later-c.shift).Abs() > frame {
					t.Fatalf("packet %d came %v later, want %v", i, later, c.shift)
				}
			}
		})
	}
}
