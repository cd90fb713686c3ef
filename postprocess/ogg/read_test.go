package ogg_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

// packet is an Opus packet in its place.
type packet struct {
	start  int64 // in samples at 48 kHz
	length int64
	data   []byte
}

// filler is a packet of empty frames that no sender had sent.
func (p packet) filler() bool { return len(p.data) == 2 && p.data[0]&3 == 3 && p.data[1] < 64 }

// page is RFC 3533, section 6.
type page struct {
	flags    byte
	granule  int64
	serial   uint32
	number   uint32
	segments []byte
	body     []byte
}

// pages reads the pages, and checks all that can be of each.
func pages(t testing.TB, b []byte) []page {
	t.Helper()
	var all []page
	for len(b) > 0 {
		if len(b) < 27 || string(b[:5]) != "OggS\x00" {
			t.Fatalf("page %d: no magic", len(all))
		}
		p := page{
			flags:   b[5],
			granule: int64(binary.LittleEndian.Uint64(b[6:])),
			serial:  binary.LittleEndian.Uint32(b[14:]),
			number:  binary.LittleEndian.Uint32(b[18:]),
		}
		p.segments = b[27 : 27+int(b[26])]
		size := 0
		for _, s := range p.segments {
			size += int(s)
		}
		whole := bytes.Clone(b[:27+len(p.segments)+size])
		p.body = whole[27+len(p.segments):]
		checksum := binary.LittleEndian.Uint32(whole[22:])
		copy(whole[22:26], []byte{0, 0, 0, 0})
		if got := slowCRC(whole); got != checksum {
			t.Fatalf("page %d: checksum %08x, want %08x", p.number, checksum, got)
		}
		if int(p.number) != len(all) || len(all) > 0 && p.serial != all[0].serial {
			t.Fatalf("page %d is number %d of stream %08x", len(all), p.number, p.serial)
		}
		all = append(all, p)
		b = b[len(whole):]
	}
	for i, p := range all {
		if first := p.flags&2 != 0; first != (i == 0) {
			t.Errorf("page %d: first is %v", i, first)
		}
		if last := p.flags&4 != 0; last != (i == len(all)-1) {
			t.Errorf("page %d: last is %v", i, last)
		}
	}
	return all
}

// slowCRC divides bit by bit.
func slowCRC(b []byte) uint32 {
	var r uint32
	for _, c := range b {
		r ^= uint32(c) << 24
		for range 8 {
			top := r >> 31
			r <<= 1
			if top == 1 {
				r ^= 0x04c11db7
			}
		}
	}
	return r
}

// packets joins the segments to the two headers, which end their pages, and
// the packets behind them.
func packets(t testing.TB, b []byte) (head, tags []byte, all []packet) {
	t.Helper()
	var headers [][]byte
	var open []byte // a packet that goes on
	end := int64(-1)
	for i, p := range pages(t, b) {
		if continued := p.flags&1 != 0; continued != (open != nil) {
			t.Errorf("page %d: continued is %v", i, continued)
		}
		var whole [][]byte
		whole, open = split(p, open)
		if len(whole) == 0 && p.granule != -1 && len(p.segments) > 0 {
			t.Errorf("page %d: granule position %d, and no packet ends", i, p.granule)
		}
		if len(headers) < 2 {
			headers = append(headers, whole...)
			if p.granule > 0 || len(whole) > 1 || len(whole) == 1 && open != nil {
				t.Errorf("page %d: granule position %d, %d packets", i, p.granule, len(whole))
			}
			continue
		}
		if len(whole) > 0 {
			end = place(t, whole, p.granule, end, &all)
		}
	}
	if len(headers) < 2 || open != nil {
		t.Fatalf("%d headers, and a packet without an end: %v", len(headers), open != nil)
	}
	return headers[0], headers[1], all
}

// split cuts a page into the packets that end on it; open is the beginning of
// the first one, and then of the one that goes on.
func split(p page, open []byte) (whole [][]byte, rest []byte) {
	for _, s := range p.segments {
		open = append(open, p.body[:s]...)
		p.body = p.body[s:]
		if s < 255 {
			whole, open = append(whole, open), nil
		}
	}
	return whole, open
}

// place counts the samples from end, on the first page back from the granule
// position, and wants the granule position at the end.
func place(t testing.TB, whole [][]byte, granule, end int64, all *[]packet) int64 {
	t.Helper()
	var sum int64
	first := len(*all)
	for _, d := range whole {
		length, ok := media.OpusDuration(d)
		if !ok {
			t.Fatalf("not an Opus packet: %x", d)
		}
		samples := int64(length * 48000 / time.Second)
		*all = append(*all, packet{length: samples, data: d})
		sum += samples
	}
	if end < 0 {
		end = granule - sum
	}
	for i := range (*all)[first:] {
		(*all)[first+i].start = end
		end += (*all)[first+i].length
	}
	if end != granule {
		t.Fatalf("granule position %d at %d samples", granule, end)
	}
	return end
}

// read is the reader of the kit: the packets that a sender had sent.
func read(t testing.TB, b []byte) []media.Frame {
	t.Helper()
	_, _, all := packets(t, b)
	var frames []media.Frame
	for _, p := range all {
		if !p.filler() {
			frames = append(frames, media.Frame{
				PTS: time.Duration(p.start) * time.Second / 48000, Key: true, Data: p.data,
			})
		}
	}
	return frames
}
