package record

import (
	"fmt"
	"time"
)

// flushEvery is how long packets wait in memory, at most, if the disk is not
// busy: a crash must not cost more than a second. It counts from when the
// oldest of them came: while the disk was busy, others have waited already.
const flushEvery = 250 * time.Millisecond

// output is what the writing goroutine of a File has for itself.
type output struct {
	part   *part // nil after an error
	parts  int   // that were begun
	start  time.Time
	rebase rebase
}

// run writes what the source left in the queue, until the file is closed.
func (f *File) run() {
	defer close(f.done)
	timer := time.NewTimer(flushEvery)
	defer timer.Stop()
	for open := true; open; f.drain() {
		select {
		case <-f.wake:
		case <-f.closing:
			open = false
			continue
		}
		f.mu.Lock()
		timer.Reset(time.Until(f.oldest.Add(flushEvery)))
		f.mu.Unlock()
		select {
		case <-timer.C:
		case <-f.full:
		case <-f.closing:
			open = false
		}
	}
	f.stop(f.finish())
	f.mu.Lock()
	f.seen.retire()
	f.queue = queue{} // its slices would keep chunks that are others' by now
	f.mu.Unlock()
}

// drain writes all that is in the queue.
func (f *File) drain() {
	f.mu.Lock()
	chunks := f.queue.take()
	f.mu.Unlock()
	for _, c := range chunks {
		for b := c.buf[:c.n]; len(b) > 0; {
			var packet []byte
			var at time.Duration
			packet, at, b = next(b)
			f.stop(f.record(packet, at))
		}
		f.mu.Lock()
		own := f.queue.restore(c)
		f.mu.Unlock()
		if !own {
			f.r.budget.give(c)
		}
	}
	f.stop(f.flush())
}

// record writes one packet, into a new part if it must.
func (f *File) record(packet []byte, at time.Duration) error {
	if f.out.part == nil {
		return nil // it is in the report as not written
	}
	if f.out.part.over(&f.r.options, len(packet), at) {
		if err := f.finish(); err != nil {
			return err
		}
		if err := f.newPart(); err != nil {
			return err
		}
	}
	if f.r.options.Rebase {
		f.out.rebase.apply(packet, at, f.track.clockRate())
	}
	if !f.out.part.begun() {
		if err := f.begin(at); err != nil {
			return err
		}
	}
	return f.out.part.write(packet, at)
}

// newPart makes the file of the next part.
func (f *File) newPart() error {
	p, err := newPart(f.r.create, partName(f.stem, f.out.parts+1))
	if err != nil {
		return err
	}
	f.out.parts++
	f.out.part = p
	return nil
}

// begin writes the header of the current part, whose first packet came at at.
func (f *File) begin(at time.Duration) error {
	u := f.r.epoch.Add(at)
	if f.out.parts == 1 {
		f.out.start = u
	}
	h := f.header(f.out.parts, u)
	return f.out.part.begin(h, at)
}

// flush hands all that was written to the operating system.
func (f *File) flush() error {
	p := f.out.part
	if p == nil {
		return nil
	}
	err := p.flush()
	if err == nil && !p.reported {
		err = p.putReports(f.reports(p.first))
	}
	if err == nil && f.r.options.Sync {
		err = p.sync()
	}
	f.count(p)
	return err
}

// finish makes the current part whole, and gives it its name.
func (f *File) finish() error {
	p := f.out.part
	if p == nil {
		return nil
	}
	if err := f.flush(); err != nil {
		return err
	}
	if err := p.putReports(f.reports(p.first)); err != nil {
		return err
	}
	if f.r.options.Sync {
		if err := p.sync(); err != nil {
			return err
		}
	}
	f.out.part = nil
	return p.commit(f.r.options.Sync)
}

// stop ends the file if there is an error: what stands becomes a whole
// recording, and no more is written.
func (f *File) stop(err error) {
	if err == nil {
		return
	}
	if p := f.out.part; p != nil {
		f.out.part = nil
		f.count(p)
		p.cut()
		if failed := p.commit(false); failed != nil {
			err = fmt.Errorf("%w; %w", err, failed)
		}
	}
	err = fmt.Errorf("recording stopped: %w", err)
	f.mu.Lock()
	f.err = err
	f.mu.Unlock()
	f.r.options.Warn(err.Error())
}

// count takes over what a part has stored since the last call.
func (f *File) count(p *part) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.fresh.packets > 0 && f.n.stored == 0 {
		f.n.first = f.r.epoch.Add(p.first)
	}
	if p.fresh.packets > 0 {
		f.n.last = f.r.epoch.Add(p.fresh.last)
		if len(f.paths) < f.out.parts {
			f.paths = append(f.paths, p.final)
		}
	}
	f.n.stored += p.fresh.packets
	f.n.bytes += p.fresh.bytes
	p.fresh = tally{}
}
