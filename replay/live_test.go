package replay

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Whoever joins gets at once what decoding needs, and from then on the same
// packets at the same times as the others.
func TestLive(t *testing.T) {
	for _, name := range []string{"livekit-vp8", "plain-vp9", "sframe-vp8"} {
		synctest.Test(t, func(t *testing.T) {
			s := call(t, name)
			l := NewLive(s, Options{Start: time.Second, Loop: true})
			ctx, cancel := context.WithCancel(t.Context())
			var done sync.WaitGroup
			var tapes [][]*tape
			var players []*Player
			began := time.Now()
			for range 5 {
				sinks, mine := sinks(s)
				for _, w := range mine {
					w.began = began
				}
				p := NewPlayer(s, l.Options())
				done.Go(func() { p.Play(ctx, sinks) })
				tapes, players = append(tapes, mine), append(players, p)
				rest(3500 * time.Millisecond)
			}
			rest(10 * time.Second)
			for i, p := range players {
				if got, want := p.Position(), players[0].Position(); got != want {
					t.Errorf("%s: player %d is at %v, the first one at %v", name, i, got, want)
				}
			}
			cancel()
			done.Wait()
			for i, mine := range tapes {
				joined := time.Duration(i) * 3500 * time.Millisecond
				for k, r := range s.Tracks() {
					unbroken(t, r, mine[k].all())
					same(t, r, tapes[0][k].all(), mine[k].all(), joined+time.Second)
				}
				if first := mine[1].all()[0]; first.at != joined {
					t.Errorf("%s: player %d: first picture at %v, joined at %v", name, i, first.at, joined)
				}
			}
		})
	}
}

// same compares what two players sent from a moment on.
func same(t *testing.T, r *Recording, a, b []taped, from time.Duration) {
	t.Helper()
	var want, got []taped
	for _, p := range a {
		if p.at >= from {
			want = append(want, p)
		}
	}
	for _, p := range b {
		if p.at >= from {
			got = append(got, p)
		}
	}
	if len(got) != len(want) || len(got) < 100 {
		t.Fatalf("%s: %d packets, want %d", r.Name, len(got), len(want))
	}
	for i, w := range want {
		if g := got[i]; string(media(t, r, g.Payload, g.Marker)) != string(media(t, r, w.Payload, w.Marker)) || (g.at-w.at).Abs() > 2*time.Millisecond {
			t.Fatalf("%s: packet %d: another one, or at %v instead of %v", r.Name, i, g.at, w.at)
		}
	}
}

func TestLiveEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "plain-opus-dtx")
		l := NewLive(s, Options{})
		if l.Over() {
			t.Error("over before it began")
		}
		for range 2 {
			ctx, cancel := context.WithCancel(t.Context())
			sinks, _ := sinks(s)
			p := NewPlayer(s, l.Options())
			var done sync.WaitGroup
			done.Go(func() { p.Play(ctx, sinks) })
			rest(time.Minute)
			if st := p.Status(); !st.Ended || st.Position != s.Duration() || !l.Over() {
				t.Errorf("%+v", st)
			}
			cancel()
			done.Wait()
		}
	})
}
