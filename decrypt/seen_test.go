package decrypt

import (
	"encoding/binary"
	"fmt"
	"testing"
)

func counted(key string, kid, counter uint64) Result {
	return Result{Key: key, KID: kid, Counter: counter, HasCounter: true}
}

func nonced(key string, nonce string) Result { return Result{Key: key, Nonce: []byte(nonce)} }

func TestSeen(t *testing.T) {
	type step struct {
		res   Result
		plain string
		want  Verdict
	}
	ratcheted := counted("a", 1, 5)
	ratcheted.Step = 1
	elsewhere := counted("a", 1, 5)
	elsewhere.SSRC = 7
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"the same frame twice", []step{{counted("a", 1, 5), "x", Fresh}, {counted("a", 1, 5), "x", Replayed}, {counted("a", 1, 5), "x", Replayed}}},
		{"two frames under one counter", []step{{counted("a", 1, 5), "x", Fresh}, {counted("a", 1, 5), "y", Reused}, {counted("a", 1, 5), "x", Replayed}}},
		{"one counter under two keys", []step{{counted("a", 1, 5), "x", Fresh}, {counted("b", 1, 5), "y", Fresh}}},
		{"one counter of two senders", []step{{counted("a", 1, 5), "x", Fresh}, {counted("a", 2, 5), "y", Fresh}}},
		{"one counter before and after a ratchet", []step{{counted("a", 1, 5), "x", Fresh}, {ratcheted, "y", Fresh}, {ratcheted, "y", Replayed}}},
		{"one counter of two streams with keys of their own", []step{{counted("a", 1, 5), "x", Fresh}, {elsewhere, "y", Fresh}}},
		{"the same contents under two counters", []step{{counted("a", 1, 5), "x", Fresh}, {counted("a", 1, 6), "x", Fresh}}},
		{"one nonce, the same frame", []step{{nonced("a", "n"), "x", Fresh}, {nonced("a", "n"), "x", Replayed}}},
		{"one nonce, two frames", []step{{nonced("a", "n"), "x", Fresh}, {nonced("a", "n"), "y", Reused}}},
		{"one nonce under two keys", []step{{nonced("a", "n"), "x", Fresh}, {nonced("b", "n"), "y", Fresh}}},
		{"nonce and key that join to the same", []step{{nonced("bc", "a"), "x", Fresh}, {nonced("c", "ab"), "y", Fresh}}},
		{"a nonce like a counter", []step{{counted("a", 0, 0x6E), "x", Fresh}, {nonced("a", "\x00\x00\x00\x00\x00\x00\x00n"), "y", Fresh}}},
		{"neither counter nor nonce", []step{{Result{Key: "a"}, "x", Fresh}, {Result{Key: "a"}, "x", Fresh}}},
	} {
		var s Seen
		for i, st := range c.steps {
			if got := s.Check(st.res, []byte(st.plain)); got != st.want {
				t.Errorf("%s: frame %d is %d, want %d", c.name, i, got, st.want)
			}
		}
	}
}

// TestSeenTooLongAgo: after 65,536 frames a counter is still known, and what
// it stood for is not.
func TestSeenTooLongAgo(t *testing.T) {
	for _, old := range []func(n uint64) Result{
		func(n uint64) Result { return counted("a", 1, n) },
		func(n uint64) Result { return nonced("a", fmt.Sprint(n)) },
	} {
		var s Seen
		for n := range uint64(maxContents) {
			s.Check(old(n), frameNo(int(n)))
		}
		if got := s.Check(old(0), frameNo(0)); got != Replayed {
			t.Errorf("the oldest of %d frames is %d, want %d", maxContents, got, Replayed)
		}
		if got := s.Check(old(maxContents), nil); got != Fresh {
			t.Errorf("one more is %d, want %d", got, Fresh)
		}
		for _, n := range []int{0, 1} {
			want := []Verdict{Repeated, Replayed}[n]
			if got := s.Check(old(uint64(n)), frameNo(n)); got != want {
				t.Errorf("frame %d is %d then, want %d", n, got, want)
			}
		}
	}
}

// TestSeenIsBounded feeds it what a holder of the keys could make.
func TestSeenIsBounded(t *testing.T) {
	var s Seen
	for n := range uint64(3 * maxNonces) {
		s.Check(nonced("nonces", fmt.Sprint(n)), nil)
		if n < 3*maxRanges {
			s.Check(counted("kids without end", n, 5), nil)
			s.Check(counted("counters all over", 0, 1000*n), nil)
		}
	}
	spans := 0
	for _, c := range s.streams {
		spans = max(spans, len(c.ranges))
	}
	if len(s.streams) > maxStreams || spans > maxRanges || len(s.contents) > maxContents || len(s.order) > maxContents ||
		len(s.nonces) > maxNonces || len(s.older) > maxNonces {
		t.Errorf("%d streams, %d spans, %d contents, %d and %d nonces", len(s.streams), spans, len(s.contents), len(s.nonces), len(s.older))
	}
	// The stream that was used all the time outlived the others, and its
	// uppermost counters.
	if got := s.Check(counted("counters all over", 0, 1000*(3*maxRanges-maxRanges/2)), nil); got != Repeated {
		t.Errorf("a counter of the stream in use is %d, want %d", got, Repeated)
	}
	if got := s.Check(counted("kids without end", 0, 5), nil); got != Fresh {
		t.Errorf("a counter of the oldest stream is %d, want %d", got, Fresh)
	}
	// And the nonces of one generation at least are known.
	if got := s.Check(nonced("nonces", fmt.Sprint(2*maxNonces)), nil); got != Repeated {
		t.Errorf("a nonce of %d frames ago is %d, want %d", maxNonces, got, Repeated)
	}
}

func TestSeenAllocatesNothing(t *testing.T) {
	var s Seen
	n := uint64(0)
	plain := []byte("some plaintext")
	some := func() {
		for range 1000 {
			n++
			if got := s.Check(counted("audio and video", 1, n), plain); got != Fresh {
				t.Fatalf("counter %d is %d", n, got)
			}
		}
	}
	for n < 2*maxContents {
		some()
	}
	if a := testing.AllocsPerRun(20, some); a != 0 {
		t.Errorf("%v allocations for 1000 frames in order", a)
	}
}

func BenchmarkSeen(b *testing.B) {
	var s Seen
	plain := make([]byte, 1000)
	n := uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		n++
		s.Check(counted("a", 1, n), plain)
	}
}

// FuzzSeen compares with a model that remembers everything and forgets
// nothing; there are too few frames for Seen to forget.
func FuzzSeen(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0})
	f.Add([]byte{0x81, 3, 0, 0x81, 3, 1, 0x81, 3, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var s Seen
		model := make(map[string]string)
		for ; len(b) >= 3; b = b[3:] {
			res := Result{Key: string(rune('a' + b[0]&1)), Step: int(b[0] >> 1 & 1), KID: uint64(b[0] >> 2 & 1), SSRC: uint32(b[0] >> 3 & 1)}
			if b[0]&0x80 == 0 {
				res.HasCounter, res.Counter = true, uint64(int64(int8(b[1])))
			} else {
				res.Nonce = binary.BigEndian.AppendUint16([]byte("nonce"), uint16(b[1]))
			}
			want := Fresh
			name := fmt.Sprint(res)
			plain := string(b[2:3])
			if old, ok := model[name]; ok && old == plain {
				want = Replayed
			} else if ok {
				want = Reused
			} else {
				model[name] = plain
			}
			if got := s.Check(res, []byte(plain)); got != want {
				t.Fatalf("%s with %q is %d, want %d", name, plain, got, want)
			}
		}
	})
}
