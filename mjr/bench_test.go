package mjr_test

import (
	"io"
	"testing"

	"github.com/mjrkit/mjrkit/mjr"
)

// endless is a recording whose records come again and again.
type endless struct {
	head, records []byte
	at            int
}

func (e *endless) Read(b []byte) (int, error) {
	if len(e.head) > 0 {
		n := copy(b, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	n := copy(b, e.records[e.at:])
	e.at = (e.at + n) % len(e.records)
	return n, nil
}

func endlessReader(t testing.TB, r recorded) *mjr.Reader {
	mr, err := mjr.NewReader(&endless{head: r.head, records: r.file[len(r.head):]})
	if err != nil {
		t.Fatal(err)
	}
	return mr
}

func medias(t testing.TB) map[string]recorded {
	return map[string]recorded{"audio": opus(t, 0), "video": vp8(t, 0), "data": texts(t, 0)}
}

func BenchmarkReader(b *testing.B) {
	for name, rec := range medias(b) {
		b.Run(name, func(b *testing.B) {
			r := endlessReader(b, rec)
			b.SetBytes(int64((len(rec.file) - len(rec.head)) / len(rec.records)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.ReadPacket(); err != nil {
					b.Fatal(err)
				}
			}
			if d := r.Report().Damaged; d != 0 {
				b.Fatalf("%d damages", d)
			}
		})
	}
}

func BenchmarkWriter(b *testing.B) {
	for name, rec := range medias(b) {
		b.Run(name, func(b *testing.B) {
			packets, _ := read(b, rec.file)
			w, err := mjr.NewWriter(io.Discard, open(b, rec.file).Header)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64((len(rec.file) - len(rec.head)) / len(rec.records)))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := w.WritePacket(packets[i%len(packets)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestNoAllocationPerPacket(t *testing.T) {
	for name, rec := range medias(t) {
		r := endlessReader(t, rec)
		w, err := mjr.NewWriter(io.Discard, r.Header)
		if err != nil {
			t.Fatal(err)
		}
		got := testing.AllocsPerRun(2000, func() {
			p, err := r.ReadPacket()
			if err == nil {
				err = w.WritePacket(p)
			}
			if err != nil {
				t.Fatal(err)
			}
		})
		if got != 0 {
			t.Errorf("%s: %v allocations a packet, want 0", name, got)
		}
	}
}

// BenchmarkParts is what joining costs a packet.
func BenchmarkParts(b *testing.B) {
	rec := vp8(b, 0)
	part := mjr.Part{Name: "call-video-1.mjr", R: &endless{head: rec.head, records: rec.file[len(rec.head):]}}
	r, err := mjr.NewPartsReader(part, mjr.Part{Name: "call-video-1.p002.mjr"})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64((len(rec.file) - len(rec.head)) / len(rec.records)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.ReadPacket(); err != nil {
			b.Fatal(err)
		}
	}
}
