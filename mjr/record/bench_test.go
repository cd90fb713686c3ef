package record_test

import (
	"encoding/binary"
	"path/filepath"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// BenchmarkWriteRTP is what a packet of 1,200 bytes costs the source and the
// writing goroutine, without the disk.
func BenchmarkWriteRTP(b *testing.B) {
	r := newRecorder(b, record.Options{Name: filepath.Join(b.TempDir(), "call")})
	r.SetCreate(func(path string) (record.Disk, error) { return nullDisk{}, nil })
	f := open(b, r, video)
	p := rtp(0, 0, 1188)
	at := time.Now()
	b.SetBytes(int64(len(p)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		binary.BigEndian.PutUint16(p[2:], uint16(i))
		binary.BigEndian.PutUint32(p[4:], uint32(i))
		if err := f.WriteRTP(p, at); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWriteRTPDoesNotAllocate(t *testing.T) {
	r := newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call")})
	r.SetCreate(func(path string) (record.Disk, error) { return nullDisk{}, nil })
	f := open(t, r, video)
	p := rtp(0, 0, 100)
	at := time.Now()
	i := 0
	if n := testing.AllocsPerRun(1000, func() {
		binary.BigEndian.PutUint16(p[2:], uint16(i))
		i++
		write(t, f, p, at)
	}); n > 0 {
		t.Errorf("%v allocations a packet", n)
	}
}
