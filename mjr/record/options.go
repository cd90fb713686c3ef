package record

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Options of a Recorder. Name is all that has to be given.
type Options struct {
	// Name is what the names of all files begin with. It may have a folder in
	// front, which must exist.
	Name string
	// Publishers says that there may be several, so that the names of all of
	// them have to be free: a later one is not to fail because of an earlier
	// session.
	Publishers bool
	// Encrypted flags every track as end-to-end encrypted.
	Encrypted bool
	// MaxSize is how many bytes a part has at most, MaxDuration how long it
	// lasts, by received time; 0 is no limit.
	MaxSize     int64
	MaxDuration time.Duration
	// Sync asks the disk for all that was written, each time: a crash of the
	// machine costs no more than one of the program.
	Sync bool
	// Rebase counts sequence numbers from 1 and timestamps from 0, as Janus
	// does since 0.11.5.
	Rebase bool
	// MinFree is how many bytes the disk must have for a file to be opened.
	MinFree int64
	// Queue bounds the bytes of packets that wait for the disk, over all
	// files, beyond the 32 KiB that each file has for itself; 0 is
	// DefaultQueue. What comes beyond is dropped, and counted.
	Queue int64
	// Software is what the header says has written the file.
	Software string
	// Warn is told of what ends nothing, but should be known. It is called by
	// several goroutines; nil is silence.
	Warn func(text string)
}

// DefaultQueue is half a second of a gigabit a second.
const DefaultQueue = 64 << 20

// minSize leaves room for the header, and for more than a few packets.
const minSize = 64 << 10

// ErrName says that a recording has no name, or one that no file can have.
var ErrName = errors.New("recordings need a name")

func (o *Options) check() error {
	if base := filepath.Base(o.Name); o.Name == "" || os.IsPathSeparator(o.Name[len(o.Name)-1]) || base == "." || base == ".." || strings.ContainsRune(o.Name, 0) {
		return fmt.Errorf("%w, not %q", ErrName, o.Name)
	}
	if o.MaxSize != 0 && o.MaxSize < minSize {
		return fmt.Errorf("largest size of a part: %d bytes < %d", o.MaxSize, minSize)
	}
	if o.MaxDuration != 0 && o.MaxDuration < time.Second {
		return fmt.Errorf("longest duration of a part: %v < 1s", o.MaxDuration)
	}
	if o.MinFree < 0 {
		return fmt.Errorf("free disk space: %d bytes < 0", o.MinFree)
	}
	if o.Queue < 2*chunkSize {
		if o.Queue != 0 {
			return fmt.Errorf("queue: %d bytes < %d", o.Queue, 2*chunkSize)
		}
		o.Queue = DefaultQueue
	}
	if o.Software == "" {
		o.Software = "mjr"
	}
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
	return nil
}
