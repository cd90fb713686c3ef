package stream

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
	"github.com/mjrkit/mjrkit/mjr"
)

// slice is packets in memory, as a source.
type slice struct {
	packets []mjr.Packet
	err     error // at the end; io.EOF if nil
}

func (s *slice) ReadPacket() (mjr.Packet, error) {
	if len(s.packets) == 0 {
		if s.err != nil {
			return mjr.Packet{}, s.err
		}
		return mjr.Packet{}, io.EOF
	}
	p := s.packets[0]
	s.packets = s.packets[1:]
	return p, nil
}

// load reads the packets of a file, each with bytes of its own.
func load(t testing.TB, path string) []mjr.Packet {
	t.Helper()
	packets := mjrtest.Read(t, path).Packets
	if len(packets) == 0 {
		t.Fatalf("%s has no packets", path)
	}
	return packets
}

// opus is the recording that the hand-made sins are committed on: 600 packets
// of 20 ms, numbers from 1, timestamps from 0. It is encrypted, so that no two
// payloads are alike.
func opus(t testing.TB) []mjr.Packet {
	t.Helper()
	all := load(t, corpus.Load(t, "jitsi-vp8").File(t, "audio"))[:600]
	for i, p := range all {
		if seqOf(p) != uint16(i+1) || timeOf(p) != uint32(i*frame) {
			t.Fatalf("packet %d has number %d, timestamp %d", i, seqOf(p), timeOf(p))
		}
	}
	return all
}

// got is a packet given out, with bytes of its own.
type got struct {
	Packet
	payload []byte
}

// drain reads all packets and checks what must hold of any input.
func drain(t testing.TB, src mjr.PacketReader, o Options) ([]got, Report) {
	t.Helper()
	r := NewReorder(src, o)
	var all []got
	for {
		p, err := r.ReadPacket()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, got{p, bytes.Clone(p.Payload)})
	}
	report := r.Report()
	check(t, all, report)
	return all, report
}

// check is what must hold of any input.
func check(t testing.TB, all []got, r Report) {
	t.Helper()
	if sum := r.Delivered + r.Duplicate + r.Late + r.Padding + r.NotRTP + r.Stray; r.Read != sum {
		t.Errorf("read %d packets, accounted for %d: %+v", r.Read, sum, r)
	}
	if int64(len(all)) != r.Delivered {
		t.Errorf("%d packets given out, %d counted", len(all), r.Delivered)
	}
	var missing, gaps, restarts int64
	for i, p := range all {
		if len(p.payload) == 0 {
			t.Fatalf("packet %d has no payload", i)
		}
		if uint16(p.Seq) != p.Header.SequenceNumber {
			t.Fatalf("packet %d has number %d, and %d in its header", i, p.Seq, p.Header.SequenceNumber)
		}
		missing += p.Missing
		if i == 0 {
			continue
		}
		q := all[i-1]
		switch {
		case p.Seq <= q.Seq:
			t.Fatalf("packet %d has number %d after %d", i, p.Seq, q.Seq)
		case p.Source != q.Source:
			if p.Source < q.Source {
				t.Fatalf("packet %d has source %d after %d", i, p.Source, q.Source)
			}
			restarts += int64(p.Source - q.Source)
		case p.Seq > q.Seq+1:
			gaps++
			// Padding has numbers, too.
			if lost := p.Seq - q.Seq - 1; lost < p.Missing || lost > p.Missing+r.Padding {
				t.Fatalf("packet %d has number %d after %d, %d missing", i, p.Seq, q.Seq, p.Missing)
			}
		case p.Missing != 0:
			t.Fatalf("packet %d has number %d after %d, %d missing", i, p.Seq, q.Seq, p.Missing)
		}
	}
	// A sender's last packet may be padding, with a gap before it.
	if missing > r.Lost || r.Padding == 0 && missing < r.Lost {
		t.Errorf("%d lost counted, %d told", r.Lost, missing)
	}
	if r.Padding == 0 && (gaps != r.Gaps || restarts != r.Restarts) {
		t.Errorf("%d gaps and %d restarts counted, %d and %d seen", r.Gaps, r.Restarts, gaps, restarts)
	}
}
