package record

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// ErrClosed says that a Recorder or a File was closed.
var ErrClosed = errors.New("recorder is closed")

// Recorder writes what sources deliver into the files of one session. It may
// be used by several goroutines.
//
// Each open File has a goroutine that writes it; Close waits for all of them.
type Recorder struct {
	options Options
	// epoch is what all times are counted from: the monotonic clock goes on
	// where the wall clock is set.
	epoch  time.Time
	seed   maphash.Seed
	budget *budget
	create func(path string) (disk, error)

	mu     sync.Mutex
	files  []*File
	closed bool
}

// disk is an open file, or what a test puts in its place.
type disk interface {
	io.Writer
	io.WriterAt
	Truncate(size int64) error
	Sync() error
	Close() error
}

// NewRecorder refuses a name under which there is a recording: the error is
// ErrExists then; and a folder in which none can be made.
func NewRecorder(o Options) (*Recorder, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := o.unused(); err != nil {
		return nil, err
	}
	if o.Publishers { // the first file may be hours away
		if err := writable(filepath.Dir(o.Name)); err != nil {
			return nil, err
		}
	}
	return &Recorder{
		options: o, epoch: time.Now(), seed: maphash.MakeSeed(),
		budget: newBudget(o.Queue), create: createFile,
	}, nil
}

// writable makes a file in a folder, and takes it away again.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".mjr-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// createFile never opens a file that is there.
func createFile(path string) (disk, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil, &fs.PathError{Op: "record", Path: path, Err: ErrExists}
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Open makes the file for one medium. It refuses a codec that MJR files do not
// know with a *mjr.HeaderError, a name that is taken with ErrExists, and a
// disk that is nearly full with ErrNoSpace.
func (r *Recorder) Open(t Track) (*File, error) {
	t = t.clean()
	t.Encrypted = t.Encrypted || r.options.Encrypted
	if t.Kind == mjr.Data {
		return nil, &mjr.HeaderError{Member: "t", Reason: "data channels are not recorded"}
	}
	if err := r.Room(); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrClosed
	}
	f := &File{
		r: r, track: t, stem: r.options.stem(t), opened: time.Now(),
		wake: make(chan struct{}, 1), full: make(chan struct{}, 1),
		closing: make(chan struct{}), done: make(chan struct{}),
	}
	f.seen = sequences{seed: r.seed, rate: int64(max(t.clockRate(), 1))}
	shortened, err := f.fitHeader()
	if err != nil {
		return nil, err
	}
	if err := free(f.stem); err != nil {
		return nil, err
	}
	if err := f.newPart(); err != nil {
		return nil, err
	}
	if shortened != "" {
		r.options.Warn(fmt.Sprintf("%s: the header has no room for %s", f.out.part.final, shortened))
	}
	r.files = append(r.files, f)
	go f.run()
	return f, nil
}

// Close ends all files, and reports on them. The error is the first that
// ended a file before its time.
func (r *Recorder) Close() (Report, error) {
	r.mu.Lock()
	r.closed = true
	files := r.files
	r.mu.Unlock()
	for _, f := range files {
		f.end()
	}
	var first error
	for _, f := range files {
		if err := f.Close(); err != nil && first == nil {
			first = err
		}
	}
	return r.Report(), first
}

// Report tells what was recorded so far, in the order in which the files were
// opened.
func (r *Recorder) Report() Report {
	r.mu.Lock()
	files := r.files
	r.mu.Unlock()
	var report Report
	for _, f := range files {
		report.Files = append(report.Files, f.Report())
	}
	return report
}

// since is a time on the recorder's clock.
func (r *Recorder) since(at time.Time) time.Duration { return at.Sub(r.epoch) }

// ErrNoSpace says that the disk has less than Options.MinFree.
var ErrNoSpace = errors.New("not enough free disk space")

// Room reports ErrNoSpace where the disk has too little room for another file.
func (r *Recorder) Room() error {
	dir := filepath.Dir(r.options.Name)
	if r.options.MinFree == 0 {
		return nil
	}
	left, err := freeSpace(dir)
	if err != nil {
		return err
	}
	if left < r.options.MinFree {
		return fmt.Errorf("%w: %d bytes < %d", ErrNoSpace, left, r.options.MinFree)
	}
	return nil
}
