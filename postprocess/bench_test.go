package postprocess

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// endless gives the packets of a recording again and again, as one stream.
type endless struct {
	all []stream.Packet
	n   int
	per int64 // ticks of one round
}

func newEndless(t testing.TB, rec, kind string) *endless {
	t.Helper()
	e := new(endless)
	src := stream.NewReorder(&memory{load(t, rec, kind).packets}, stream.Options{})
	for {
		p, err := src.ReadPacket()
		if errors.Is(err, io.EOF) {
			return e
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Payload = bytes.Clone(p.Payload)
		e.all = append(e.all, p)
		e.per = p.Time + 3000
	}
}

func (e *endless) ReadPacket() (stream.Packet, error) {
	p := e.all[e.n%len(e.all)]
	p.Time += e.per * int64(e.n/len(e.all))
	e.n++
	return p, nil
}

// memory is packets in memory.
type memory struct{ all []mjr.Packet }

func (m *memory) ReadPacket() (mjr.Packet, error) {
	if len(m.all) == 0 {
		return mjr.Packet{}, io.EOF
	}
	p := m.all[0]
	m.all = m.all[1:]
	return p, nil
}

// copying is an Opener that has nothing to do.
type copying struct{}

func (copying) Open(dst, data []byte, _ decrypt.Meta) (decrypt.Result, error) {
	return decrypt.Result{Plain: append(dst, data...), Scheme: "copy", Key: "k"}, nil
}

var benched = []struct{ codec, rec, kind string }{
	{"vp8", "plain-vp8-identity", "video"},
	{"vp9", "plain-vp9", "video"},
	{"h264", "plain-h264", "video"},
	{"av1", "plain-av1", "video"},
	{"opus", "plain-vp8-identity", "audio"},
}

func BenchmarkAssemble(b *testing.B) {
	for _, c := range benched {
		b.Run(c.codec, func(b *testing.B) {
			row, _ := findCodec(c.codec)
			benchStage(b, newAssembler(newEndless(b, c.rec, c.kind), row, mjr.Header{}, Input{}, Options{}, new(FrameReport)))
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	for _, c := range benched {
		b.Run(c.codec, func(b *testing.B) {
			row, _ := findCodec(c.codec)
			report := new(FrameReport)
			src := newAssembler(newEndless(b, c.rec, c.kind), row, mjr.Header{}, Input{}, Options{}, report)
			benchStage(b, &opener{src: src, o: copying{}, seen: new(decrypt.Seen), rate: 90000, report: report})
		})
	}
}

func benchStage(b *testing.B, s frameReader) {
	var n int64
	for range 500 { // buffers grow to what they need
		if _, err := s.readFrame(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		f, err := s.readFrame()
		if err != nil {
			b.Fatal(err)
		}
		n += int64(len(f.data))
	}
	b.SetBytes(n / int64(b.N))
}

// again is a recording that goes on for some rounds of the packets of one.
func again(t testing.TB, rec, kind string, rounds int) []byte {
	all := load(t, rec, kind)
	long := recording{header: all.header}
	last := all.packets[len(all.packets)-1]
	for n := range rounds {
		for _, p := range all.packets {
			p.Data = bytes.Clone(p.Data)
			p.Arrival += time.Duration(n) * (last.Arrival + 20*time.Millisecond)
			binary.BigEndian.PutUint16(p.Data[2:], binary.BigEndian.Uint16(p.Data[2:])+uint16(n*len(all.packets)))
			binary.BigEndian.PutUint32(p.Data[4:], timestamp(p)+uint32(n)*(timestamp(last)+3000))
			long.packets = append(long.packets, p)
		}
	}
	return long.bytes(t)
}

// discard is a container that writes nothing.
type discard struct{}

func (discard) WriteFrame(media.Frame) error { return nil }
func (discard) Close() error                 { return nil }

func toNothing(io.Writer, []media.Track) (media.Writer, error) { return discard{}, nil }

func BenchmarkConvert(b *testing.B) {
	for _, c := range benched {
		b.Run(c.codec, func(b *testing.B) {
			file := again(b, c.rec, c.kind, 20)
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			var packets int64
			for b.Loop() {
				in := []Input{{R: bytes.NewReader(file)}}
				if c.codec != "av1" {
					in[0].Opener = copying{}
				}
				rep, err := Convert(io.Discard, toNothing, in, Options{})
				if err != nil {
					b.Fatal(err)
				}
				packets += rep.Tracks[0].Packets.Delivered
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets), "ns/packet")
		})
	}
}

// The number of allocations does not depend on how long a recording is.
func TestConvertAllocatesNothingPerPacket(t *testing.T) {
	for _, c := range benched {
		allocs := func(rounds int) (float64, int64) {
			file := again(t, c.rec, c.kind, rounds)
			var written int64
			n := testing.AllocsPerRun(3, func() {
				in := []Input{{R: bytes.NewReader(file)}}
				if c.codec != "av1" {
					in[0].Opener = copying{}
				}
				rep, err := Convert(io.Discard, toNothing, in, Options{})
				if err != nil {
					t.Fatal(err)
				}
				written = rep.Tracks[0].Frames.Written
			})
			return n, written
		}
		short, _ := allocs(4)
		long, frames := allocs(12)
		if long > short+8 || frames < 2000 {
			t.Errorf("%s: %v allocations for a recording, %v for one three times as long, of %d frames", c.codec, short, long, frames)
		}
	}
}
