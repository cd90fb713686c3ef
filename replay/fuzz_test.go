package replay

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// judge checks each packet of a track when it is written, whatever is done to
// the Player: numbers rise by one, timestamps never go back but in answers to
// key frame requests, and what comes again is what it was.
type judge struct {
	p     *Player
	track int
	sane  bool // the recording's timestamps never go back

	begun bool
	seq   uint16
	top   uint32 // the greatest timestamp
	sent  map[uint16][]byte
}

func (j *judge) WriteRTP(packet *rtp.Packet) error {
	b, err := packet.Marshal()
	if err != nil {
		return err
	}
	if was, ok := j.sent[packet.SequenceNumber]; ok && packet.SequenceNumber != j.seq+1 {
		if !bytes.Equal(b, was) {
			return fmt.Errorf("number %d was sent again with other bytes", packet.SequenceNumber)
		}
		return nil
	}
	if j.begun && packet.SequenceNumber != j.seq+1 {
		return fmt.Errorf("number %d after %d", packet.SequenceNumber, j.seq)
	}
	back := j.begun && int32(packet.Timestamp-j.top) < 0
	if back && j.sane && !j.burst() {
		return fmt.Errorf("number %d: timestamp %d after %d", packet.SequenceNumber, packet.Timestamp, j.top)
	}
	if !back {
		j.top = packet.Timestamp
	}
	j.begun, j.seq = true, packet.SequenceNumber
	j.sent[packet.SequenceNumber] = b
	return nil
}

// burst reports whether the packet that is written answers a key frame
// request.
func (j *judge) burst() bool {
	i := slices.IndexFunc(j.p.tracks, func(t *track) bool { return t.id == j.track })
	t := j.p.tracks[i]
	return t.next <= t.rush && !t.squeeze
}

// operate does what ops say to a Player of a session.
func operate(t *testing.T, s *Session, ops []byte, sane bool) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p := NewPlayer(s, Options{Hold: true})
	var all []Sink
	var judges []*judge
	for i := range s.Tracks() {
		j := &judge{p: p, track: i, sane: sane, sent: make(map[uint16][]byte)}
		judges = append(judges, j)
		all = append(all, Sink{Writer: j, PayloadType: 100})
	}
	done := make(chan error, 1)
	go func() { done <- p.Play(ctx, all) }()
	for len(ops) >= 2 {
		op, arg := ops[0], ops[1]
		ops = ops[2:]
		track := int(arg) % len(judges)
		switch op % 8 {
		case 0:
			p.Seek(s.Duration() * time.Duration(arg) / 255)
		case 1:
			p.Pause()
		case 2:
			p.Resume()
		case 3:
			_ = p.SetSpeed([]float64{1, 2, 0.5, 1, 7.3, 0}[int(arg)%6])
		case 4:
			p.KeyFrameRequest(track)
		case 5:
			synctest.Wait()
			p.Resend(track, []uint16{judges[track].seq - uint16(arg), judges[track].seq})
		case 6:
			p.SetLoop(arg&1 == 0)
		case 7:
			synctest.Wait()
			p.KeyFrameSeen(track, judges[track].top)
		}
		if pos := p.Position(); pos < 0 || pos > s.Duration() {
			t.Errorf("at %v of %v", pos, s.Duration())
		}
		time.Sleep(time.Duration(arg) * 7 * time.Millisecond)
	}
	cancel()
	if err := <-done; err != context.Canceled {
		t.Error(err)
	}
	for i, st := range p.Stats() {
		if st.Packets < st.Again+st.Burst {
			t.Fatalf("track %d: %+v", i, st)
		}
	}
}

func TestOperations(t *testing.T) {
	for _, name := range []string{"plain-vp8-loss", "sframe-vp8", "plain-vp9", "livekit-h264", "plain-opus-red"} {
		s := call(t, name)
		if name == "plain-vp8-loss" {
			s = NewSession(s.Tracks()[0], without(t, name, "video", func(i int) bool { return i%97 == 50 }))
		}
		for seed := range uint64(20) {
			ops := make([]byte, 120)
			rng := rand.New(rand.NewPCG(seed, 1))
			for i := range ops {
				ops[i] = byte(rng.Uint32())
			}
			synctest.Test(t, func(t *testing.T) { operate(t, s, ops, true) })
			if t.Failed() {
				t.Fatalf("%s, seed %d", name, seed)
			}
		}
	}
}

// Files that are anything play without a panic, in bounded memory.
func FuzzRecording(f *testing.F) {
	seeds := 0
	for _, name := range []string{"plain-vp8-loss", "sframe-vp8", "plain-vp9", "livekit-h264", "plain-av1", "plain-opus-red"} {
		for _, path := range corpus.Load(f, name).Files {
			b, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b[:min(len(b), 8<<10)], []byte{0, 50, 4, 1, 5, 3, 1, 9, 2, 0, 3, 1})
			seeds++
		}
	}
	if seeds == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, data, ops []byte) {
		r, err := OpenRecording(bytes.NewReader(data), int64(len(data)), "fuzz")
		if err != nil {
			return
		}
		if r.Len() > len(data)/22 {
			t.Fatalf("%d packets in %d bytes", r.Len(), len(data))
		}
		s := NewSession(r, r)
		s.KeyFrames(0)
		for _, l := range s.Losses(1) {
			if l.Packets <= 0 {
				t.Fatalf("a hole of %d packets", l.Packets)
			}
		}
		if s.Duration() > time.Hour {
			return // much of nothing to wait for
		}
		synctest.Test(t, func(t *testing.T) { operate(t, s, ops[:min(len(ops), 64)], false) })
	})
}

// No packet costs an allocation.
func BenchmarkPlayer(b *testing.B) {
	for _, name := range []string{"jitsi-vp8", "plain-vp9", "livekit-h264"} {
		b.Run(name, func(b *testing.B) {
			s := call(b, name)
			p := NewPlayer(s, Options{Loop: true})
			if err := p.begin([]Sink{
				{Writer: discard{}, PayloadType: 111, Extensions: map[string]uint8{levelURI: 1}},
				{Writer: discard{}, PayloadType: 96, Extensions: map[string]uint8{orientationURI: 2}},
			}); err != nil {
				b.Fatal(err)
			}
			now := p.line.began
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				n++
				wait, err := p.turn(now)
				if err != nil {
					b.Fatal(err)
				}
				for wait > 0 {
					now = now.Add(wait)
					if wait, err = p.turn(now); err != nil {
						b.Fatal(err)
					}
				}
			}
			p.publish()
			if st := p.Stats(); st[0].Packets+st[1].Packets < int64(n)*9/10 {
				b.Errorf("%d packets in %d turns", st[0].Packets+st[1].Packets, n)
			}
		})
	}
}

type discard struct{}

func (discard) WriteRTP(*rtp.Packet) error { return nil }

// Payloads that are anything are cut and changed within their bounds.
func FuzzRED(f *testing.F) {
	seeds := 0
	r := open(f, corpus.Load(f, "plain-opus-red").File(f, "audio"))
	for _, p := range ordered(f, r)[:20] {
		f.Add(p.Payload)
		seeds++
	}
	if seeds == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		was := bytes.Clone(payload)
		cut, ok := primary(payload)
		if ok && (len(cut) == 0 || !bytes.HasSuffix(payload, cut)) {
			t.Fatalf("the primary encoding of %x is %x", payload, cut)
		}
		retype(payload, 0x55)
		again, still := primary(payload)
		if still != ok || !bytes.Equal(again, cut) {
			t.Fatalf("%x became %x", was, payload)
		}
		typed := true
		n, whole := eachBlock(payload, func(b []byte) { typed = typed && b[0]&0x7F == 0x55 })
		if whole && !(typed && bytes.Equal(payload[n:], was[n:])) || !whole && !bytes.Equal(payload, was) {
			t.Fatalf("%x became %x", was, payload)
		}
	})
}
