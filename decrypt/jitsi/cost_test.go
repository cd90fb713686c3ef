package jitsi

import (
	"bytes"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

func TestChangeOfKeyCostsOnePass(t *testing.T) {
	const participants, epochs = 50, 200
	for _, alg := range []string{"JITSI-GCM", "JITSI-GCM-DIRECT", "JITSI-JFRAME-CTR"} {
		t.Run(alg, func(t *testing.T) {
			var keys []decrypt.Key
			for n := range participants * epochs {
				keys = append(keys, randomKey(alg, n, index(uint64(n))))
			}
			o := newOpener(t, keys)
			const pass = participants * epochs / indexes
			for _, n := range []int{0, len(keys) - indexes, 5 * indexes, 8 * indexes} { // of one index
				s := newSender(t, keys[n], SealerOptions{}, video)
				before := o.Tries()
				for frame := range 200 { // meanwhile the next search is saved for
					sealed, plain := s.next(t)
					res, err := o.Open(nil, sealed, video)
					if err != nil || res.Key != keys[n].ID || !bytes.Equal(res.Plain, plain) {
						t.Fatalf("key %d, frame %d: %v, by key %q", n, frame, err, res.Key)
					}
				}
				// One more for the key in use, one for its next step.
				if got := o.Tries() - before - 199; got > pass+2 {
					t.Errorf("key %d: the change cost %d tries, a pass is %d", n, got, pass)
				}
			}
		})
	}
}

func TestNoKeyCostsTenTriesAFrame(t *testing.T) {
	right := randomKey("JITSI-GCM", 1<<20, index(3))
	for name, algs := range map[string][]string{
		"one format":  {"JITSI-GCM"},
		"all formats": {"JITSI-GCM", "JITSI-GCM-DIRECT", "JITSI-JFRAME-CTR", "JITSI-HIPS"},
	} {
		t.Run(name, func(t *testing.T) {
			var keys []decrypt.Key
			room := "TestRoom"
			for n := range 2000 {
				k := randomKey(algs[n%len(algs)], n, index(uint64(n/len(algs))))
				if k.Alg == "JITSI-HIPS" {
					k.Salt, k.Iterations = &room, 1
				}
				keys = append(keys, k)
			}
			for _, m := range []decrypt.Meta{video, audio, {Kind: decrypt.Video, Codec: "h264"}} {
				o := newOpener(t, keys)
				m2 := m
				m2.Type = decrypt.DeltaFrame
				s := newSender(t, right, SealerOptions{}, m2)
				for n := range int64(1000) {
					sealed, _ := s.next(t)
					if res, err := o.Open(nil, sealed, m); err == nil {
						t.Fatalf("opened by %q", res.Key)
					}
					if got := o.Tries(); got > 10*(n+1) {
						t.Fatalf("%d tries for %d frames", got, n+1)
					}
				}
			}
		})
	}
}

// Codecs that do not show the type of a frame cost a second try where it
// changes, and not more.
func TestUnknownTypesAreFoundByTrial(t *testing.T) {
	k := randomKey("JITSI-GCM", 1, index(0))
	told := decrypt.Meta{Kind: decrypt.Video, Codec: "h264", SSRC: 1}
	untold := told
	s, o := newSealer(t, k, SealerOptions{}), newOpener(t, []decrypt.Key{k})
	const frames, keyEvery = 1200, 60
	for n := range frames {
		told.Type, told.Timestamp = decrypt.DeltaFrame, uint32(n)
		if n%keyEvery == 0 {
			told.Type = decrypt.KeyFrame
		}
		plain := bytes.Repeat([]byte{byte(n)}, 30)
		sealed, err := s.Seal(nil, plain, told)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := o.Open(nil, sealed, untold); err != nil || !bytes.Equal(res.Plain, plain) {
			t.Fatalf("frame %d: %v", n, err)
		}
	}
	if got := float64(o.Tries()) / frames; got > 1.05 {
		t.Errorf("%.3f tries a frame", got)
	}
	for _, is := range []decrypt.FrameType{decrypt.KeyFrame, decrypt.DeltaFrame} {
		told.Type = is
		plain := bytes.Repeat([]byte{9}, 30)
		sealed, err := s.Seal(nil, plain, told)
		if err != nil {
			t.Fatal(err)
		}
		told.Type = decrypt.KeyFrame + decrypt.DeltaFrame - is // the other one
		if res, err := newOpener(t, []decrypt.Key{k}).Open(nil, sealed, told); err != nil || !bytes.Equal(res.Plain, plain) {
			t.Errorf("type %d, and RTP says %d: %v", is, told.Type, err)
		}
	}
}

// Keys that have no ratchet are passed over step by step, but not without end.
func TestSkippingIsBounded(t *testing.T) {
	keys := []decrypt.Key{randomKey("JITSI-GCM", 1, index(0))}
	for n := range 4000 {
		keys = append(keys, randomKey("JITSI-GCM-DIRECT", 2+n, index(0)))
	}
	o := newOpener(t, keys)
	s := newSender(t, randomKey("JITSI-GCM", 1<<20, index(0)), SealerOptions{}, video)
	most := 0
	for range 600 {
		sealed, _ := s.next(t)
		if res, err := o.Open(nil, sealed, video); err == nil {
			t.Fatalf("opened by %q", res.Key)
		}
		most = max(most, o.attempt.skipped)
	}
	if most == 0 || most > maxSkips {
		t.Errorf("%d skipped of one frame, want some and at most %d", most, maxSkips)
	}
}
