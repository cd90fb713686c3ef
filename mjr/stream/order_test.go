package stream

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/mjr"
)

func TestOrder(t *testing.T) {
	shuffled := shuffle(opus(t), 1)
	origin := int64(timeOf(shuffled[0]))
	sixteens := shuffleBy(opus(t), 16)
	for _, s := range []sin{
		{
			name:   "fully shuffled",
			commit: func(p []mjr.Packet) []mjr.Packet { return shuffle(p, 1) },
			want:   Report{Reordered: behind(shuffled)},
			times:  func(i int) int64 { return int64(i)*frame - origin },
		},
		{
			name: "swapped in pairs",
			commit: func(p []mjr.Packet) []mjr.Packet {
				for i := 0; i < len(p); i += 2 {
					p[i], p[i+1] = p[i+1], p[i]
				}
				return p
			},
			want:  Report{Reordered: half},
			times: func(i int) int64 { return int64(i-1) * frame },
		},
		{
			name: "swapped in pairs, window of 2",
			commit: func(p []mjr.Packet) []mjr.Packet {
				for i := 1; i+1 < len(p); i += 2 {
					p[i], p[i+1] = p[i+1], p[i]
				}
				return p
			},
			window: 2,
			want:   Report{Reordered: half - 1},
		},
		{
			name: "swapped in pairs, window of 1",
			commit: func(p []mjr.Packet) []mjr.Packet {
				for i := 1; i+1 < len(p); i += 2 {
					p[i], p[i+1] = p[i+1], p[i]
				}
				return p
			},
			window: 1,
			want:   Report{Lost: half - 1, Gaps: half - 1, Late: half - 1},
			order:  slices.DeleteFunc(sequence(0, 600), func(i int) bool { return i%2 == 1 && i < 599 }),
		},
		{
			name: "duplicates near",
			commit: func(p []mjr.Packet) []mjr.Packet {
				var twice []mjr.Packet
				for _, q := range p {
					twice = append(twice, q, q)
				}
				return twice
			},
			want: Report{Duplicate: 600},
		},
		{
			name:   "duplicates late",
			commit: func(p []mjr.Packet) []mjr.Packet { return slices.Insert(p, 500, p[100:200]...) },
			want:   Report{Duplicate: 100},
		},
		{
			name:   "duplicates later than the window",
			commit: func(p []mjr.Packet) []mjr.Packet { return slices.Insert(p, 500, p[100:200]...) },
			window: 16,
			want:   Report{Duplicate: 100},
		},
		{
			name:   "the file twice",
			commit: func(p []mjr.Packet) []mjr.Packet { return append(p, p...) },
			want:   Report{Duplicate: 600},
		},
		{
			name: "numbers that wrap",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p, 65535-half, 0, 0)
				return p
			},
		},
		{
			name: "numbers that wrap, shuffled by sixteens",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p, 65535-half, 0, 0)
				return shuffleBy(p, 16)
			},
			want: Report{Reordered: behind(sixteens)},
		},
		{
			name: "a packet later than the window",
			commit: func(p []mjr.Packet) []mjr.Packet {
				return move(p, 200, 300)
			},
			window: 64,
			want:   Report{Lost: 1, Gaps: 1, Late: 1},
			order:  without(sequence(0, 600), 200),
		},
		{
			name:   "a packet at the edge of the window",
			commit: func(p []mjr.Packet) []mjr.Packet { return move(p, 200, 200+63) },
			window: 64,
			want:   Report{Reordered: 1},
		},
		{
			name:   "a packet at the edge of the window, over it by one",
			commit: func(p []mjr.Packet) []mjr.Packet { return move(p, 200, 200+64) },
			window: 64,
			want:   Report{Lost: 1, Gaps: 1, Late: 1},
			order:  without(sequence(0, 600), 200),
		},
		{
			name: "a burst sent again, older than the window",
			commit: func(p []mjr.Packet) []mjr.Packet {
				burst := slices.Clone(p[200:210])
				return slices.Insert(slices.Delete(p, 200, 210), 400, burst...)
			},
			window: 64,
			want:   Report{Lost: 10, Gaps: 1, Late: 10},
			order:  without(sequence(0, 600), sequence(200, 210)...),
		},
		{
			name: "a packet sent again, later than the window, from before a reset of the clock",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p[half:], 0, -1e9, 0)
				return move(p, half-1, half+100)
			},
			window: 64,
			want:   Report{Lost: 1, Gaps: 1, Late: 1, ClockResets: 1},
			order:  without(sequence(0, 600), half-1),
			about:  true,
		},
		{
			name: "loss",
			commit: func(p []mjr.Packet) []mjr.Packet {
				return slices.Concat(p[:100], p[101:200], p[203:])
			},
			want:  Report{Lost: 4, Gaps: 2},
			order: without(sequence(0, 600), 100, 200, 201, 202),
		},
		{
			name: "older than the first one written",
			commit: func(p []mjr.Packet) []mjr.Packet {
				// As Janus writes them: numbers 0 and 65535, timestamps
				// just under the wrap.
				shift(p, -2, -2*frame, 0)
				return slices.Concat(p[2:7], p[1:2], p[7:9], p[:1], p[9:])
			},
			want:  Report{Reordered: 2},
			times: func(i int) int64 { return int64(i-2) * frame },
		},
		{
			name: "older than the first one given out",
			commit: func(p []mjr.Packet) []mjr.Packet {
				shift(p, -2, -2*frame, 0)
				return slices.Concat(p[1:400], p[:1], p[400:])
			},
			want:  Report{Late: 1},
			order: sequence(1, 600),
			times: func(i int) int64 { return int64(i-1) * frame },
		},
	} {
		t.Run(s.name, s.run)
	}
}

func TestWindows(t *testing.T) {
	for _, window := range []int{-1, 0, 1, 2, 3, 16, DefaultWindow, 1 << 30} {
		t.Run(fmt.Sprint(window), func(t *testing.T) {
			all, r := drain(t, &slice{packets: opus(t)}, Options{Window: window, ClockRate: rate0})
			if len(all) != 600 || r.Lost+r.Reordered != 0 {
				t.Errorf("%d packets in order, want 600: %+v", len(all), r)
			}
			_, r = drain(t, &slice{packets: shuffle(opus(t), 3)}, Options{Window: window, ClockRate: rate0})
			if whole := window <= 0 || window >= DefaultWindow; whole != (r.Delivered == 600) {
				t.Errorf("%d packets of a shuffled file given out: %+v", r.Delivered, r)
			}
			if r.Late != 600-r.Delivered {
				t.Errorf("%d late, and %d not given out", r.Late, 600-r.Delivered)
			}
		})
	}
}

func TestInOrderIsNotCopied(t *testing.T) {
	packets := opus(t)
	src := &slice{packets: slices.Clone(packets)}
	r := NewReorder(src, Options{ClockRate: rate0})
	for i := range packets {
		p, err := r.ReadPacket()
		if err != nil {
			t.Fatal(err)
		}
		if i < settleAfter {
			continue
		}
		if read := len(packets) - len(src.packets); read != i+1 {
			t.Fatalf("%d packets read for %d given out", read, i+1)
		}
		whole := packets[i].Data
		if &p.Payload[0] != &whole[len(whole)-len(p.Payload)] {
			t.Fatalf("packet %d was copied", i)
		}
	}
}

// reuse is a source that keeps its promise and no more: what it gave out is
// overwritten at the next read.
type reuse struct {
	slice
	buf []byte
}

func (r *reuse) ReadPacket() (mjr.Packet, error) {
	for i := range r.buf {
		r.buf[i] = 0xEE
	}
	p, err := r.slice.ReadPacket()
	r.buf = append(r.buf[:0], p.Data...)
	p.Data = r.buf
	return p, err
}

func TestHeldPacketsOwnTheirBytes(t *testing.T) {
	packets := opus(t)
	for i := range packets {
		packets[i].Data = withCSRC(packets[i].Data, uint32(i))
	}
	input := shuffleBy(slices.Clone(packets), 16)
	r := NewReorder(&reuse{slice: slice{packets: input}}, Options{ClockRate: rate0})
	for i, want := range packets {
		p, err := r.ReadPacket()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasSuffix(want.Data, p.Payload) || p.Arrival != want.Arrival {
			t.Fatalf("packet %d has other bytes", i)
		}
		if len(p.Header.CSRC) != 1 || p.Header.CSRC[0] != uint32(i) {
			t.Fatalf("packet %d has CSRC %d", i, p.Header.CSRC)
		}
		header, err := p.Header.Marshal()
		if err != nil || !bytes.HasPrefix(want.Data, header) {
			t.Fatalf("packet %d has another header: %x, want %x (%v)", i, header, want.Data[:len(header)], err)
		}
	}
}

func withCSRC(packet []byte, csrc uint32) []byte {
	p := slices.Insert(bytes.Clone(packet), 12, byte(csrc>>24), byte(csrc>>16), byte(csrc>>8), byte(csrc))
	p[0] |= 1
	return p
}

func TestErrorComesAfterAllThatWasRead(t *testing.T) {
	broken := errors.New("broken")
	packets := opus(t)
	src := &slice{packets: slices.Delete(packets, 300, 301), err: broken}
	r := NewReorder(src, Options{ClockRate: rate0})
	for n := range 599 {
		if _, err := r.ReadPacket(); err != nil {
			t.Fatalf("%v after %d packets", err, n)
		}
	}
	for range 2 {
		if _, err := r.ReadPacket(); !errors.Is(err, broken) {
			t.Errorf("got %v, want %v", err, broken)
		}
	}
}
