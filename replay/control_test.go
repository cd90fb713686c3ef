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

func TestSeekTenTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, name := range []string{"livekit-vp8", "plain-vp9", "livekit-h264", "plain-av1"} {
			s := call(t, name)
			keys := s.KeyFrames(1)
			tapes, p := play(t, s, Options{Hold: true}, func(p *Player, tapes []*tape) {
				for i := range 10 {
					rest(700 * time.Millisecond)
					synctest.Wait()
					n := len(tapes[1].all())
					to := s.Duration() * time.Duration((i*7)%10) / 10
					at := p.Seek(to)
					want := time.Duration(0)
					for _, k := range keys {
						if k <= to {
							want = k
						}
					}
					if at != want && at != 0 {
						t.Errorf("%s: sought %v, got %v, want %v", name, to, at, want)
					}
					synctest.Wait()
					if len(tapes[1].all()) == n && at != 0 {
						t.Fatalf("%s: no key frame at once", name)
					}
				}
				rest(time.Minute)
				if st := p.Status(); !st.Ended || st.Position != s.Duration() {
					t.Errorf("%s: status at the end: %+v", name, st)
				}
				p.Seek(0)
				rest(time.Second)
				if st := p.Status(); st.Ended || st.Position != time.Second {
					t.Errorf("%s: status after the end: %+v", name, st)
				}
			})
			for i, r := range s.Tracks() {
				unbroken(t, r, tapes[i].all())
				clocks(t, r, tapes[i].all())
			}
			if st := p.Stats()[1]; st.Dropped+st.Burst != 0 {
				t.Errorf("%s: %+v", name, st)
			}
		}
	})
}

// rising checks that the timestamps of video rise from frame to frame.
func rising(t *testing.T, all []taped) {
	t.Helper()
	for i := range all[1:] {
		if d := int32(all[i+1].Timestamp - all[i].Timestamp); d < 0 || all[i].Marker != (d > 0) {
			t.Fatalf("packet %d: timestamp steps by %d", i+1, d)
		}
	}
}

// A seek in the moment in which a frame was sent.
func TestSeekAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "livekit-vp8")
		tapes, _ := play(t, s, Options{}, func(p *Player, tapes []*tape) {
			rest(s.due(1, s.reach(1, 2*time.Second)))
			for range 5 {
				synctest.Wait()
				p.Seek(6 * time.Second)
			}
		})
		if n := len(tapes[1].all()); n < s.Tracks()[1].Len()/2 {
			t.Errorf("%d packets", n)
		}
		var whole []taped // the last packet of a frame may have been cut off
		for _, p := range tapes[1].all() {
			if n := len(whole); n > 0 && whole[n-1].Timestamp != p.Timestamp {
				whole[n-1].Marker = true
			}
			whole = append(whole, p)
		}
		rising(t, whole)
	})
}

// A seek in a track whose key frames cannot be seen sends all from the start.
func TestSeekInvisible(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "sframe-vp8")
		var before int
		target := s.due(1, s.reach(1, 10*time.Second))
		tapes, _ := play(t, s, Options{}, func(p *Player, tapes []*tape) {
			rest(s.due(1, s.reach(1, 2*time.Second))) // a frame has just been sent
			synctest.Wait()
			before = len(tapes[1].all())
			// A frame that is due at once has to stay behind those of the burst.
			if at := p.Seek(target); at != target {
				t.Errorf("playing at %v", at)
			}
			rest(100 * time.Millisecond) // 10,000 packets a second
		})
		video := s.Tracks()[1]
		all := tapes[1].all()
		if got := len(all); got != before+video.Len() {
			t.Errorf("%d packets, want %d and then %d", got, before, video.Len())
		}
		unbroken(t, video, all)
		burst := s.reach(1, target)
		if d := all[before+burst-1].at - all[before].at; d > 50*time.Millisecond {
			t.Errorf("the burst took %v", d)
		}
		rising(t, all)
		clocks(t, video, all[before+burst+100:])
		clocks(t, s.Tracks()[0], tapes[0].all())
	})
}

// A key frame far back is no place to go on from: all from there on is sent as
// a burst, and sent so again if the receiver asks.
func TestSeekFarFromKeyFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "sframe-vp8")
		tapes, p := play(t, s, Options{}, func(p *Player, tapes []*tape) {
			rest(time.Second)
			p.KeyFrameSeen(1, tapes[1].all()[0].Timestamp)
			synctest.Wait()
			if at := p.Seek(11 * time.Second); at != 11*time.Second {
				t.Errorf("playing at %v", at)
			}
			rest(100 * time.Millisecond)
			p.KeyFrameRequest(1)
		})
		all := tapes[1].all()
		unbroken(t, s.Tracks()[1], all)
		rising(t, all)
		if st := p.Stats()[1]; st.Bursts != 1 || st.Burst == 0 {
			t.Errorf("%+v", st)
		}
	})
}

// What a receiver who has the key tells of key frames makes seeks cheap.
func TestKeyFrameSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "sframe-vp8")
		open := call(t, "sframe-vp8-skip") // the same encoder; only some frame of it is needed
		at := open.KeyFrames(1)[1]
		_, p := play(t, s, Options{Hold: true}, func(p *Player, tapes []*tape) {
			rest(time.Minute)
			index := s.reach(1, at)
			stamp := tapes[1].all()[index].Timestamp
			p.KeyFrameSeen(1, stamp)
			p.KeyFrameSeen(1, stamp)    // twice is once
			p.KeyFrameSeen(1, stamp+17) // no frame
			synctest.Wait()
			due := s.due(1, index)
			if got := p.Seek(due + time.Second); got != due {
				t.Errorf("sought %v, got %v, want %v", due+time.Second, got, due)
			}
			rest(500 * time.Millisecond)
			p.KeyFrameRequest(1)
			rest(100 * time.Millisecond)
		})
		if st := p.Stats()[1]; st.Bursts != 1 || st.Burst == 0 {
			t.Errorf("a request for a key frame: %+v", st)
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
