package stream

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// loop is a recording that never ends: the packets of a real one again and
// again, their numbers and times going on.
type loop struct {
	packets []mjr.Packet
	order   []int // of the packets; those lost are left out
	at      int
	turn    int
	frames  uint32 // of a turn
	buf     []byte
}

func (l *loop) ReadPacket() (mjr.Packet, error) {
	if l.at == len(l.order) {
		l.at = 0
		l.turn++
	}
	p := l.packets[l.order[l.at]]
	l.at++
	l.buf = append(l.buf[:0], p.Data...)
	seq := seqOf(p) + uint16(l.turn*len(l.packets))
	ts := timeOf(p) + uint32(l.turn)*l.frames
	l.buf[2], l.buf[3] = byte(seq>>8), byte(seq)
	l.buf[4], l.buf[5], l.buf[6], l.buf[7] = byte(ts>>24), byte(ts>>16), byte(ts>>8), byte(ts)
	p.Data = l.buf
	p.Arrival += time.Duration(l.turn) * 12100 * time.Millisecond
	return p, nil
}

func newLoop(t testing.TB) *loop {
	l := &loop{packets: load(t, corpus.Load(t, "plain-vp8-identity").File(t, "video")), frames: 1098000}
	l.order = sequence(0, len(l.packets))
	return l
}

func benchmark(b *testing.B, l *loop, check func(Report) bool) {
	r := NewReorder(l, Options{ClockRate: 90000})
	var bytes int64
	for range 20000 { // until the window was full of every size of packet
		p, err := r.ReadPacket()
		if err != nil {
			b.Fatal(err)
		}
		bytes += int64(len(p.Payload))
	}
	b.SetBytes(bytes / 20000)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if _, err := r.ReadPacket(); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	if rep := r.Report(); !check(rep) || rep.Late+rep.Stray+rep.Restarts+rep.ClockResets > 0 {
		b.Errorf("got %+v", rep)
	}
}

func BenchmarkInOrder(b *testing.B) {
	benchmark(b, newLoop(b), func(r Report) bool { return r.Lost+r.Reordered == 0 })
}

func BenchmarkLoss(b *testing.B) {
	l := newLoop(b)
	random := rand.New(rand.NewPCG(1, 1))
	kept := l.order[:0]
	for _, i := range l.order {
		if random.IntN(100) > 0 {
			kept = append(kept, i)
		}
	}
	l.order = kept
	benchmark(b, l, func(r Report) bool { return r.Lost > 100 && r.Reordered == 0 })
}

func BenchmarkSwapped(b *testing.B) {
	l := newLoop(b)
	random := rand.New(rand.NewPCG(1, 1))
	for i := 1; i+1 < len(l.order); i++ {
		if random.IntN(100) == 0 {
			l.order[i], l.order[i+1] = l.order[i+1], l.order[i]
			i++
		}
	}
	benchmark(b, l, func(r Report) bool { return r.Reordered > 100 && r.Lost == 0 })
}

func BenchmarkParseDescriptor(b *testing.B) {
	for codec, payloads := range seeds(b) {
		b.Run(codec, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				if _, err := ParseDescriptor(codec, payloads[i%len(payloads)], false); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The same as the benchmarks say, for those who do not run them.
func TestSteadyStateDoesNotAllocate(t *testing.T) {
	l := newLoop(t)
	l.order = append(l.order[:200], l.order[201:]...)
	l.order[300], l.order[301] = l.order[301], l.order[300]
	r := NewReorder(l, Options{ClockRate: 90000})
	read := func() {
		if _, err := r.ReadPacket(); err != nil {
			t.Fatal(err)
		}
	}
	for range 20000 {
		read()
	}
	if n := testing.AllocsPerRun(5000, read); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
	if got := len(r.pool.free); got > DefaultWindow+1 {
		t.Errorf("%d packets kept for use again", got)
	}
}
