package mjr_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/mjrkit/mjrkit/mjr"
)

// shorts are small files of all kinds and generations.
func shorts(t testing.TB) map[string]recorded {
	audio, video, data := opus(t, 12), vp8(t, 8), texts(t, 12)
	return map[string]recorded{
		"v2 audio": audio, "v2 video": video, "v2 data": data,
		"v1 audio": audio.old(oldHead("MJR00001", string(audio.head[10:]))),
		"v1 data":  data.old(oldHead("MJR00001", string(data.head[10:]))),
		"v0 audio": audio.old("MEETECHO\x00\x05audio"),
		"v0 video": video.old("MEETECHO\x00\x05video"),
	}
}

func kindOf(r recorded) mjr.Kind {
	switch {
	case bytes.Contains(r.head, []byte(`"d"`)):
		return mjr.Data
	case bytes.Contains(r.head, []byte("audio")) || bytes.Contains(r.head, []byte(`"a"`)):
		return mjr.Audio
	}
	return mjr.Video
}

func TestCutAtEveryByte(t *testing.T) {
	for name, rec := range shorts(t) {
		t.Run(name, func(t *testing.T) {
			for cut := range len(rec.file) {
				checkCut(t, rec, cut)
			}
		})
	}
}

func checkCut(t *testing.T, rec recorded, cut int) {
	t.Helper()
	r, err := mjr.NewReader(bytes.NewReader(rec.file[:cut]))
	if cut < len(rec.head) && cut != 0 && cut != 8 {
		if !errors.Is(err, mjr.ErrNotMJR) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("cut at %d, inside the header: %v", cut, err)
		}
		return
	}
	if err != nil {
		t.Fatalf("cut at %d: %v", cut, err)
	}
	whole := 0
	for whole < len(rec.records) && rec.offset(whole+1) <= cut {
		whole++
	}
	rest := int64(max(0, cut-rec.offset(whole)))
	out, others := found(drain(t, r), rec, kindOf(rec))
	if !slices.Equal(out, upTo(whole)) || others != 0 {
		t.Fatalf("cut at %d: records %v and %d others, want %d", cut, out, others, whole)
	}
	want := mjr.Report{Records: int64(whole), Skipped: rest, Truncated: rest > 0}
	if rest > 0 {
		want.Damaged = 1
	}
	checkReport(t, r.Report(), want)
}

// Any single byte may be wrong, in any way: all packets that stand two records
// away come out, and nothing is made up but what the byte is in, and the one
// before, whose end it may hide.
func TestFlipEveryByte(t *testing.T) {
	for name, rec := range shorts(t) {
		t.Run(name, func(t *testing.T) {
			for _, flip := range []byte{0xFF, 0x01, 0x80, 0x40, 0x20} {
				for at := range rec.file {
					checkFlip(t, rec, at, flip)
				}
			}
		})
	}
}

func checkFlip(t *testing.T, rec recorded, at int, flip byte) {
	t.Helper()
	got, report := read(t, put(rec.file, at, rec.file[at]^flip))
	hit := -1 // the header
	for hit+1 < len(rec.records) && rec.offset(hit+1) <= at {
		hit++
	}
	out, others := found(got, rec, kindOf(rec))
	for i := range rec.records {
		if (i < hit || i >= hit+2 || hit < 0) && !slices.Contains(out, i) {
			t.Errorf("byte %d of record %d ^ %#x: record %d is lost; %+v", at-rec.offset(max(hit, 0)), hit, flip, i, report.Damages)
		}
	}
	if others > 1 || others == 1 && hit < 0 {
		t.Errorf("byte %d ^ %#x: %d packets that nobody sent", at, flip, others)
	}
	if len(out)+others < len(rec.records) && report.Whole() {
		t.Errorf("byte %d ^ %#x: packets are lost and nothing is said", at, flip)
	}
	checkDamages(t, report, len(rec.file))
}

// Every value of a length: what it reaches over still comes out, also where it
// leads to the beginning of a later record.
func TestEveryLength(t *testing.T) {
	audio := opus(t, 300)
	constant := recorded{head: audio.head}
	for i := range 100 {
		constant.records = append(constant.records, frame(uint32(20*i), rtp(uint16(i), 54)))
	}
	constant.file = constant.join()
	for name, rec := range map[string]recorded{"as sent": audio, "all of one size": constant, "data": texts(t, 0),
		"v1": audio.old(oldHead("MJR00001", string(audio.head[10:])))} {
		t.Run(name, func(t *testing.T) {
			at := rec.offset(20)
			for length := 0; length < 1<<16; length += 1 + length/4096 {
				got, report := read(t, put(rec.file, at+8, byte(length>>8), byte(length)))
				out, others := found(got, rec, kindOf(rec))
				if len(out) < len(rec.records)-1 || others > 1 {
					t.Fatalf("length %d: %d of %d records and %d others came out; %+v", length, len(out), len(rec.records), others, report)
				}
			}
		})
	}
}

// Two bytes at a time, from a source that gives one, must make no difference.
func TestSlowSource(t *testing.T) {
	audio := opus(t, 50)
	broken := put(audio.file, audio.offset(10)+8, 0x7F)
	want, wantReport := read(t, broken)
	for name, src := range map[string]io.Reader{
		"one byte":          iotest.OneByteReader(bytes.NewReader(broken)),
		"half of it":        iotest.HalfReader(bytes.NewReader(broken)),
		"data with the EOF": iotest.DataErrReader(bytes.NewReader(broken)),
	} {
		r, err := mjr.NewReader(src)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := drain(t, r)
		if !slices.EqualFunc(got, want, func(a, b mjr.Packet) bool { return bytes.Equal(a.Data, b.Data) && a.Arrival == b.Arrival }) {
			t.Errorf("%s: %d packets, want %d", name, len(got), len(want))
		}
		checkReport(t, r.Report(), wantReport)
	}
}
