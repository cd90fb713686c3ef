package stream

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"testing"

	"github.com/mjrkit/mjrkit/mjr"
)

// bombs are packets behind a missing one: of 60,000 bytes each, all of it
// header extensions of two bytes, which are sixteen times as large in memory.
type bombs struct{ n, of int }

func (b *bombs) ReadPacket() (mjr.Packet, error) {
	if b.n == b.of {
		return mjr.Packet{}, io.EOF
	}
	seq := b.n
	if b.n >= 200 {
		seq++
	}
	b.n++
	p := []byte{0x90, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}
	binary.BigEndian.PutUint16(p[2:], uint16(seq))
	binary.BigEndian.PutUint32(p[4:], uint32(seq)*960)
	const words = 15000
	p = append(p, 0xBE, 0xDE, words>>8, words&0xFF)
	p = append(p, bytes.Repeat([]byte{0x10, 0x00}, words*2)...)
	return mjr.Packet{Data: append(p, 1, 2, 3)}, nil
}

func TestHeldPacketsAreBoundedInBytes(t *testing.T) {
	const packets = 2000
	r := NewReorder(&bombs{of: packets}, Options{ClockRate: 48000})
	var most uint64
	got, last := 0, int64(-1)
	for {
		p, err := r.ReadPacket()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.Seq <= last || len(p.Header.Extensions) != 30000 {
			t.Fatalf("packet %d: number %d after %d, %d extensions", got, p.Seq, last, len(p.Header.Extensions))
		}
		got, last = got+1, p.Seq
		if got%100 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	if rep := r.Report(); got != packets || rep.Lost != 1 || rep.Late != 0 {
		t.Errorf("%d packets, %+v; want %d and one lost", got, rep, packets)
	}
	if most > 64<<20 {
		t.Errorf("%d MiB on the heap, want at most 64", most>>20)
	}
}
