package mjr_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// partName is the name that a recorder gives to a part.
func partName(number int) string {
	if number < 2 {
		return "call-audio-0.mjr"
	}
	return fmt.Sprintf("call-audio-0.p%03d.mjr", number)
}

// stored is a part of a recording, to be changed before it is written.
type stored struct {
	name    string
	header  mjr.Header
	origin  map[string]any // header member "mjr"
	packets []mjr.Packet
	tail    []byte // behind the last record
}

// inParts stores a real recording as a recorder would that begins a new part
// before each of these packets.
func inParts(t testing.TB, rec recorded, before ...int) []stored {
	t.Helper()
	r := open(t, rec.file)
	packets := drain(t, r)
	start := r.Header.FirstFrame
	var all []stored
	from := 0
	for i, to := range append(before, len(packets)) {
		p := stored{name: partName(i + 1), header: r.Header, origin: map[string]any{"v": "mjr test", "mid": "0"}}
		first := packets[from].Arrival
		p.header.FirstFrame = start.Add(first)
		if i > 0 {
			p.origin["part"], p.origin["start"] = i+1, start.UnixMicro()
		}
		for _, q := range packets[from:to] {
			q.Arrival -= first
			p.packets = append(p.packets, q)
		}
		all = append(all, p)
		from = to
	}
	return all
}

func (p stored) bytes(t testing.TB) []byte {
	t.Helper()
	h := p.header
	h.Unknown = nil
	if p.origin != nil {
		raw, err := json.Marshal(p.origin)
		if err != nil {
			t.Fatal(err)
		}
		h.Unknown = map[string]json.RawMessage{"mjr": raw}
	}
	var b bytes.Buffer
	w, err := mjr.NewWriter(&b, h)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range p.packets {
		if err := w.WritePacket(q); err != nil {
			t.Fatal(err)
		}
	}
	return append(b.Bytes(), p.tail...)
}

func (p stored) part(t testing.TB) mjr.Part {
	return mjr.Part{Name: p.name, R: bytes.NewReader(p.bytes(t))}
}

func openParts(t testing.TB, all []stored) *mjr.PartsReader {
	t.Helper()
	var parts []mjr.Part
	for _, p := range all {
		parts = append(parts, p.part(t))
	}
	r, err := mjr.NewPartsReader(parts[0], parts[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// drainParts reads to the end, and checks that Part and Offset tell where each
// packet lies.
func drainParts(t testing.TB, r *mjr.PartsReader, all []stored) []mjr.Packet {
	t.Helper()
	var files [][]byte
	for _, p := range all {
		files = append(files, p.bytes(t))
	}
	var packets []mjr.Packet
	for {
		p, err := r.ReadPacket()
		if errors.Is(err, io.EOF) {
			return packets
		}
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(files[r.Part()][p.Offset:], p.Data) {
			t.Fatalf("packet %d is not at %d of part %d", len(packets), p.Offset, r.Part())
		}
		p.Data = bytes.Clone(p.Data)
		packets = append(packets, p)
	}
}

// TestParts: what was stored in parts is read as if it were in one file.
func TestParts(t *testing.T) {
	rec := opus(t, 90)
	whole := open(t, rec.file)
	want := drain(t, whole)
	all := inParts(t, rec, 1, 30, 31, 70)
	r := openParts(t, all)
	if r.Empty() || r.Part() != 0 || !r.Header.FirstFrame.Equal(whole.Header.FirstFrame) {
		t.Errorf("empty %v, part %d, first frame at %v", r.Empty(), r.Part(), r.Header.FirstFrame)
	}
	got := drainParts(t, r, all)
	samePackets(t, got, want)
	for i, p := range r.Reports() {
		if p.Name != partName(i+1) || p.Number != i+1 || p.Missing != 0 || p.Left != nil || !p.Whole() || p.Records != int64(len(all[i].packets)) {
			t.Errorf("part %d: %+v", i+1, p)
		}
	}
}

func samePackets(t testing.TB, got, want []mjr.Packet) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d packets, want %d", len(got), len(want))
	}
	for i, p := range got {
		if !bytes.Equal(p.Data, want[i].Data) || p.Arrival != want[i].Arrival || p.HasArrival != want[i].HasArrival {
			t.Fatalf("packet %d at %v, want %v", i, p.Arrival, want[i].Arrival)
		}
	}
}

// TestPartsByName: where no header tells, the names do.
func TestPartsByName(t *testing.T) {
	rec := opus(t, 90)
	all := inParts(t, rec, 30, 60)
	for i := range all {
		all[i].origin = nil
	}
	all[2].name = "call-audio-0.p7.mjr.tmp"
	r := openParts(t, all)
	got := drainParts(t, r, all)
	samePackets(t, got, drain(t, open(t, rec.file)))
	if last := r.Reports()[2]; last.Number != 7 || last.Missing != 4 {
		t.Errorf("%+v, want part 7 behind 4 that are missing", last)
	}
}

func TestSplitPart(t *testing.T) {
	for _, c := range []struct {
		name, stem string
		number     int
	}{
		{"call-audio-0.p002.mjr", "call-audio-0", 2},
		{"dir.p3/call-audio-0.mjr", "dir.p3/call-audio-0", 0},
		{"call-audio-0.p1000.mjr.tmp", "call-audio-0", 1000},
		{"call-audio-0.mjr.tmp", "call-audio-0", 0},
		{"call.p2-audio-0.mjr", "call.p2-audio-0", 0},
		{"call-audio-0.p000.mjr", "call-audio-0.p000", 0},
		{"call-audio-0.p.mjr", "call-audio-0.p", 0},
		{"call-audio-0.p+2.mjr", "call-audio-0.p+2", 0},
		{"call-audio-0.p99999999999999999999.mjr", "call-audio-0.p99999999999999999999", 0},
		{"call-audio-0.p9999999.mjr", "call-audio-0.p9999999", 0},
		{"call-audio-0.p002.p003.mjr", "call-audio-0.p002", 3},
	} {
		if stem, number := mjr.SplitPart(c.name); stem != c.stem || number != c.number {
			t.Errorf("%s: %q, %d, want %q, %d", c.name, stem, number, c.stem, c.number)
		}
	}
}

// FuzzParts joins files that may hold anything: packets come out of the files
// alone, each once, and the reports count them.
func FuzzParts(f *testing.F) {
	all := inParts(f, opus(f, 9), 3, 6)
	for _, p := range slices.Concat(all, inParts(f, vp8(f, 9), 3, 6)) {
		f.Add(all[0].bytes(f), p.bytes(f), all[2].bytes(f))
	}
	for _, b := range seeds(f) {
		f.Add(b, all[1].bytes(f), b)
	}
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		files := [][]byte{a, b, c}
		var parts []mjr.Part
		for i, b := range files {
			parts = append(parts, mjr.Part{Name: partName(i + 1), R: bytes.NewReader(b)})
		}
		r, err := mjr.NewPartsReader(parts[0], parts[1:]...)
		if err != nil {
			if !errors.Is(err, mjr.ErrNotMJR) {
				t.Fatal(err)
			}
			return
		}
		var n int64
		for ; ; n++ {
			p, err := r.ReadPacket()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.HasPrefix(files[r.Part()][p.Offset:], p.Data) {
				t.Fatalf("packet that is not at %d of part %d", p.Offset, r.Part())
			}
			if p.Arrival < 0 || p.Arrival > 20*366*24*time.Hour {
				t.Fatalf("packet at %v", p.Arrival)
			}
		}
		var sum int64
		for _, p := range r.Reports() {
			sum += p.Records
			if p.Left != nil && p.Records > 0 {
				t.Errorf("left out, with %d records", p.Records)
			}
		}
		if sum != n || len(r.Reports()) != 3 || r.Empty() && n > 0 {
			t.Errorf("%d packets, %d reported in %d parts", n, sum, len(r.Reports()))
		}
	})
}
