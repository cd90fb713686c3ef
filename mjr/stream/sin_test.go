package stream

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

const (
	frame = 960 // ticks of one packet in opus
	rate0 = 48000
	half  = 300
)

func seqOf(p mjr.Packet) uint16  { return binary.BigEndian.Uint16(p.Data[2:]) }
func timeOf(p mjr.Packet) uint32 { return binary.BigEndian.Uint32(p.Data[4:]) }

// shift adds to the numbers, the timestamps and the received times of packets.
func shift(packets []mjr.Packet, seq int, ts int64, arrival time.Duration) {
	for i, p := range packets {
		if len(p.Data) >= 12 { // the fuzzer cuts them
			p.Data = bytes.Clone(p.Data)
			binary.BigEndian.PutUint16(p.Data[2:], seqOf(p)+uint16(seq))
			binary.BigEndian.PutUint32(p.Data[4:], timeOf(p)+uint32(ts))
		}
		p.Arrival += arrival
		packets[i] = p
	}
}

func setSSRC(packets []mjr.Packet, ssrc uint32) {
	for i, p := range packets {
		if len(p.Data) >= 12 {
			p.Data = bytes.Clone(p.Data)
			binary.BigEndian.PutUint32(p.Data[8:], ssrc)
			packets[i] = p
		}
	}
}

// move takes the packet at from out, and puts it in again at to.
func move(packets []mjr.Packet, from, to int) []mjr.Packet {
	p := packets[from]
	return slices.Insert(slices.Delete(packets, from, from+1), to, p)
}

// noArrival makes a v1 file of a v2 file.
func noArrival(packets []mjr.Packet) {
	for i := range packets {
		packets[i].Arrival, packets[i].HasArrival = 0, false
	}
}

// sin is one thing done to the packets of opus, and what must come of it.
type sin struct {
	name   string
	commit func([]mjr.Packet) []mjr.Packet
	window int
	want   Report // its counters, but for those that are always the same
	// order is the packets given out, by their place in opus; nil is all.
	order []int
	// times is where a packet lies, in ticks; nil is frame×i.
	times func(i int) int64
	// about: times are right to a tenth of a second.
	about bool
}

func (s sin) run(t *testing.T) {
	clean := opus(t)
	place := make(map[string]int)
	for i, p := range clean {
		place[string(p.Data[20:])] = i
	}
	if len(place) != len(clean) {
		t.Fatal("the recording has the same payload twice")
	}
	input := s.commit(slices.Clone(clean))
	all, r := drain(t, &slice{packets: input}, Options{Window: s.window, ClockRate: rate0})
	if r.Read != int64(len(input)) {
		t.Errorf("%d packets read, want %d", r.Read, len(input))
	}
	got := Report{
		Lost: r.Lost, Gaps: r.Gaps, Duplicate: r.Duplicate, Reordered: r.Reordered, Late: r.Late, Padding: r.Padding,
		NotRTP: r.NotRTP, Stray: r.Stray, Restarts: r.Restarts, ClockResets: r.ClockResets,
	}
	if !equal(got, s.want) {
		t.Errorf("got  %+v\nwant %+v", got, s.want)
	}
	order := s.order
	if order == nil {
		order = sequence(0, len(clean))
	}
	if len(all) != len(order) {
		t.Fatalf("%d packets given out, want %d", len(all), len(order))
	}
	for i, p := range all {
		n, ok := place[string(p.payload[len(p.payload)-len(clean[order[i]].Data[20:]):])]
		if !ok || n != order[i] {
			t.Fatalf("packet %d is packet %d of the file (%v), want %d", i, n, ok, order[i])
		}
		want := int64(n) * frame
		if s.times != nil {
			want = s.times(n)
		}
		if d := p.Time - want; d != 0 && (!s.about || !within(d, rate0/10)) {
			t.Fatalf("packet %d lies at %d, want %d", n, p.Time, want)
		}
	}
}

func equal(a, b Report) bool {
	a.Payloads, a.SSRCs, b.Payloads, b.SSRCs = nil, nil, nil, nil
	return a.Lost == b.Lost && a.Gaps == b.Gaps && a.Duplicate == b.Duplicate && a.Reordered == b.Reordered &&
		a.Late == b.Late && a.Padding == b.Padding && a.NotRTP == b.NotRTP && a.Stray == b.Stray &&
		a.Restarts == b.Restarts && a.ClockResets == b.ClockResets
}

func sequence(from, to int) []int {
	var s []int
	for i := from; i < to; i++ {
		s = append(s, i)
	}
	return s
}

func without(order []int, gone ...int) []int {
	return slices.DeleteFunc(slices.Clone(order), func(i int) bool { return slices.Contains(gone, i) })
}

func shuffle(packets []mjr.Packet, seed uint64) []mjr.Packet {
	r := rand.New(rand.NewPCG(seed, 0))
	r.Shuffle(len(packets), func(i, j int) { packets[i], packets[j] = packets[j], packets[i] })
	return packets
}

// shuffleBy shuffles all packets but the first in blocks of n.
func shuffleBy(packets []mjr.Packet, n int) []mjr.Packet {
	for i := 1; i+n <= len(packets); i += n {
		shuffle(packets[i:i+n], uint64(i))
	}
	return packets
}

// behind counts the packets that a greater number comes before.
func behind(packets []mjr.Packet) (n int64) {
	var top uint16
	for _, p := range packets {
		if seqOf(p) < top {
			n++
		}
		top = max(top, seqOf(p))
	}
	return n
}
