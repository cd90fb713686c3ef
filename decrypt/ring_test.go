package decrypt

import (
	"encoding/binary"
	"errors"
	"testing"
)

// lock opens under one candidate only, and counts.
type lock struct{ opens Candidate }

func (l lock) Try(key, step int) bool { return l.opens == Candidate{key, step} }

func frameNo(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

func upTo(n int) []int {
	keys := make([]int, n)
	for i := range keys {
		keys[i] = i
	}
	return keys
}

func TestRingKnownKeyCostsOneTry(t *testing.T) {
	var r Ring
	const participants, epochs, frames = 50, 200, 100_000
	for n := range frames {
		id := uint64(n / (frames / participants / epochs)) // every frame names its key
		if _, _, err := r.Open(id, []int{int(id)}, true, frameNo(n), lock{Candidate{int(id), 0}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := float64(r.Tries()) / frames; got > 1.05 {
		t.Errorf("%.3f tries a frame, want at most 1.05", got)
	}
}

func TestRingChangeOfKeyCostsOnePass(t *testing.T) {
	for _, maxStep := range []int{0, 1024} {
		r := Ring{MaxStep: maxStep}
		const keys = 625
		for n := range 2000 {
			r.Open(3, upTo(keys), false, frameNo(n), lock{Candidate{0, 0}})
		}
		before := r.Tries()
		c, adopted, err := r.Open(3, upTo(keys), false, frameNo(2000), lock{Candidate{keys - 1, 0}})
		if err != nil || !adopted || c.Key != keys-1 {
			t.Fatalf("the last key was not found: %v %v %v", c, adopted, err)
		}
		// One for the key in use, one for its next step if there are ratchets.
		if got := r.Tries() - before; got > keys+1 {
			t.Errorf("max step %d: %d tries, want a pass over %d keys", maxStep, got, keys)
		}
	}
}

func TestRingNoKeyIsBounded(t *testing.T) {
	for _, frames := range []int{1, 7, 240, 5000} {
		r := Ring{MaxStep: 1024}
		for n := range frames {
			_, _, err := r.Open(uint64(n%16), upTo(700), false, frameNo(n), lock{Candidate{-1, -1}})
			if !errors.Is(err, ErrHold) && !errors.Is(err, ErrAuth) {
				t.Fatal(err)
			}
		}
		if got := r.Tries(); got > int64(10*frames) {
			t.Errorf("%d frames cost %d tries, want at most 10 a frame", frames, got)
		}
	}
}

func TestRingDeepStepIsFoundAcrossFrames(t *testing.T) {
	r := Ring{MaxStep: 1024}
	want := Candidate{1, 900}
	for n := range 1024 {
		c, adopted, err := r.Open(0, upTo(2), false, frameNo(n), lock{want})
		if err == nil {
			if c != want || !adopted {
				t.Fatalf("got %v, adopted %v", c, adopted)
			}
			return
		}
		if !errors.Is(err, ErrHold) {
			t.Fatalf("frame %d: %v, want ErrHold while the search goes on", n, err)
		}
	}
	t.Fatal("not found")
}

func TestRingConfirm(t *testing.T) {
	r := Ring{MaxStep: 10, Confirm: true}
	right := lock{Candidate{0, 5}}
	for range 3 { // the same frame again confirms nothing
		if _, _, err := r.Open(0, []int{0}, true, frameNo(1), right); !errors.Is(err, ErrHold) {
			t.Fatalf("first frame: %v, want ErrHold", err)
		}
	}
	if _, adopted, err := r.Open(0, []int{0}, true, frameNo(2), right); err != nil || !adopted {
		t.Fatalf("second frame: %v, adopted %v", err, adopted)
	}
	if _, adopted, err := r.Open(0, []int{0}, true, frameNo(1), right); err != nil || adopted {
		t.Fatalf("the held frame: %v, adopted %v", err, adopted)
	}
}

func TestRingNamedKeyNeedsNoConfirmation(t *testing.T) {
	r := Ring{MaxStep: 10, Confirm: true}
	if _, _, err := r.Open(0, []int{0}, true, frameNo(1), lock{Candidate{0, 0}}); err != nil {
		t.Fatal(err)
	}
	// Two keys under one id are a choice, and a choice is confirmed.
	if _, _, err := r.Open(1, []int{1, 2}, false, frameNo(1), lock{Candidate{1, 0}}); !errors.Is(err, ErrHold) {
		t.Fatal(err)
	}
}

func TestRingDamagedFirstFrameLosesOnlyItself(t *testing.T) {
	r := Ring{}
	if _, _, err := r.Open(0, []int{0}, true, frameNo(1), lock{Candidate{-1, 0}}); !errors.Is(err, ErrAuth) {
		t.Fatalf("damaged frame: %v, want ErrAuth", err)
	}
	if _, _, err := r.Open(0, []int{0}, true, frameNo(2), lock{Candidate{0, 0}}); err != nil {
		t.Fatal(err)
	}
}

// oddLock opens under one candidate, and its even steps cannot open anything.
type oddLock struct{ lock }

func (oddLock) Skip(_, step int) bool { return step%2 == 0 }

func TestRingSkippedCandidatesCostNothing(t *testing.T) {
	r := Ring{MaxStep: 16}
	c, adopted, err := r.Open(0, []int{0}, true, frameNo(1), oddLock{lock{Candidate{0, 15}}})
	if err != nil || !adopted || c != (Candidate{0, 15}) {
		t.Fatalf("got %v, adopted %v, %v", c, adopted, err)
	}
	if got := r.Tries(); got != 8 { // steps 1, 3, … 15
		t.Errorf("%d tries, want 8", got)
	}
	r = Ring{MaxStep: 16}
	if _, _, err := r.Open(0, []int{0}, true, frameNo(1), oddLock{lock{Candidate{-1, 0}}}); !errors.Is(err, ErrAuth) {
		t.Errorf("%v, want ErrAuth: all that could be tried was", err)
	}
}

func TestRingDamagedFirstFrameWithManyKeys(t *testing.T) {
	r := Ring{MaxStep: 1024}
	const keys = 10
	for n := range 3 { // damaged: the search goes past the keys themselves
		if _, _, err := r.Open(0, upTo(keys), false, frameNo(n), lock{Candidate{-1, 0}}); !errors.Is(err, ErrHold) {
			t.Fatalf("damaged frame %d: %v, want ErrHold", n, err)
		}
	}
	for n := 3; ; n++ {
		_, _, err := r.Open(0, upTo(keys), false, frameNo(n), lock{Candidate{7, 0}})
		if err == nil {
			return
		}
		if n == 6 {
			t.Fatal("the key as it stands in the file was not tried again")
		}
	}
}

func TestRingForgetsIDsWithoutEnd(t *testing.T) {
	r := Ring{}
	for n := range 10 * maxSlots {
		r.Open(uint64(n), []int{0}, false, frameNo(n), lock{Candidate{-1, 0}})
	}
	if len(r.slots) > maxSlots {
		t.Errorf("%d ids remembered, want at most %d", len(r.slots), maxSlots)
	}
}

func TestRingKnownKeyAllocatesNothing(t *testing.T) {
	var r Ring
	var trier Trier = lock{Candidate{0, 0}}
	keys, frame := upTo(1), frameNo(1)
	if n := testing.AllocsPerRun(100, func() { r.Open(0, keys, true, frame, trier) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func TestRingPassesOverABoundedNumber(t *testing.T) {
	r := Ring{MaxStep: 1024}
	trier := &skipAll{}
	for n := range 100 {
		before := trier.skips
		_, _, err := r.Open(0, upTo(1000), false, frameNo(n), trier)
		if !errors.Is(err, ErrHold) {
			t.Fatalf("frame %d: %v, want ErrHold while the search goes on", n, err)
		}
		if got := trier.skips - before; got > maxSkips {
			t.Fatalf("frame %d: %d candidates passed over, want at most %d", n, got, maxSkips)
		}
		if r.slots[0].cursor == 0 {
			return // it came to its end
		}
	}
	t.Error("the search does not go on")
}

type skipAll struct{ skips int }

func (*skipAll) Try(int, int) bool { return false }

func (s *skipAll) Skip(int, int) bool { s.skips++; return true }
