package record

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// flushSize is how many bytes are written at once, about.
const flushSize = 256 << 10

// part is one file on the disk. What is written into it is collected, and goes
// out by flush; it always knows where on the disk the last whole packet ends.
type part struct {
	disk       disk
	tmp, final string
	w          *mjr.Writer // into buf; nil before the first packet
	buf        []byte
	ends       []int // of the packets in buf
	size       int64 // of what is whole on the disk
	dirty      bool  // not synced
	first      time.Duration
	last       []time.Duration // when the packets in buf came
	fresh      tally           // stored since File.count

	reports  int64 // where in the file there is room for sender reports
	reported bool
}

type tally struct {
	packets, bytes int64
	last           time.Duration
}

// newPart makes the file, and takes the name that it will have.
func newPart(create func(string) (disk, error), final string) (*part, error) {
	p := &part{tmp: final + tmpEnding, final: final}
	var err error
	if p.disk, err = create(p.tmp); err != nil {
		return nil, err
	}
	// Another recorder had the same .tmp name before, or it has it no more
	// because its file is finished.
	if _, err := os.Lstat(final); err == nil {
		p.disk.Close()
		os.Remove(p.tmp)
		return nil, &fs.PathError{Op: "record", Path: final, Err: ErrExists}
	}
	return p, nil
}

func (p *part) begun() bool { return p.w != nil }

// begin makes the header, which goes out with the first packet.
func (p *part) begin(h mjr.Header, at time.Duration) error {
	w, err := mjr.NewWriter(collector{p}, h)
	p.w, p.first = w, at
	return err
}

// collector is what the mjr.Writer writes into.
type collector struct{ p *part }

func (c collector) Write(b []byte) (int, error) {
	c.p.buf = append(c.p.buf, b...)
	return len(b), nil
}

// over reports whether a packet belongs in the next part.
func (p *part) over(o *Options, size int, at time.Duration) bool {
	if !p.begun() {
		return false
	}
	const recordHead = 10
	return o.MaxSize > 0 && p.size+int64(len(p.buf)+recordHead+size) > o.MaxSize ||
		o.MaxDuration > 0 && at-p.first >= o.MaxDuration
}

func (p *part) write(packet []byte, at time.Duration) error {
	if err := p.w.WritePacket(mjr.Packet{Data: packet, Arrival: at - p.first, HasArrival: true}); err != nil {
		return err
	}
	if p.reports == 0 {
		p.reports = int64(bytes.Index(p.buf, []byte(reportsMark)) + len(reportsMark))
	}
	p.ends, p.last = append(p.ends, len(p.buf)), append(p.last, at)
	if len(p.buf) < flushSize {
		return nil
	}
	return p.flush()
}

// flush writes what was collected. Where that fails, p.size says what stands.
func (p *part) flush() error {
	if len(p.ends) == 0 {
		return nil
	}
	n, err := p.disk.Write(p.buf)
	if err == nil && n < len(p.buf) {
		err = io.ErrShortWrite
	}
	whole := len(p.ends)
	for err != nil && whole > 0 && p.ends[whole-1] > n {
		whole--
	}
	if whole > 0 {
		p.size += int64(p.ends[whole-1])
		p.fresh.packets += int64(whole)
		p.fresh.bytes += int64(p.ends[whole-1])
		p.fresh.last = p.last[whole-1]
		p.dirty = true
	}
	p.buf, p.ends, p.last = p.buf[:0], p.ends[:0], p.last[:0]
	return err
}

// putReports writes sender reports where the header has room for them.
func (p *part) putReports(text []byte) error {
	if len(text) == 0 || p.size == 0 {
		return nil
	}
	p.reported, p.dirty = true, true
	_, err := p.disk.WriteAt(text, p.reports)
	return err
}

func (p *part) sync() error {
	if !p.dirty {
		return nil
	}
	p.dirty = false
	return p.disk.Sync()
}

// cut leaves what is whole, after an error. Where that fails as well, the file
// ends inside a packet, which readers know from crashes.
func (p *part) cut() {
	p.buf, p.ends, p.last = nil, nil, nil
	_ = p.disk.Truncate(p.size)
}

// commit gives the file its name, or removes it if there is nothing in it.
func (p *part) commit(sync bool) error {
	err := p.disk.Close()
	if p.size == 0 {
		return errors.Join(err, os.Remove(p.tmp))
	}
	if err != nil {
		return err
	}
	if err := rename(p.tmp, p.final); err != nil {
		return err
	}
	if sync {
		syncDir(filepath.Dir(p.final))
	}
	return nil
}

// rename never replaces a file: a link fails where its name exists. File
// systems without links have to do with a look before.
func rename(from, to string) error {
	err := os.Link(from, to)
	if err == nil {
		return os.Remove(from)
	}
	if _, look := os.Lstat(to); look == nil || errors.Is(err, fs.ErrExist) {
		return &fs.PathError{Op: "rename", Path: strings.TrimSuffix(from, tmpEnding), Err: ErrExists}
	}
	return os.Rename(from, to)
}

func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync() // not every file system can; the file itself is safe
		d.Close()
	}
}
