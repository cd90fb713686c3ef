package record_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// badDisk fails at a call, and takes some of the bytes of a Write that fails.
type badDisk struct {
	record.Disk
	left  *int // calls until one fails
	short int
}

func (d badDisk) fails() bool {
	*d.left--
	return *d.left < 0
}

func (d badDisk) Write(b []byte) (int, error) {
	if d.fails() {
		n, err := d.Disk.Write(b[:min(d.short, len(b))])
		if err != nil {
			return n, err
		}
		return n, syscall.ENOSPC
	}
	return d.Disk.Write(b)
}

func (d badDisk) WriteAt(b []byte, off int64) (int, error) {
	if d.fails() {
		return 0, syscall.ENOSPC
	}
	return d.Disk.WriteAt(b, off)
}

func (d badDisk) Sync() error {
	if d.fails() {
		return syscall.EIO
	}
	return nil
}

// TestFullDisk fails at each call that a recording makes, with as much of the
// bytes written as may be: what stands is a whole recording under its name,
// and what the report says is in it.
func TestFullDisk(t *testing.T) {
	for _, short := range []int{0, 8, 700, 5000} {
		for at := 0; ; at++ {
			if !fullDisk(t, at, short) {
				if at < 10 {
					t.Fatalf("only %d calls", at)
				}
				break
			}
		}
	}
}

func fullDisk(t *testing.T, failAt, short int) (failed bool) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var warned []string
		r := newRecorder(t, record.Options{Name: filepath.Join(dir, "call"), Sync: true, MaxDuration: 2 * time.Second, Warn: func(s string) { warned = append(warned, s) }})
		left := failAt
		r.SetCreate(func(path string) (record.Disk, error) {
			if strings.Contains(path, "video") {
				return record.CreateFile(path)
			}
			if left--; left < 0 {
				return nil, syscall.ENOSPC
			}
			d, err := record.CreateFile(path)
			return badDisk{d, &left, short}, err
		})
		other := open(t, r, video)
		f, err := r.Open(audio)
		if err != nil {
			if failed = errors.Is(err, syscall.ENOSPC); !failed {
				t.Fatal(err)
			}
			return
		}
		const packets = 20
		for i := range packets {
			err := f.WriteRTP(rtp(uint16(i), uint32(i)*960, 500), time.Now())
			if err != nil && !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EIO) {
				t.Fatal(err)
			}
			write(t, other, rtp(uint16(i), uint32(i), 500), time.Now())
			f.SenderReport(uint64(i), uint32(i), time.Now())
			time.Sleep(200 * time.Millisecond)
		}
		report, err := r.Close()
		failed = left < 0
		if failed != (err != nil) || failed != (len(warned) > 0) {
			t.Fatalf("error %v, warned %q, after %d calls", err, warned, failAt)
		}
		got := report.Files[1]
		stored := int64(0)
		for i, path := range got.Paths {
			rec := read(t, path)
			if got := rec.packets[0].Data[3]; int64(got) != stored {
				t.Fatalf("part %d begins with packet %d, want %d", i, got, stored)
			}
			stored += int64(len(rec.packets))
		}
		if got.Stored != stored || got.Received != packets || got.Unwritten != packets-stored || !failed && stored != packets {
			t.Fatalf("failing at call %d: %d in the files of %d, report %+v", failAt, stored, packets, got)
		}
		if video := report.Files[0]; video.Stored != packets || video.Err != nil {
			t.Fatalf("the other file: %+v", video)
		}
		for _, n := range names(t, dir) {
			if strings.HasSuffix(n, ".tmp") {
				t.Fatalf("failing at call %d: %s is left", failAt, n)
			}
		}
	})
	return failed
}

// slowDisk writes when it is let to.
type slowDisk struct {
	record.Disk
	let chan struct{}
}

func (d slowDisk) Write(b []byte) (int, error) {
	<-d.let
	return d.Disk.Write(b)
}

// TestSlowDisk: a disk that stands still costs packets, which are counted, and
// never halts the source; what was taken is written.
func TestSlowDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call"), Queue: 1 << 20})
		let := make(chan struct{})
		r.SetCreate(func(path string) (record.Disk, error) {
			d, err := record.CreateFile(path)
			return slowDisk{d, let}, err
		})
		f := open(t, r, video)
		const n = 5000
		for i := range n {
			write(t, f, rtp(uint16(i), uint32(i), 1200), time.Now())
		}
		close(let)
		got := closeAll(t, r).Files[0]
		if got.Lost != 0 || got.QueueDrops == 0 || got.Stored+got.QueueDrops != n || got.Unwritten != 0 {
			t.Errorf("%+v", got)
		}
		// What is being written is not in the queue any more.
		const room, writing = (1 << 20) / 1222, (256 << 10) / 1222
		if got.Stored > room+writing || got.Stored < room*3/4 {
			t.Errorf("stored %d with room for %d", got.Stored, room)
		}
		if got := len(read(t, got.Paths[0]).packets); int64(got) != r.Report().Files[0].Stored {
			t.Errorf("%d packets in the file", got)
		}
	})
}

// sluggishDisk takes a second for each Write, and notes when they begin.
type sluggishDisk struct {
	record.Disk
	began *[]time.Time
}

func (d sluggishDisk) Write(b []byte) (int, error) {
	*d.began = append(*d.began, time.Now())
	time.Sleep(time.Second)
	return d.Disk.Write(b)
}

// TestSluggishDisk: what came while the disk was busy has waited long enough,
// and goes out as soon as the disk is free.
func TestSluggishDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call")})
		var began []time.Time
		r.SetCreate(func(path string) (record.Disk, error) {
			d, err := record.CreateFile(path)
			return sluggishDisk{d, &began}, err
		})
		f := open(t, r, audio)
		begin := time.Now()
		write(t, f, rtp(1, 1, 40), begin)
		time.Sleep(500 * time.Millisecond) // the clock is the test's own
		write(t, f, rtp(2, 2, 40), time.Now())
		time.Sleep(3 * time.Second)
		closeAll(t, r)
		if len(began) != 2 || began[0].Sub(begin) > 500*time.Millisecond || began[1] != began[0].Add(time.Second) {
			t.Errorf("packets came at %v and half a second later, and were written at %v", begin, began)
		}
	})
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	r := newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call")})
	r.SetCreate(func(path string) (record.Disk, error) {
		return nil, &os.PathError{Op: "open", Path: path, Err: syscall.EACCES}
	})
	if _, err := r.Open(audio); !errors.Is(err, os.ErrPermission) {
		t.Errorf("%v", err)
	}
}

// nullDisk takes everything.
type nullDisk struct{}

func (nullDisk) Write(b []byte) (int, error)            { return len(b), nil }
func (nullDisk) WriteAt(b []byte, _ int64) (int, error) { return len(b), nil }
func (nullDisk) Truncate(int64) error                   { return nil }
func (nullDisk) Sync() error                            { return nil }
func (nullDisk) Close() error                           { return nil }

// TestManyFilesAtOnce: what the disk may be behind is shared by all files, and
// taking packets at all is not, however many there are.
func TestManyFilesAtOnce(t *testing.T) {
	r := newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call"), Publishers: true, Queue: 64 << 10})
	const files, packets = 200, 20
	var all []*record.File
	for i := range files {
		track := audio
		track.Publisher = i
		all = append(all, open(t, r, track))
	}
	at := time.Now()
	for n := range packets {
		for _, f := range all {
			write(t, f, rtp(uint16(n), uint32(n)*960, 100), at.Add(time.Duration(n)*20*time.Millisecond))
		}
	}
	for _, f := range closeAll(t, r).Files {
		if f.Stored != packets || f.QueueDrops != 0 {
			t.Errorf("%s: %d packets stored, %d dropped", f.Name, f.Stored, f.QueueDrops)
		}
	}
}
