package replay

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"
)

// Packets are sent again as they were, over seeks and in pauses.
func TestResend(t *testing.T) {
	for _, name := range []string{"jitsi-vp8", "plain-vp9", "plain-h264"} {
		synctest.Test(t, func(t *testing.T) {
			s := call(t, name)
			tapes, p := play(t, s, Options{Hold: true}, func(p *Player, tapes []*tape) {
				rest(5 * time.Second)
				p.Seek(0)
				rest(2 * time.Second)
				p.Pause()
				synctest.Wait()
				all := tapes[1].all()
				want := []taped{all[len(all)-1], all[len(all)-150], all[20]}
				var seqs []uint16
				for _, w := range want {
					seqs = append(seqs, w.SequenceNumber)
				}
				p.Resend(1, append(seqs, all[0].SequenceNumber-1))
				synctest.Wait()
				got := tapes[1].all()[len(all):]
				if len(got) != len(want) {
					t.Fatalf("%s: %d packets again, want %d", name, len(got), len(want))
				}
				for i, w := range want {
					w.Header.CSRC, got[i].Header.CSRC = nil, nil
					a, _ := w.Packet.Marshal()
					b, _ := got[i].Packet.Marshal()
					if !bytes.Equal(a, b) {
						t.Errorf("%s: packet %d is not what it was", name, w.SequenceNumber)
					}
				}
				for range 30 {
					p.Resend(1, seqs[:1])
					synctest.Wait()
				}
			})
			if st := p.Stats()[1]; st.Again != 2+maxAgain || st.NotResent != 1+31-maxAgain {
				t.Errorf("%s: %+v", name, st)
			}
			_ = tapes
		})
	}
}

// A request for a key frame is answered by all from the last one on.
func TestKeyFrameRequest(t *testing.T) {
	for _, name := range []string{"jitsi-vp8", "plain-vp9", "livekit-h264"} {
		synctest.Test(t, func(t *testing.T) {
			s := call(t, name)
			r := s.Tracks()[1]
			tapes, p := play(t, s, Options{}, func(p *Player, tapes []*tape) {
				rest(2 * time.Second)
				n := len(tapes[1].all())
				p.KeyFrameRequest(1)
				rest(100 * time.Millisecond)
				burst := tapes[1].all()[n:]
				for i, was := range tapes[1].all()[:n] {
					if burst[i].Timestamp != was.Timestamp || burst[i].at < 2*time.Second {
						t.Fatalf("%s: packet %d of the burst at %v: timestamp %d, want %d", name, i, burst[i].at, burst[i].Timestamp, was.Timestamp)
					}
				}
			})
			unbroken(t, r, tapes[1].all())
			st := p.Stats()[1]
			if st.Bursts != 1 || int64(len(tapes[1].all())) != int64(r.Len())+st.Burst {
				t.Errorf("%s: %d packets: %+v", name, len(tapes[1].all()), st)
			}
			clocks(t, s.Tracks()[0], tapes[0].all())
		})
	}
}

// A viewer with a wrong key asks four times a second.
func TestKeyFrameRequestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "jitsi-vp8")
		_, p := play(t, s, Options{Loop: true}, func(p *Player, tapes []*tape) {
			for range 80 {
				rest(250 * time.Millisecond)
				p.KeyFrameRequest(1)
			}
			synctest.Wait()
			if got := p.Stats()[1].Bursts; got < 4 || got > 6 { // after 0.25, 0.75, 1.75, 3.75, 7.75, 15.75 s
				t.Errorf("%d bursts in 20 s", got)
			}
			rest(20 * time.Second)
			p.KeyFrameRequest(1)
			rest(700 * time.Millisecond)
			p.KeyFrameRequest(1)
			rest(100 * time.Millisecond)
			if got := p.Stats()[1].Bursts; got != 8 {
				t.Errorf("%d bursts after a quiet time", got)
			}
		})
		_ = p
	})
}

// A Writer may ask for packets again while it is written to, and its error
// ends the replay.
func TestWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "plain-vp9")
		all, tapes := sinks(s)
		p := NewPlayer(s, Options{})
		n := 0
		tapes[1].during = func(packet *rtp.Packet) {
			if n++; n%10 == 0 && n < 100 {
				p.Resend(1, []uint16{packet.SequenceNumber - 1})
				p.KeyFrameRequest(1)
			}
			if n == 200 {
				tapes[1].fail = bytes.ErrTooLarge
			}
		}
		all[0].Writer = nil
		err := p.Play(t.Context(), all)
		if err == nil || n != 200 || len(tapes[0].all()) != 0 {
			t.Errorf("after %d packets: %v", n, err)
		}
		if st := p.Stats(); st[1].Packets != 200 || st[1].Again == 0 || st[0].Packets != 0 {
			t.Errorf("%+v", st)
		}
		if st := p.Status(); st.Position <= 0 || st.Position >= s.Duration() || p.Position() != st.Position {
			t.Errorf("stopped at %v", st.Position)
		}
	})
}

// What was lost at the very end can still be had.
func TestLinger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "plain-vp9")
		began := time.Now()
		tapes, p := play(t, s, Options{Linger: time.Second}, func(p *Player, tapes []*tape) {
			rest(s.Duration() + 900*time.Millisecond)
			p.Resend(1, []uint16{tapes[1].last().SequenceNumber})
		})
		if got, want := time.Since(began), s.Duration()+time.Second; got != want {
			t.Errorf("ended after %v, want %v", got, want)
		}
		if st := p.Stats()[1]; st.Again != 1 || len(tapes[1].all()) != s.Tracks()[1].Len()+1 || p.Position() != s.Duration() {
			t.Errorf("%d packets, %+v", len(tapes[1].all()), st)
		}
	})
}

// A recorder asks for key frames every few seconds, and when a track begins.
// Where they come anyway nothing is sent twice, and else no more than is sent.
func TestSparing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "jitsi-vp8") // a key frame every 5 s
		video := s.Tracks()[1]
		ask := func(p *Player, tapes []*tape) {
			rest(200 * time.Millisecond)
			for range 3 {
				p.KeyFrameRequest(1)
				rest(4 * time.Second)
			}
		}
		_, p := play(t, s, Options{Sparing: true}, ask)
		if st := p.Stats()[1]; st.Bursts != 0 || st.KeyFrameRequests != 3 {
			t.Errorf("%+v", st)
		}
		video.keys = video.keys[:1]
		tapes, p := play(t, s, Options{Sparing: true, Loop: true}, func(p *Player, tapes []*tape) {
			for range 50 {
				rest(200 * time.Millisecond)
				p.KeyFrameRequest(1)
			}
		})
		if st := p.Stats()[1]; st.Bursts < 2 || st.Burst > st.Packets-st.Burst {
			t.Errorf("%+v", st)
		}
		unbroken(t, video, tapes[1].all())
	})
}

// A request that comes right behind a key frame is answered already.
func TestKeyFrameRequestTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, p := play(t, call(t, "jitsi-vp8"), Options{}, func(p *Player, tapes []*tape) {
			rest(5200 * time.Millisecond) // there is one at 5.126 s
			p.KeyFrameRequest(1)
			rest(300 * time.Millisecond)
			if st := p.Stats()[1]; st.Bursts != 0 || st.KeyFrameRequests != 1 {
				t.Errorf("%+v", st)
			}
			p.KeyFrameRequest(1)
		})
		if st := p.Stats()[1]; st.Bursts != 1 {
			t.Errorf("%+v", st)
		}
	})
}
