package replay

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// clocks checks that the timestamps of a track are the moments of sending.
func clocks(t *testing.T, r *Recording, all []taped) {
	t.Helper()
	for i, p := range all {
		got := r.duration(int64(p.Timestamp - all[0].Timestamp))
		if d := (p.at - all[0].at - got).Abs(); d > time.Millisecond {
			t.Fatalf("%s: packet %d: sent after %v with a timestamp of %v", r.Name, i, p.at-all[0].at, got)
		}
	}
}

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "jitsi-vp8")
		tapes, p := play(t, s, Options{}, func(p *Player, tapes []*tape) {
			rest(4 * time.Second)
			p.Pause()
			synctest.Wait()
			n := len(tapes[0].all())
			if st := p.Status(); !st.Paused || st.Position != 4*time.Second {
				t.Errorf("status in the pause: %+v", st)
			}
			p.KeyFrameRequest(1) // ignored
			rest(3 * time.Second)
			if got := len(tapes[0].all()); got != n || p.Position() != 4*time.Second {
				t.Errorf("%d packets sent in the pause, at %v", got-n, p.Position())
			}
			p.Resume()
		})
		for i, r := range s.Tracks() {
			if got := len(tapes[i].all()); got != r.Len() {
				t.Errorf("%s: %d packets, want %d", r.Name, got, r.Len())
			}
			unbroken(t, r, tapes[i].all())
			clocks(t, r, tapes[i].all())
		}
		if got, want := tapes[0].last().at, s.Duration()+3*time.Second; got > want || got < want-time.Second {
			t.Errorf("last packet at %v, want it before %v", got, want)
		}
		if st := p.Stats()[1]; st.Bursts != 0 || st.KeyFrameRequests != 1 {
			t.Errorf("a request in a pause: %+v", st)
		}
	})
}

func TestSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "livekit-vp8")
		tapes, p := play(t, s, Options{Speed: 2}, func(p *Player, tapes []*tape) {
			rest(3 * time.Second) // 6 s of the session
			if err := p.SetSpeed(1); err != nil {
				t.Error(err)
			}
		})
		video := s.Tracks()[1]
		if got := len(tapes[1].all()); got != video.Len() {
			t.Errorf("%d packets of video, want %d", got, video.Len())
		}
		audio := tapes[0].all()
		if audio[0].at < 3*time.Second || len(audio) >= s.Tracks()[0].Len()*2/3 {
			t.Errorf("%d packets of audio, the first after %v", len(audio), audio[0].at)
		}
		if st := p.Stats()[0]; st.Muted+st.Packets != int64(s.Tracks()[0].Len()) {
			t.Errorf("muted packets are not counted: %+v", st)
		}
		for i, r := range s.Tracks() {
			unbroken(t, r, tapes[i].all())
			clocks(t, r, tapes[i].all())
		}
		if got, want := tapes[1].last().at, s.Duration()-3*time.Second; got > want || got < want-100*time.Millisecond {
			t.Errorf("last packet at %v, want it before %v", got, want)
		}
		for _, speed := range []float64{0, -1, math.NaN(), math.Inf(1), 17} {
			if p.SetSpeed(speed) == nil {
				t.Errorf("speed %g is taken", speed)
			}
		}
	})
}

func TestLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "plain-vp9")
		tapes, _ := play(t, s, Options{Loop: true}, func(p *Player, tapes []*tape) {
			rest(3*s.Duration() - time.Millisecond)
		})
		for i, r := range s.Tracks() {
			if got := len(tapes[i].all()); got != 3*r.Len() {
				t.Errorf("%s: %d packets, want %d three times", r.Name, got, r.Len())
			}
			unbroken(t, r, tapes[i].all())
			clocks(t, r, tapes[i].all())
		}
	})
}

func TestStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "plain-h264")
		key := s.KeyFrames(1)[1]
		tapes, _ := play(t, s, Options{Start: key + time.Second}, nil)
		if got, want := len(tapes[1].all()), s.Tracks()[1].Len()-s.reach(1, key); got != want {
			t.Errorf("%d packets, want %d", got, want)
		}
		for i, r := range s.Tracks() {
			if at := tapes[i].all()[0].at; r.Codec.Kind == mjr.Video && at != 0 || at > 20*time.Millisecond {
				t.Errorf("%s: began after %v", r.Name, at)
			}
		}
	})
}

func TestPlayMisused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "plain-opus-dtx")
		_, p := play(t, s, Options{}, nil)
		all, _ := sinks(s)
		if p.Play(t.Context(), all) == nil {
			t.Error("a Player played twice")
		}
		if NewPlayer(s, Options{}).Play(t.Context(), nil) == nil {
			t.Error("played without sinks")
		}
		if NewPlayer(s, Options{Speed: -1}).Play(t.Context(), all) == nil {
			t.Error("played backwards")
		}
	})
}
