package mjr_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// rtpOf makes an RTP packet of a first and second byte, a source and a size.
func rtpOf(first, second byte, ssrc uint32, size int) []byte {
	b := rtp(7, max(size, 12))
	b[0], b[1] = first, second
	binary.BigEndian.PutUint32(b[8:], ssrc)
	return b[:size]
}

// What a search behind damage takes for a record, and what not.
func TestSearchTakesOnlyWhatIsSane(t *testing.T) {
	const same, other = 0x35594fa8, 0xBADC0DE
	audio, data := opus(t, 20), texts(t, 20)
	wall := time.UnixMicro(1795221704401878)
	extended := func(length uint16, size int) []byte {
		b := rtpOf(0x90, 111, other, size)
		if size >= 16 {
			binary.BigEndian.PutUint16(b[14:], length)
		}
		return b
	}
	head := func(text string) []byte { return []byte(oldHead("MJR00002", text)) }
	for _, c := range []struct {
		name  string
		rec   recorded
		bytes []byte // between junk and the next record
		taken int
		heads int64
	}{
		{"RTP of another source, and a record behind", audio, frame(9, rtpOf(0x80, 111, other, 60)), 1, 0},
		{"RTP of another source, and nothing behind", audio, append(frame(9, rtpOf(0x80, 111, other, 60)), "junk"...), 0, 0},
		{"RTP of the same source, and nothing behind", audio, append(frame(9, rtpOf(0x80, 111, same, 60)), "junk"...), 1, 0},
		{"RTP with the marker", audio, frame(9, rtpOf(0x80, 239, other, 60)), 1, 0},
		{"version 1", audio, frame(9, rtpOf(0x40, 111, other, 60)), 0, 0},
		{"version 3", audio, frame(9, rtpOf(0xC0, 111, other, 60)), 0, 0},
		{"RTCP, first type", audio, frame(9, rtpOf(0x80, 192, other, 60)), 0, 0},
		{"RTCP, last type", audio, frame(9, rtpOf(0x80, 223, other, 60)), 0, 0},
		{"12 bytes", audio, frame(9, rtpOf(0x80, 111, other, 12)), 1, 0},
		{"11 bytes", audio, frame(9, rtpOf(0x80, 111, other, 11)), 0, 0},
		{"no bytes", audio, frame(9, nil), 0, 0},
		{"15 sources that fit", audio, frame(9, rtpOf(0x8F, 111, other, 72)), 1, 0},
		{"15 sources that do not", audio, frame(9, rtpOf(0x8F, 111, other, 71)), 0, 0},
		{"extension that fits", audio, frame(9, extended(2, 24)), 1, 0},
		{"extension that does not", audio, frame(9, extended(3, 24)), 0, 0},
		{"extension of 65535 words", audio, frame(9, extended(65535, 60)), 0, 0},
		{"extension without its head", audio, frame(9, extended(0, 15)), 0, 0},
		{"magic that is old", audio, append([]byte("MEETECHO\x00\x3c"), rtpOf(0x80, 111, other, 60)...), 1, 0},
		{"header, and a record behind", audio, head(`{"t":"a","c":"opus"}`), 0, 1},
		{"header of v0, and a record behind", audio, []byte("MEETECHO\x00\x05audio"), 0, 1},
		{"header that is no JSON", audio, head(`{"t":"a","c":"opus"!`), 0, 0},
		{"header that is a list", audio, head(`["t", "a"]`), 0, 0},
		{"header, and nothing behind", audio, append(head(`{"t":"a","c":"opus"}`), "junk"...), 0, 0},
		{"message of now", data, frame(9, message(wall, "now")), 1, 0},
		{"message of 2010", data, frame(9, message(time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC), "")), 1, 0},
		{"message of 2009", data, frame(9, message(time.Date(2009, 12, 31, 23, 59, 59, 999, time.UTC), "")), 0, 0},
		{"message of 2110", data, frame(9, message(time.Date(2110, 1, 1, 0, 0, 0, 0, time.UTC), "")), 0, 0},
		{"message of next year, and nothing behind", data, append(frame(9, message(wall.AddDate(1, 0, 0), "")), "junk"...), 0, 0},
		{"message of this hour, and nothing behind", data, append(frame(9, message(wall.Add(59*time.Minute), "")), "junk"...), 1, 0},
		{"message of 7 bytes", data, frame(9, message(wall, "")[:7]), 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := insert(c.rec, 10, []byte("some junk"), c.bytes)
			got, report := read(t, file)
			out, others := found(got, c.rec, kindOf(c.rec))
			if len(out) != 20 || others != c.taken || report.Headers != c.heads {
				t.Errorf("%d records of 20, %d others, %d headers; want %d and %d; %+v", len(out), others, report.Headers, c.taken, c.heads, report)
			}
			if c.taken == 0 && c.heads == 0 && (report.Damaged != 1 || report.Skipped != int64(len(c.bytes)+9)) {
				t.Errorf("%+v, want one damage of %d bytes", report, len(c.bytes)+9)
			}
		})
	}
}

// A clock that was never set is believed where it goes on from the header, and
// from the message before.
func TestDamagedDataOfAClockNeverSet(t *testing.T) {
	rec := recorded{head: []byte(oldHead("MJR00002", `{"t":"d","c":"text","s":5000000,"u":5000000}`))}
	for i := range 10 {
		rec.records = append(rec.records, frame(uint32(i), message(time.UnixMicro(5_000_000+int64(i)), "tick")))
	}
	rec.file = rec.join()
	for _, lost := range []int{0, 5} {
		got, report := read(t, put(rec.file, rec.offset(lost), 'X'))
		if out, others := found(got, rec, mjr.Data); !slices.Equal(out, upTo(10, lost)) || others != 0 {
			t.Errorf("record %d lost: %v and %d others came out; %+v", lost, out, others, report)
		}
	}
	// Behind a header that tells nothing the kind is what it was.
	got, _ := read(t, slices.Concat(rec.file, []byte(oldHead("MJR00002", "{}")), rec.records[0]))
	if len(got) != 11 || got[10].Wall.UnixMicro() != 5_000_000 || string(got[10].Data) != "tick" {
		t.Errorf("last of %d messages: %+v", len(got), got[len(got)-1])
	}
}

func TestDamageBeforeTheCut(t *testing.T) {
	audio := opus(t, 20)
	at, last := audio.offset(18), audio.offset(19)
	got, report := read(t, put(audio.file, at, 'X')[:last+40])
	checkReport(t, report, mjr.Report{Records: 18, Damaged: 2, Skipped: int64(last - at + 40), Truncated: true})
	if len(got) != 18 || len(report.Damages) != 2 || report.Damages[1] != (mjr.Damage{Offset: int64(last), Length: 40, Reason: "record cut short"}) {
		t.Errorf("%d packets; %+v", len(got), report)
	}
	for _, tail := range []string{"M", "ME", "MJ", "MJR", "MEETxxxx", "MEETxxxx\x00"} {
		_, report := read(t, append(bytes.Clone(audio.file), tail...))
		checkReport(t, report, mjr.Report{Records: 20, Damaged: 1, Skipped: int64(len(tail)), Truncated: true})
	}
}

// Media may end in zeros, and a file that was allocated in advance does.
func TestRecordsThatEndInZeros(t *testing.T) {
	for zeros := range 4 {
		b := rtp(1, 60)
		clear(b[60-zeros:])
		b[59-zeros] = 1
		file := slices.Concat(opus(t, 1).file, frame(20, b), make([]byte, 500))
		_, report := read(t, file)
		checkReport(t, report, mjr.Report{Records: 2, Damaged: 1, Skipped: 500})
	}
	_, report := read(t, append(opus(t, 1).file, frame(20, make([]byte, 60))...))
	checkReport(t, report, mjr.Report{Records: 2})
}

func TestGenerationOfOneFrame(t *testing.T) {
	audio := opus(t, 1)
	json := string(audio.head[10:])
	echo := put(audio.file, len(audio.head)+4, []byte("ECHO")...)
	v1 := audio.old(oldHead("MJR00001", json)).file
	v3 := opus(t, 3).old(oldHead("MJR00003", json))
	for _, c := range []struct {
		name    string
		file    []byte
		packets int
		timed   bool
	}{
		{"v2 at a time that spells ECHO", echo, 1, true},
		{"v1", v1, 1, false},
		{"v1, the magic MEET and no more", put(v1, len(audio.head)+6, 'x'), 0, false},
		{"v3 that spells ECHO", put(echo, 7, '3'), 1, false},
		{"v3, three frames, the first MEET and no more", put(v3.file, len(v3.head)+6, 'x'), 2, false},
	} {
		got, report := read(t, c.file)
		if len(got) != c.packets || len(got) > 0 && got[0].HasArrival != c.timed {
			t.Errorf("%s: %d packets, want %d; %+v, %+v", c.name, len(got), c.packets, got, report)
		}
	}
}

// Where a search must read on, the magic may lie across what was read.
func TestSearchAcrossReads(t *testing.T) {
	audio := opus(t, 12)
	for junk := 1; junk < 64; junk++ {
		file := insert(audio, 3, bytes.Repeat([]byte("M"), junk))
		r, err := mjr.NewReader(iotest.OneByteReader(bytes.NewReader(file)))
		if err != nil {
			t.Fatal(err)
		}
		if got := drain(t, r); len(got) != 12 {
			t.Errorf("%d bytes of junk: %d packets, want 12; %+v", junk, len(got), r.Report())
		}
	}
}

func TestSourceLies(t *testing.T) {
	for _, n := range []int{-1, 1 << 30} {
		_, err := mjr.NewReader(liar(n))
		if err == nil || errors.Is(err, io.EOF) || !strings.Contains(err.Error(), "impossible") {
			t.Errorf("a count of %d: %v", n, err)
		}
	}
}

type liar int

func (l liar) Read([]byte) (int, error) { return int(l), nil }
