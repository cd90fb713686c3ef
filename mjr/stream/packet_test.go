package stream

import (
	"bytes"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/mjr"
)

func TestNotRTP(t *testing.T) {
	for _, c := range []struct {
		name string
		data func(good []byte) []byte
	}{
		{"empty", func([]byte) []byte { return nil }},
		{"shorter than a header", func(b []byte) []byte { return b[:11] }},
		{"all zero", func(b []byte) []byte { return make([]byte, len(b)) }},
		{"version 1", func(b []byte) []byte { b[0] = b[0]&0x3F | 1<<6; return b }},
		{"version 3", func(b []byte) []byte { b[0] |= 0xC0; return b }},
		{"RTCP sender report", func(b []byte) []byte { b[1] = 200; return b }},
		{"RTCP, first of its range", func(b []byte) []byte { b[1] = 192; return b }},
		{"RTCP, last of its range", func(b []byte) []byte { b[1] = 223; return b }},
		{"CSRCs beyond the packet", func(b []byte) []byte { return append([]byte{0x8F}, b[1:64]...) }},
		{"extension header beyond the packet", func(b []byte) []byte { b[0] = 0x90; return b[:15] }},
		{"extensions beyond the packet", func(b []byte) []byte { b[14], b[15] = 0xFF, 0xFF; return b }},
		{"extensions beyond the packet by one word", func(b []byte) []byte { return b[:12+4+4-1] }},
		{"padding larger than the packet", func(b []byte) []byte { b[0] |= 0x20; b[len(b)-1] = 255; return b }},
		{"padding larger than the payload by one", func(b []byte) []byte {
			b[0] |= 0x20
			b[len(b)-1] = byte(len(b) - 20 + 1)
			return b
		}},
		{"padding of length 0", func(b []byte) []byte { b[0] |= 0x20; b[len(b)-1] = 0; return b }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := opus(t)
			if p[half].Data[0] != 0x90 || p[half].Data[15] != 1 {
				t.Fatalf("the packet to be spoilt has no extension of one word: %x", p[half].Data[:20])
			}
			bad := mjr.Packet{Data: c.data(bytes.Clone(p[half].Data)), HasArrival: true}
			_, r := drain(t, &slice{packets: slices.Insert(p, half, bad)}, Options{ClockRate: rate0})
			if r.NotRTP != 1 || r.Delivered != 600 {
				t.Errorf("got %+v", r)
			}
		})
	}
}

func TestPadding(t *testing.T) {
	for _, c := range []struct {
		name    string
		data    func(good []byte) []byte
		dropped bool
	}{
		{"three bytes of it", func(b []byte) []byte { b[0] |= 0x20; return append(b, 0, 0, 3) }, false},
		{"nothing but padding", func(b []byte) []byte { b[0] |= 0x20; return append(b[:20], 0, 0, 3) }, true},
		{"one byte, the length itself", func(b []byte) []byte { b[0] |= 0x20; return append(b[:20], 1) }, true},
		{"no payload", func(b []byte) []byte { return b[:20] }, true},
		{"the padding bit and no byte", func(b []byte) []byte { b[0] |= 0x20; return b[:20] }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := opus(t)
			whole := p[half].Data[20:]
			p[half].Data = c.data(bytes.Clone(p[half].Data))
			all, r := drain(t, &slice{packets: p}, Options{ClockRate: rate0})
			if r.Lost != 0 || r.Gaps != 0 {
				t.Errorf("taken for loss: %+v", r)
			}
			if c.dropped {
				if r.Padding != 1 || len(all) != 599 {
					t.Errorf("%d padding, %d given out; want 1, 599", r.Padding, len(all))
				}
				return
			}
			got := all[half]
			if !bytes.Equal(got.payload, whole) || got.Header.PaddingSize != 3 || !got.Header.Padding {
				t.Errorf("payload %x, padding %d; want %x, 3", got.payload, got.Header.PaddingSize, whole)
			}
			if all[half+1].Header.PaddingSize != 0 {
				t.Error("the next packet has the padding of this one")
			}
		})
	}
}

func TestPaddingAnywhere(t *testing.T) {
	// Padding behind a gap, first of all, last of all, twice, and of others.
	p := opus(t)
	for _, i := range []int{0, 100, 101, 599} {
		p[i].Data = p[i].Data[:20]
	}
	lone := []mjr.Packet{p[100]}
	setSSRC(lone, 0xFEEDBEEF)
	p = slices.Insert(p, 400, lone[0], p[100])
	p = slices.Delete(p, 99, 100)
	_, r := drain(t, &slice{packets: p}, Options{ClockRate: rate0})
	if r.Padding != 6 || r.Lost != 1 || r.Gaps != 1 || r.Delivered != 595 {
		t.Errorf("got %+v", r)
	}
}

func TestPaddingInNumbersOfOthers(t *testing.T) {
	p := opus(t)
	var probes []mjr.Packet
	for _, q := range p[100:105] {
		probes = append(probes, mjr.Packet{Data: q.Data[:20], Arrival: q.Arrival, HasArrival: true})
	}
	_, r := drain(t, &slice{packets: slices.Insert(p, half, probes...)}, Options{ClockRate: rate0})
	if r.Padding != 5 || r.Restarts != 0 || r.Delivered != 600 {
		t.Errorf("got %+v", r)
	}
}

func TestNoExtensionsAfterExtensions(t *testing.T) {
	p := opus(t)
	bare := slices.Delete(bytes.Clone(p[half].Data), 12, 20)
	bare[0] &^= 0x10
	p[half].Data = bare
	all, _ := drain(t, &slice{packets: p}, Options{ClockRate: rate0})
	h := all[half].Header
	if h.Extension || h.ExtensionProfile != 0 || len(h.Extensions) != 0 || !bytes.Equal(all[half].payload, bare[12:]) {
		t.Errorf("got %+v", h)
	}
}

func TestExtensionsBeyondTheirBlock(t *testing.T) {
	p := opus(t)
	bad := bytes.Clone(p[half].Data)
	bad[16] = 0x1F // sixteen bytes in a block of four
	p[half].Data = bad
	all, r := drain(t, &slice{packets: p}, Options{ClockRate: rate0})
	if r.Delivered != 600 || !bytes.Equal(all[half].payload, bad[20:]) {
		t.Errorf("a packet is lost for its extensions: %+v", r)
	}
}
