package record_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// TestCounts feeds sequence numbers, and looks at what is stored and counted.
func TestCounts(t *testing.T) {
	span := func(from, n int) (s []int) {
		for i := range n {
			s = append(s, from+i)
		}
		return s
	}
	join := func(parts ...[]int) (s []int) {
		for _, p := range parts {
			s = append(s, p...)
		}
		return s
	}
	for sin, c := range map[string]struct {
		seqs                     []int // negative: the same number with another payload
		stored, duplicates, lost int64
	}{
		"one hole":                       {[]int{1, 2, 5}, 3, 0, 2},
		"hole over the wrap":             {[]int{65534, 2}, 2, 0, 3},
		"late packet":                    {[]int{1, 3, 2}, 3, 0, 0},
		"older than the first":           {[]int{10, 7, 11}, 3, 0, 2},
		"older than the first at 0":      {[]int{1, 65535, 0}, 3, 0, 0},
		"sent twice":                     {[]int{1, 2, 1, 2, 3}, 3, 2, 0},
		"sent twice over the wrap":       {[]int{65535, 0, 65535}, 2, 1, 0},
		"sent again after 1,024":         {join(span(1, 1100), span(20, 50)), 1100, 50, 0},
		"sent again after 4,000":         {join(span(1, 4050), span(100, 50)), 4050, 50, 0},
		"all numbers twice around":       {join(span(0, 65536), span(65536, 65536)), 131072, 0, 0},
		"sender that starts afresh":      {join(span(100, 50), []int{-100, -101, -102, -103}), 54, 0, 0},
		"sent twice as it starts afresh": {join(span(100, 50), []int{30000, 30001, 30000, 30001}), 52, 2, 0},
		"one packet from nowhere":        {join(span(100, 50), []int{30000}, span(150, 50)), 101, 0, 0},
		"number with another payload":    {join(span(100, 50), []int{-120}, span(150, 50)), 101, 0, 0},
		"hole, and the missing one late": {join([]int{1, 5}, span(6, 1000), []int{3}), 1003, 0, 2},
	} {
		name := filepath.Join(t.TempDir(), "call")
		r := newRecorder(t, record.Options{Name: name})
		f := open(t, r, audio)
		at := time.Now()
		for _, seq := range c.seqs {
			p := rtp(uint16(max(seq, -seq)), uint32(max(seq, -seq))*960, 20)
			if seq < 0 {
				p[20] = 1
			}
			write(t, f, p, at)
		}
		got := closeAll(t, r).Files[0]
		if got.Stored != c.stored || got.Duplicates != c.duplicates || got.Lost != c.lost || got.Unwritten != 0 {
			t.Errorf("%s: stored %d, duplicates %d, lost %d, unwritten %d; want %d, %d, %d, 0", sin, got.Stored, got.Duplicates, got.Lost, got.Unwritten, c.stored, c.duplicates, c.lost)
		}
		if n := len(read(t, name+"-audio-0.mjr").packets); int64(n) != c.stored {
			t.Errorf("%s: %d packets in the file, want %d", sin, n, c.stored)
		}
	}
}

func TestLongHoleIsLossIfTimeWentOn(t *testing.T) {
	r := newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call")})
	f := open(t, r, audio)
	at := time.Now()
	write(t, f, rtp(1, 0, 20), at)
	write(t, f, rtp(20001, 20000*960, 20), at.Add(20000*20*time.Millisecond))
	if got := f.Report(); got.Lost != 19999 {
		t.Errorf("lost %d, want 19999", got.Lost)
	}
}

func TestRefusedPackets(t *testing.T) {
	name := filepath.Join(t.TempDir(), "call")
	r := newRecorder(t, record.Options{Name: name})
	f := open(t, r, audio)
	garbage := rtp(3, 3, 10)
	garbage[0] = 0x40
	padding := rtp(9, 9, 10)
	padding[0] |= 0x20
	padding[len(padding)-1] = 10
	extended := rtp(10, 10, 10)
	extended[0] |= 0x1F // its header is longer than the packet
	for _, p := range [][]byte{nil, make([]byte, 11), garbage, rtp(1, 1, 1488), rtp(2, 2, 1489), padding, rtp(10, 10, 10)[:12], extended} {
		write(t, f, p, time.Now())
	}
	got := closeAll(t, r).Files[0]
	if got.Received != 8 || got.NotRTP != 3 || got.Long != 1 || got.Stored != 4 {
		t.Errorf("%+v", got)
	}
	if n := len(read(t, name+"-audio-0.mjr").packets); n != 4 {
		t.Errorf("%d packets, want 4", n)
	}
}

func TestManySenders(t *testing.T) {
	r := newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call")})
	f := open(t, r, audio)
	for i := range 40 {
		for _, seq := range []uint16{5, 8, 5} {
			p := rtp(seq, 0, 20)
			binary.BigEndian.PutUint32(p[8:], uint32(i))
			write(t, f, p, time.Now())
		}
	}
	got := closeAll(t, r).Files[0]
	if got.SSRCs != 40 || got.Lost != 80 || got.Duplicates != 40 || got.Stored != 80 {
		t.Errorf("%+v", got)
	}
}

// TestProbingOverRealMedia repeats packets of real recordings, as browsers do
// to probe the bandwidth, with other header extensions.
func TestProbingOverRealMedia(t *testing.T) {
	for _, path := range corpus.Load(t, "plain-vp8-loss").Files {
		name := filepath.Join(t.TempDir(), "call")
		r := newRecorder(t, record.Options{Name: name})
		src := read(t, path)
		f := open(t, r, record.Track{Kind: src.header.Kind, Codec: src.header.Codec})
		random := rand.New(rand.NewPCG(1, 2))
		var probes int64
		for i, p := range src.packets {
			write(t, f, p.Data, src.header.FirstFrame.Add(p.Arrival))
			for range random.IntN(4) {
				again := bytes.Clone(src.packets[max(0, i-random.IntN(1024))].Data)
				if again[0]&0x10 != 0 && len(again) > 20 && again[0]&0xF == 0 {
					again[16]++ // of the extensions
				}
				write(t, f, again, src.header.FirstFrame.Add(p.Arrival))
				probes++
			}
		}
		got := closeAll(t, r).Files[0]
		if got.Duplicates != probes || got.Stored != int64(len(src.packets)) {
			t.Errorf("%s: stored %d of %d, dropped %d of %d probes", filepath.Base(path), got.Stored, len(src.packets), got.Duplicates, probes)
		}
		if err := samePackets(read(t, got.Paths[0]), src); err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
}
