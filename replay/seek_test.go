package replay

import (
	"testing"
	"testing/synctest"
	"time"
)

// A seek in a pause shows one frame, and no more.
func TestSeekInPause(t *testing.T) {
	for _, name := range []string{"livekit-vp8", "livekit-h264", "sframe-vp8"} {
		synctest.Test(t, func(t *testing.T) {
			s := call(t, name)
			tapes, p := play(t, s, Options{}, func(p *Player, tapes []*tape) {
				rest(2 * time.Second)
				p.Pause()
				for i := range 3 {
					synctest.Wait()
					audio, n := len(tapes[0].all()), len(tapes[1].all())
					at := p.Seek(time.Duration(10-3*i) * time.Second)
					rest(time.Second)
					frame := tapes[1].all()[n:]
					if !s.Tracks()[1].KeyFramesVisible() {
						frame = frame[s.reach(1, at):] // behind the burst
					}
					for j, f := range frame {
						if f.Marker != (j == len(frame)-1) || f.Timestamp != frame[0].Timestamp {
							t.Fatalf("%s: packet %d of %d is not of one frame", name, j, len(frame))
						}
					}
					if len(frame) == 0 || len(tapes[0].all()) != audio {
						t.Errorf("%s: %d packets of a frame, %d of audio", name, len(frame), len(tapes[0].all())-audio)
					}
				}
				p.Resume()
			})
			video := s.Tracks()[1]
			unbroken(t, video, tapes[1].all())
			rising(t, tapes[1].all())
			if got, want := p.Position(), s.Duration(); got != want {
				t.Errorf("%s: ended at %v, want %v", name, got, want)
			}
		})
	}
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
