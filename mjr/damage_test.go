package mjr_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/mjr"
)

// put overwrites bytes of a copy.
func put(b []byte, at int, with ...byte) []byte {
	b = bytes.Clone(b)
	copy(b[at:], with)
	return b
}

// insert puts a file together from a recording's records and others.
func insert(r recorded, at int, frames ...[]byte) []byte {
	return slices.Concat(r.file[:r.offset(at)], slices.Concat(frames...), r.file[r.offset(at):])
}

// TestDamagedFiles has the rows of what Janus's readers do on bad, truncated
// and foreign frames; each keeps all records that are whole.
func TestDamagedFiles(t *testing.T) {
	const n = 250
	audio := opus(t, n)
	at := audio.offset(100)
	size := func(i int) int64 { return int64(len(audio.records[i])) }
	wrongLength := put(audio.file, at+8, 60000>>8, 60000&0xFF)
	long := frame(2000, rtp(9, 1501))
	longest := frame(2000, rtp(9, 65535))
	// Which records 4 KiB from an offset on touch, and the first behind them.
	block := at + 30
	last := 100
	for audio.offset(last) < block+4096 {
		last++
	}
	touched := func() (list []int) {
		for i := 100; i < last; i++ {
			list = append(list, i)
		}
		return list
	}()

	for _, c := range []struct {
		name   string
		file   []byte
		lost   []int // records that cannot come out
		others int   // packets that are none of the records
		want   mjr.Report
	}{
		{"cut inside the magic of a frame", audio.file[:at+2], upTo(n, upTo(100)...), 0,
			mjr.Report{Records: 100, Damaged: 1, Skipped: 2, Truncated: true}},
		{"cut inside the head of a frame", audio.file[:at+7], upTo(n, upTo(100)...), 0,
			mjr.Report{Records: 100, Damaged: 1, Skipped: 7, Truncated: true}},
		{"cut behind the head of a frame", audio.file[:at+10], upTo(n, upTo(100)...), 0,
			mjr.Report{Records: 100, Damaged: 1, Skipped: 10, Truncated: true}},
		{"cut inside the RTP header", audio.file[:at+15], upTo(n, upTo(100)...), 0,
			mjr.Report{Records: 100, Damaged: 1, Skipped: 15, Truncated: true}},
		{"cut inside the payload", audio.file[:at+40], upTo(n, upTo(100)...), 0,
			mjr.Report{Records: 100, Damaged: 1, Skipped: 40, Truncated: true}},
		{"first byte of a frame magic wrong", put(audio.file, at, 'X'), []int{100}, 0,
			mjr.Report{Records: n - 1, Damaged: 1, Skipped: size(100)}},
		{"second byte of a frame magic wrong", put(audio.file, at+1, 'X'), []int{100}, 0,
			mjr.Report{Records: n - 1, Damaged: 1, Skipped: size(100)}},
		{"third byte of a frame magic wrong", put(audio.file, at+2, 'X'), []int{100}, 0,
			mjr.Report{Records: n - 1, Damaged: 1, Skipped: size(100)}},
		{"fourth byte of a frame magic wrong", put(audio.file, at+3, 'X'), []int{100}, 0,
			mjr.Report{Records: n - 1, Damaged: 1, Skipped: size(100)}},
		{"magic of the first frame wrong", put(audio.file, audio.offset(0), 'X'), []int{0}, 0,
			mjr.Report{Records: n - 1, Damaged: 1, Skipped: size(0)}},
		{"magic of the last frame wrong", put(audio.file, audio.offset(n-1), 'X'), []int{n - 1}, 0,
			mjr.Report{Records: n - 1, Damaged: 1, Skipped: size(n - 1)}},
		{"length of 60000 inside", wrongLength, []int{100}, 0,
			mjr.Report{Records: n - 1, Damaged: 1, Skipped: size(100)}},
		{"length of 60000 that the file is too short for", wrongLength[:audio.offset(110)], upTo(n, slices.Concat(upTo(100), []int{101, 102, 103, 104, 105, 106, 107, 108, 109})...), 0,
			mjr.Report{Records: 109, Damaged: 1, Skipped: size(100)}},
		{"4 KiB of zeros inside", put(audio.file, block, make([]byte, 4096)...), touched, 0,
			mjr.Report{Records: int64(n - len(touched)), Damaged: 1, Skipped: int64(audio.offset(last) - at)}},
		{"4 KiB of zeros between records", insert(audio, 100, make([]byte, 4096)), nil, 0,
			mjr.Report{Records: n, Damaged: 1, Skipped: 4096}},
		{"4 KiB missing", slices.Concat(audio.file[:block], audio.file[block+4096:]), touched, 0,
			mjr.Report{Records: int64(n - len(touched)), Damaged: 1, Skipped: int64(audio.offset(last) - at - 4096)}},
		{"frame of 0 bytes", insert(audio, 100, frame(9, nil)), nil, 0,
			mjr.Report{Records: n, Damaged: 1, Skipped: 10}},
		{"frame of 5 bytes", insert(audio, 100, frame(9, []byte("\x80hell"))), nil, 0,
			mjr.Report{Records: n, Damaged: 1, Skipped: 15}},
		{"frame of 11 bytes", insert(audio, 100, frame(9, rtp(9, 11))), nil, 0,
			mjr.Report{Records: n, Damaged: 1, Skipped: 21}},
		{"frames of 0, 5 and 11 bytes at the end", insert(audio, n, frame(9, nil), frame(9, []byte("hello")), frame(9, rtp(9, 11))), nil, 0,
			mjr.Report{Records: n, Damaged: 3, Skipped: 10 + 15 + 21}},
		{"frame of 12 bytes", insert(audio, 100, frame(9, rtp(9, 12))), nil, 1,
			mjr.Report{Records: n + 1}},
		{"frame of 1501 bytes", insert(audio, 100, long), nil, 1, mjr.Report{Records: n + 1}},
		{"frame of 65535 bytes", insert(audio, 100, longest), nil, 1, mjr.Report{Records: n + 1}},
		{"frame of 65535 bytes at the end", insert(audio, n, longest), nil, 1, mjr.Report{Records: n + 1}},
		{"RTCP as a frame", insert(audio, 100, frame(9, append([]byte("\x80\xc8\x00\x06"), make([]byte, 24)...))), nil, 1,
			mjr.Report{Records: n + 1}},
		{"zeros as a frame", insert(audio, 100, frame(9, make([]byte, 60))), nil, 1,
			mjr.Report{Records: n + 1}},
		{"second header in the middle", insert(audio, 100, audio.head), nil, 0,
			mjr.Report{Records: n, Headers: 1}},
		{"padding count larger than the packet", put(audio.file, at+10, 0xB0), []int{100}, 1,
			mjr.Report{Records: n}},
		{"extension longer than the packet", put(audio.file, at+10+14, 0xFF, 0xFF), []int{100}, 1,
			mjr.Report{Records: n}},
		{"trailing junk of another writer", append(bytes.Clone(audio.file), "----"...), nil, 0,
			mjr.Report{Records: n, Damaged: 1, Skipped: 4}},
		{"zeros at the end", append(bytes.Clone(audio.file), make([]byte, 4096)...), nil, 0,
			mjr.Report{Records: n, Damaged: 1, Skipped: 4096}},
		{"junk between records", insert(audio, 100, []byte(strings.Repeat("junk", 99))), nil, 0,
			mjr.Report{Records: n, Damaged: 1, Skipped: 396}},
		{"every second frame magic wrong", func() []byte {
			b := bytes.Clone(audio.file)
			for i := 1; i < n; i += 2 {
				b[audio.offset(i)+i%4] ^= 0x20
			}
			return b
		}(), func() (odd []int) {
			for i := 1; i < n; i += 2 {
				odd = append(odd, i)
			}
			return odd
		}(), 0, mjr.Report{Records: n / 2, Damaged: n / 2, Skipped: func() (sum int64) {
			for i := 1; i < n; i += 2 {
				sum += size(i)
			}
			return sum
		}()}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, report := read(t, c.file)
			checkReport(t, report, c.want)
			out, others := found(got, audio, mjr.Audio)
			if want := upTo(n, c.lost...); !slices.Equal(out, want) {
				t.Errorf("records %v\ncame out, want %v", out, want)
			}
			if others != c.others {
				t.Errorf("%d packets are none of the file's, want %d", others, c.others)
			}
			if c.want.Whole() != report.Whole() {
				t.Errorf("whole %t", report.Whole())
			}
			checkDamages(t, report, len(c.file))
		})
	}
}

// checkDamages checks the list of damages against the sums.
func checkDamages(t testing.TB, r mjr.Report, size int) {
	t.Helper()
	var sum, end int64
	for _, d := range r.Damages {
		if d.Offset < end || d.Length < 0 || d.Reason == "" {
			t.Errorf("damage %+v behind %d", d, end)
		}
		end = d.Offset + d.Length
		sum += d.Length
	}
	if end > int64(size) || sum != r.Skipped && r.Damaged <= mjr.MaxDamages || len(r.Damages) != int(min(r.Damaged, mjr.MaxDamages)) {
		t.Errorf("%d damages of %d listed, %d bytes of %d, to %d of %d", len(r.Damages), r.Damaged, sum, r.Skipped, end, size)
	}
}

func TestDamageTellsWhereAndWhy(t *testing.T) {
	audio := opus(t, 20)
	at := int64(audio.offset(10))
	size := int64(len(audio.records[10]))
	for _, c := range []struct {
		name string
		file []byte
		want mjr.Damage
	}{
		{"magic", put(audio.file, int(at), 'X'), mjr.Damage{at, size, "no frame magic"}},
		{"length", put(audio.file, int(at)+8, 0xEA), mjr.Damage{at, size, "record reaches over others: its length is wrong"}},
		{"short", insert(audio, 10, frame(0, nil)), mjr.Damage{at, 10, "record too short for what it should hold"}},
		{"cut", audio.file[:at+20], mjr.Damage{at, 20, "record cut short"}},
		{"head cut", append(audio.file[:at:at], audio.head[:40]...), mjr.Damage{at, 40, "file header cut short"}},
		{"head magic cut", append(audio.file[:at:at], "MJR00"...), mjr.Damage{at, 5, "file header cut short"}},
		{"head broken", insert(audio, 10, put(audio.head, 10, '#')), mjr.Damage{at, int64(len(audio.head)), "header is not a JSON object"}},
		{"version of RTP and what follows", put(put(audio.file, int(at+size), 'X'), int(at)+10, 0), mjr.Damage{at, size + int64(len(audio.records[11])), "record is neither sane nor followed by one"}},
		{"zeros from inside a record", put(audio.file, int(at+size)-20, make([]byte, 40)...), mjr.Damage{at, size + int64(len(audio.records[11])), "record runs into zeros"}},
	} {
		_, report := read(t, c.file)
		if len(report.Damages) != 1 || report.Damages[0] != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, report.Damages, c.want)
		}
	}
}

func TestListOfDamagesIsBounded(t *testing.T) {
	audio := opus(t, 2)
	short := bytes.Repeat(frame(0, nil), 1000)
	_, report := read(t, slices.Concat(audio.file, short, audio.records[1]))
	checkReport(t, report, mjr.Report{Records: 3, Damaged: 1000, Skipped: 10000})
	if len(report.Damages) != mjr.MaxDamages {
		t.Errorf("%d damages listed, want %d", len(report.Damages), mjr.MaxDamages)
	}
}

func TestDamagedData(t *testing.T) {
	data := texts(t, 40)
	at := data.offset(10)
	size := int64(len(data.records[10]))
	wrong := put(data.file, at+8, 0x40)
	for _, c := range []struct {
		name string
		file []byte
		lost []int
		want mjr.Report
	}{
		{"frame shorter than its wall clock", insert(data, 10, frame(0, []byte("seven b"))), nil,
			mjr.Report{Records: 40, Damaged: 1, Skipped: 17}},
		{"frame magic wrong", put(data.file, at, 0), []int{10},
			mjr.Report{Records: 39, Damaged: 1, Skipped: size}},
		{"length wrong", wrong, []int{10}, mjr.Report{Records: 39, Damaged: 1, Skipped: size}},
		{"frames of 1970 and of no time, the second with nothing sane behind it", put(insert(data, 10,
			frame(0, binary.BigEndian.AppendUint64(nil, 1)), frame(0, binary.BigEndian.AppendUint64(nil, 1<<63))), at+36, 'X'), []int{10},
			mjr.Report{Records: 40, Damaged: 1, Skipped: size + 18}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, report := read(t, c.file)
			checkReport(t, report, c.want)
			if out, _ := found(got, data, mjr.Data); !slices.Equal(out, upTo(40, c.lost...)) {
				t.Errorf("records %v came out", out)
			}
		})
	}
}
