package detect

import (
	"math"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

func counted(counters ...uint64) []reading {
	var all []reading
	for i, c := range counters {
		r := reading{ok: true, counter: c, width: 16, random: true}
		for n := range r.cipher {
			r.cipher[n] = byte(i*37 + n*101)
		}
		all = append(all, r)
	}
	return all
}

func TestStep(t *testing.T) {
	good := counted(7, 8)
	a, b := good[0], good[1]
	change := func(f func(*reading)) reading { c := b; f(&c); return c }
	for _, tt := range []struct {
		sin  string
		b    reading
		fits bool
	}{
		{"none", b, true},
		{"other tracks in between", change(func(r *reading) { r.counter = 30 }), true},
		{"the same counter again", change(func(r *reading) { r.counter = 7 }), false},
		{"a counter that falls", change(func(r *reading) { r.counter = 6 }), false},
		{"a counter that jumps", change(func(r *reading) { r.counter = 7 + maxStep + 1 }), false},
		{"another stream", change(func(r *reading) { r.stream[1] = 1 }), false},
		{"not this scheme's frame", change(func(r *reading) { r.ok = false }), false},
		{"ciphertext like that of the frame before", change(func(r *reading) { r.cipher = a.cipher }), false},
		{"half of the ciphertext like that", change(func(r *reading) { copy(r.cipher[:2], a.cipher[:]) }), false},
	} {
		if got := step(a, tt.b); got > 0 != tt.fits || got > most {
			t.Errorf("%s: %.1f bits", tt.sin, got)
		}
	}
}

// TestChanceDoesNotPay: whatever the width, all that chance can win in a step
// is less than what it stakes.
func TestChanceDoesNotPay(t *testing.T) {
	for _, width := range []int{3, 8, 16} {
		wins := 0.0
		for n := range uint64(1) << width {
			b := counted(0, n)[1]
			b.width = width
			wins += math.Exp2(step(counted(0)[0], b)) / math.Exp2(float64(width))
		}
		if wins > 1 {
			t.Errorf("%d bits: chance wins %.2f times its stake", width, wins)
		}
	}
}

func TestStrongest(t *testing.T) {
	bad := reading{}
	skip := reading{skip: true}
	for _, tt := range []struct {
		name     string
		readings []reading
		frames   int // in the run
	}{
		{"nothing", nil, 0},
		{"one frame", counted(1), 0},
		{"two frames", counted(1, 2), 2},
		{"clear at first", append([]reading{bad, bad, bad}, counted(1, 2, 3, 4)...), 4},
		{"clear at last", append(counted(1, 2, 3, 4), bad, bad), 4},
		{"one of another kind in between", append(append(counted(1, 2, 3, 4), bad), counted(5, 6, 7, 8)...), 9},
		{"one to skip in between", append(append(counted(1, 2, 3, 4), skip), counted(5, 6, 7, 8)[1:]...), 7},
		{"many of another kind in between", append(append(counted(1, 2, 3), bad, bad, bad, bad, bad), counted(5, 6, 7, 8)...), 4},
	} {
		if got := len(strongest(tt.readings).readings); got != tt.frames {
			t.Errorf("%s: a run of %d frames, want %d", tt.name, got, tt.frames)
		}
	}
}

func TestWindowKeepsBothEnds(t *testing.T) {
	for _, n := range []int{0, 1, kept, kept + 1, 2 * kept, 2*kept + 1, 3 * kept, 1000} {
		var w window[int]
		for i := range n {
			w.add(i)
		}
		var got []int
		for _, s := range w.stretches() {
			for i := 1; i < len(s); i++ {
				if s[i] != s[i-1]+1 {
					t.Errorf("%d added: %d follows %d", n, s[i], s[i-1])
				}
			}
			got = append(got, s...)
		}
		if len(got) != min(n, 2*kept) || n > 0 && (got[0] != 0 || got[len(got)-1] != n-1) {
			t.Errorf("%d added, kept %v", n, got)
		}
	}
}

// TestPercVectors: every step between the packets of a vector fits, before
// and after a server rewrote their headers.
func TestPercVectors(t *testing.T) {
	steps := 0
	for _, v := range decrypttest.Vectors(t, "perc.json") {
		if v.Scheme != "perc-lite" || v.ID == "perc-008" { // a header of 7 bytes
			continue
		}
		var outer, after []reading
		for _, p := range v.Packets {
			for row, b := range map[*[]reading]decrypttest.Hex{&outer: p.Outer, &after: p.AfterSFU} {
				if read, ok := newPacket(b); ok {
					*row = append(*row, percLite(&read))
				}
			}
		}
		for _, row := range [][]reading{outer, after} {
			for i := 1; i < len(row); i++ {
				if got := step(row[i-1], row[i]); got != most {
					t.Errorf("%s, packet %d: %.1f bits", v.ID, i, got)
				}
				steps++
			}
		}
	}
	if steps != 38 {
		t.Errorf("%d steps, want 38", steps)
	}
}
