package record_test

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// FuzzWriteRTP cuts bytes into packets: each one is accounted for, and those
// stored are in the file as they came.
func FuzzWriteRTP(f *testing.F) {
	seeds := 0
	for _, path := range corpus.Load(f, "plain-opus-red").Files {
		rec := read(f, path)
		var b []byte
		for _, p := range rec.packets[:3] {
			p.Data = p.Data[:min(len(p.Data), 250)]
			b = append(append(b, byte(len(p.Data))), p.Data...)
		}
		f.Add(append(b, b...))
		seeds++
	}
	if seeds == 0 {
		f.Fatal("no seeds")
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := record.NewRecorder(record.Options{Name: filepath.Join(dir, "call"), Rebase: len(b)%2 == 1})
		if err != nil {
			t.Fatal(err)
		}
		var disk memoryDisk
		r.SetCreate(func(string) (record.Disk, error) { return &disk, nil })
		file, err := r.Open(record.Track{Kind: mjr.Audio, Codec: "opus"})
		if err != nil {
			t.Fatal(err)
		}
		sent := int64(0)
		for len(b) > 0 {
			n := min(int(b[0]), len(b)-1)
			write(t, file, b[1:1+n], time.Unix(sent, 0))
			b = b[1+n:]
			sent++
		}
		file.Close()
		got := file.Report()
		if got.Received != sent || got.Stored+got.Duplicates+got.NotRTP != sent || got.Lost < 0 {
			t.Fatalf("%+v", got)
		}
		if got.Stored == 0 {
			return
		}
		rec, err := readBytes(disk.b)
		if err != nil || int64(len(rec.packets)) != got.Stored {
			t.Fatalf("%d packets, %v; want %d", len(rec.packets), err, got.Stored)
		}
	})
}

// memoryDisk keeps what is written.
type memoryDisk struct {
	nullDisk
	b []byte
}

func (d *memoryDisk) Write(b []byte) (int, error) {
	d.b = append(d.b, b...)
	return len(b), nil
}

func FuzzParseMedia(f *testing.F) {
	for _, s := range []string{"udp://:5004,opus", "udp://[::1]:5006,vp8@96,ssrc=0x1234,if=eth0", "opus@111,red=63,port=5004,fmtp=a=b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []mjr.Kind{mjr.Audio, mjr.Video} {
			m, err := record.ParseMedia(kind, s)
			if err != nil {
				continue
			}
			if c, ok := mjr.LookupCodec(m.Track.Codec); !ok || c.Kind != kind || m.Track.PayloadType > 127 || m.Track.REDType > 127 {
				t.Fatalf("%q: %+v", s, m)
			}
		}
	})
}

func FuzzSenderReports(f *testing.F) {
	report := append([]byte{0x81, 200, 0, 6}, make([]byte, 24)...)
	f.Add(bytes.Join([][]byte{report, {0x81, 202, 0, 1, 0, 0, 0, 0}}, nil))
	f.Add(append([]byte{0x80, 201, 0, 1, 0, 0, 0, 0}, report...))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		record.SenderReports(b, func(uint32, uint64, uint32) { n++ })
		if n > len(b)/20 {
			t.Fatalf("%d reports in %d bytes", n, len(b))
		}
	})
}
