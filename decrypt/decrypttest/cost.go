package decrypttest

import (
	"testing"
)

func knownKeyCost(t testing.TB, c Config) {
	o, s := c.pair(t)
	counter, ok := o.(trier)
	if !ok && c.Unauthenticated {
		return
	}
	if !ok {
		t.Fatalf("%T has no Tries() int64", o)
	}
	const rounds = 40
	before := counter.Tries()
	for range rounds {
		for _, f := range c.Frames {
			mustOpen(t, c, o, seal(t, s, f), f)
		}
	}
	frames := float64(rounds * len(c.Frames))
	switch got := float64(counter.Tries()-before) / frames; {
	case got > 1.05:
		t.Errorf("%.3f tries a frame, want at most 1.05", got)
	case got < 1 && !c.Unauthenticated:
		t.Errorf("%.3f tries a frame: not all are counted", got)
	}
}

// wrongKeyCost looks at a file that no key opens after every few frames, as
// the bound is one on the average.
func wrongKeyCost(t testing.TB, c Config) {
	o, s := c.Stranger(t), c.Sealer(t)
	counter, ok := o.(trier)
	if !ok && c.Unauthenticated {
		return
	}
	if !ok {
		t.Fatalf("%T has no Tries() int64", o)
	}
	frames := int64(0)
	for range 40 {
		for _, f := range c.Frames {
			o.Open(nil, seal(t, s, f), f.Meta)
			frames++
			if got := counter.Tries(); got > 10*frames {
				t.Fatalf("%d tries for %d frames, want at most 10 a frame", got, frames)
			}
		}
	}
}

// allocations opens a run of frames at each measurement: of one frame in
// many, testing would round an allocation away.
func allocations(t testing.TB, c Config) {
	o, s := c.pair(t)
	var sealed [][]byte
	var dst []byte
	for range 4 {
		for _, f := range c.Frames {
			frame := seal(t, s, f)
			sealed = append(sealed, frame)
			dst = mustOpen(t, c, o, frame, f).Plain
		}
	}
	for _, frame := range sealed {
		if cap(dst) < len(frame)+64 {
			dst = make([]byte, 0, len(frame)+64)
		}
	}
	opened := 0
	run := func() {
		for i, frame := range sealed {
			if _, err := o.Open(dst[:0], frame, c.Frames[i%len(c.Frames)].Meta); err == nil {
				opened++
			}
		}
	}
	if n := testing.AllocsPerRun(5, run); n != 0 {
		t.Errorf("%v allocations for %d frames, want none", n, len(sealed))
	}
	if opened != 6*len(sealed) { // AllocsPerRun runs once more to warm up
		t.Errorf("only %d of %d frames opened", opened, 6*len(sealed))
	}
}
