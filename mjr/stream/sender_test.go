package stream

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// other is packets of another call.
func other(t testing.TB) []mjr.Packet {
	return load(t, corpus.Load(t, "rfc9605-vp8-gcm").File(t, "audio"))
}

func TestSenders(t *testing.T) {
	foreign := other(t)
	for _, s := range []sin{
		{
			name: "another SSRC at half, numbers and timestamps with it",
			commit: func(p []mjr.Packet) []mjr.Packet {
				setSSRC(p[half:], 0xFEEDBEEF)
				shift(p[half:], 20011, 1e9, 0)
				return p
			},
			want:  Report{Restarts: 1, ClockResets: 1},
			about: true,
		},
		{
			name: "another SSRC at half, the numbers go on",
			commit: func(p []mjr.Packet) []mjr.Packet {
				setSSRC(p[half:], 0xFEEDBEEF)
				return p
			},
			want: Report{Restarts: 1},
		},
		{
			name: "another SSRC at half, packets in no order",
			commit: func(p []mjr.Packet) []mjr.Packet {
				setSSRC(p[half:], 0xFEEDBEEF)
				shift(p[half:], 20011, 0, 0)
				shuffle(p[half:half+16], 1)
				return p
			},
			want: Report{Restarts: 1, Reordered: behind(shuffle(opus(t)[half:half+16], 1))},
		},
		{
			name: "another SSRC for two packets only, the last ones",
			commit: func(p []mjr.Packet) []mjr.Packet {
				setSSRC(p[598:], 0xFEEDBEEF)
				return p
			},
			want:  Report{Stray: 2},
			order: sequence(0, 598),
		},
		{
			name: "another SSRC, held packets before it",
			commit: func(p []mjr.Packet) []mjr.Packet {
				setSSRC(p[half:], 0xFEEDBEEF)
				return slices.Delete(p, half-10, half-8)
			},
			want:  Report{Restarts: 1, Lost: 2, Gaps: 1},
			order: without(sequence(0, 600), half-10, half-9),
		},
		{
			name: "a packet of another SSRC",
			commit: func(p []mjr.Packet) []mjr.Packet {
				return slices.Insert(p, half, foreign[7])
			},
			want: Report{Stray: 1},
		},
		{
			name: "a packet of another SSRC, three times",
			commit: func(p []mjr.Packet) []mjr.Packet {
				return slices.Insert(p, half, foreign[7], foreign[7], foreign[7])
			},
			want: Report{Stray: 1, Duplicate: 2},
		},
		{
			name: "another SSRC, timestamps a minute ahead, no received times",
			commit: func(p []mjr.Packet) []mjr.Packet {
				setSSRC(p[half:], 0xFEEDBEEF)
				shift(p[half:], 0, 60*rate0, 0)
				noArrival(p)
				return p
			},
			want: Report{Restarts: 1, ClockResets: 1},
		},
		{
			name: "a packet of another SSRC first of all",
			commit: func(p []mjr.Packet) []mjr.Packet {
				setSSRC(p[:1], 0xFEEDBEEF)
				return p
			},
			want: Report{Restarts: 1},
		},
		{
			name: "two senders in turns",
			commit: func(p []mjr.Packet) []mjr.Packet {
				var mixed []mjr.Packet
				for i := range p {
					mixed = append(mixed, p[i], foreign[i])
				}
				return mixed
			},
			want: Report{Stray: 600},
		},
		{
			name: "an old sender that comes back for a moment",
			commit: func(p []mjr.Packet) []mjr.Packet {
				setSSRC(p[half:], 0xFEEDBEEF)
				again := slices.Clone(opus(t)[half : half+8])
				return slices.Insert(p, 400, again...)
			},
			want: Report{Restarts: 1, Stray: 8},
		},
		{
			name: "an old sender that comes back for a moment, its numbers far on",
			commit: func(p []mjr.Packet) []mjr.Packet {
				setSSRC(p[half:], 0xFEEDBEEF)
				again := slices.Clone(opus(t)[half : half+8])
				shift(again, 20000, 0, 0)
				return slices.Insert(p, 400, again...)
			},
			want: Report{Restarts: 1, Stray: 8},
		},
		{
			name: "an old sender that comes back for good",
			commit: func(p []mjr.Packet) []mjr.Packet {
				setSSRC(p[half:400], 0xFEEDBEEF)
				return p
			},
			want: Report{Restarts: 2},
		},
		{
			name: "numbers afresh, far ahead",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 20000, 1e9, 0)
				return p
			},
			want:  Report{Restarts: 1, ClockResets: 1},
			about: true,
		},
		{
			name: "numbers afresh, far behind",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], -20000, -1e9, 0)
				return p
			},
			want:  Report{Restarts: 1, ClockResets: 1},
			about: true,
		},
		{
			name: "numbers afresh on numbers given out before",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], -200, 7e8, 0)
				return p
			},
			want:  Report{Restarts: 1, ClockResets: 1},
			about: true,
		},
		{
			name: "numbers afresh on numbers lost before",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], -200, 7e8, 0)
				return slices.Delete(p, 80, 200)
			},
			window: 64,
			want:   Report{Restarts: 1, ClockResets: 1, Lost: 120, Gaps: 1},
			order:  without(sequence(0, 600), sequence(80, 200)...),
			about:  true,
		},
		{
			name: "numbers afresh, the timestamps go on",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], -250, 0, 0)
				return p
			},
			want: Report{Restarts: 1},
		},
		{
			name: "numbers afresh, no received times",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 20000, 1e9, 0)
				noArrival(p)
				return p
			},
			want: Report{Restarts: 1, ClockResets: 1},
		},
		{
			name: "a stray number, farther back than any that came",
			commit: func(p []mjr.Packet) []mjr.Packet {
				stray := []mjr.Packet{p[half-1]}
				shift(stray, 1<<15, 0, 0)
				return slices.Insert(p, half, stray...)
			},
			want: Report{Stray: 1},
		},
		{
			name: "a stray number",
			commit: func(p []mjr.Packet) []mjr.Packet {
				stray := []mjr.Packet{p[half]}
				shift(stray, 20000, 5e8, 0)
				return slices.Insert(p, half, stray...)
			},
			want: Report{Stray: 1},
		},
	} {
		t.Run(s.name, s.run)
	}
}

func TestSourceRises(t *testing.T) {
	p := opus(t)
	setSSRC(p[half:], 0xFEEDBEEF)
	all, r := drain(t, &slice{packets: p}, Options{ClockRate: rate0})
	for i, q := range all {
		if want := i / half; q.Source != want {
			t.Fatalf("packet %d has source %d, want %d", i, q.Source, want)
		}
	}
	if len(r.SSRCs) != 2 || r.SSRCs[0xFEEDBEEF] != half {
		t.Errorf("SSRCs %v", r.SSRCs)
	}
}

func TestSSRCsAreBounded(t *testing.T) {
	p := opus(t)
	var many []mjr.Packet
	for i := range 300 {
		three := slices.Clone(p[:3])
		setSSRC(three, uint32(i))
		many = append(many, three...)
	}
	_, r := drain(t, &slice{packets: many}, Options{ClockRate: rate0})
	if len(r.SSRCs) != maxSSRCs || r.Delivered != 900 {
		t.Errorf("%d SSRCs counted, %d packets given out", len(r.SSRCs), r.Delivered)
	}
}

func TestSamePayloadsWhateverTheNumbers(t *testing.T) {
	// The sender starts afresh wherever it likes: nothing is swallowed.
	clean := opus(t)
	random := rand.New(rand.NewPCG(5, 5))
	for range 60 {
		p := slices.Clone(clean)
		seq, ts := random.IntN(1<<16), int64(random.Uint32())
		shift(p[half:], seq, ts, 0)
		all, r := drain(t, &slice{packets: p}, Options{ClockRate: rate0})
		if len(all) != len(clean) {
			t.Fatalf("shifted by %d, %d: %d packets given out: %+v", seq, ts, len(all), r)
		}
		for i := range all {
			if !bytes.HasSuffix(clean[i].Data, all[i].payload) {
				t.Fatalf("shifted by %d, %d: packet %d out of order", seq, ts, i)
			}
			if d := all[i].Time - int64(i)*frame; !within(d, 11*rate0) {
				t.Fatalf("shifted by %d, %d: packet %d lies at %d", seq, ts, i, all[i].Time)
			}
		}
	}
}

func TestSilenceIsNoDuplicate(t *testing.T) {
	// The same numbers and the same bytes, at another time.
	p := opus(t)
	again := slices.Clone(p[:100])
	shift(again, 0, 1e9, 0)
	_, r := drain(t, &slice{packets: append(p, again...)}, Options{ClockRate: rate0})
	if r.Delivered != 700 || r.Restarts != 1 {
		t.Errorf("got %+v", r)
	}
}

func TestFilesPutTogether(t *testing.T) {
	// Janus starts each recording of a sender with number 1 and timestamp 0,
	// so that two of audio differ in their bytes alone.
	first, second := opus(t), other(t)
	setSSRC(first, 7)
	setSSRC(second, 7)
	for i := range second {
		if seqOf(second[i]) != uint16(i+1) || timeOf(second[i]) != uint32(i*frame) {
			t.Fatalf("packet %d has number %d, timestamp %d", i, seqOf(second[i]), timeOf(second[i]))
		}
	}
	all, r := drain(t, &slice{packets: slices.Concat(first, second)}, Options{ClockRate: rate0})
	if len(all) != len(first)+len(second) || r.Restarts != 1 {
		t.Errorf("%d packets given out: %+v", len(all), r)
	}
	for i := range all {
		if all[i].Time != int64(i)*frame {
			t.Fatalf("packet %d lies at %d", i, all[i].Time)
		}
	}
}

func TestOldNumbersSentAgain(t *testing.T) {
	// The sender starts its numbers afresh; then some of before are sent again.
	p := opus(t)
	again := slices.Clone(p[half-8 : half])
	shift(p[half:], 20000, 1e9, 0)
	_, r := drain(t, &slice{packets: slices.Insert(p, half+50, again...)}, Options{ClockRate: rate0})
	if r.Restarts != 1 || r.Stray != 8 || r.Delivered != 600 {
		t.Errorf("got %+v", r)
	}
}
