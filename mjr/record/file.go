package record

import (
	"sync"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

const rtpHead = 12 // RFC 3550, section 5.1

// File records one medium, in one part or several. What a source calls never
// waits for the disk.
type File struct {
	r      *Recorder
	track  Track
	stem   string
	opened time.Time

	mu     sync.Mutex // of what follows
	seen   sequences
	n      counts
	queue  queue
	oldest time.Time // when the first packet in the queue was put there
	pairs  []pair    // the first sender report, and the last
	paths  []string
	ended  bool
	err    error // what ended the file before its time

	wake, full, closing chan struct{}
	done                chan struct{}
	out                 output
}

// WriteRTP takes one RTP packet, which came at a time, and keeps nothing of
// it. It does not wait for the disk: where that is too slow, the packet is
// dropped and counted. So is one that is no RTP packet of 12 to 1500 bytes, or
// a duplicate. An error says that no more can be recorded in this file.
//
// Times are of one clock for all files: time.Now, or those of a capture.
func (f *File) WriteRTP(packet []byte, at time.Time) error {
	return f.write(packet, at, false)
}

// write can wait for the disk, for a source that can be halted.
func (f *File) write(packet []byte, at time.Time, wait bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		f.n.received++ // it counts as not written
	}
	if err := f.over(); err != nil {
		return err
	}
	f.n.received++
	switch {
	case len(packet) < rtpHead || packet[0]>>6 != 2:
		f.n.notRTP++
		return nil
	case len(packet) > mjr.MaxPacket:
		f.n.long++
		return nil
	}
	since := f.r.since(at)
	if f.seen.add(packet, since) {
		f.n.duplicates++
		return nil
	}
	idle := len(f.queue.chunks) == 0
	for !f.queue.fits(len(packet)) {
		c := f.queue.borrow()
		if c == nil {
			c = f.r.budget.get()
		}
		if c == nil && !wait {
			f.n.queueDrops++
			return nil
		}
		if c == nil {
			f.mu.Unlock()
			f.r.budget.wait()
			f.mu.Lock()
			if err := f.over(); err != nil {
				return err
			}
			idle = len(f.queue.chunks) == 0
			continue
		}
		f.queue.chunks = append(f.queue.chunks, c)
		if len(f.queue.chunks) > fullAt {
			signal(f.full)
		}
	}
	f.queue.put(packet, since)
	if idle {
		f.oldest = time.Now() // at may be that of a capture
		signal(f.wake)
	}
	return nil
}

// over is why nothing can be written any more, or nil.
func (f *File) over() error {
	if f.err != nil {
		return f.err
	}
	if f.ended {
		return ErrClosed
	}
	return nil
}

// SenderReport takes what an RTCP sender report (RFC 3550, section 6.4.1) of
// this medium says: the sender's wall clock in NTP's format, and its RTP
// timestamp at that time. It came at a time.
func (f *File) SenderReport(ntp uint64, rtp uint32, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := pair{clock: ntpMicros(ntp), rtp: rtp, at: f.r.since(at)}
	if len(f.pairs) < 2 {
		f.pairs = append(f.pairs, p)
		return
	}
	f.pairs[1] = p
}

// kernelDrops counts packets that the operating system had no room for.
func (f *File) kernelDrops(n int64) {
	f.mu.Lock()
	f.n.kernelDrops += n
	f.mu.Unlock()
}

// otherPacket counts a packet that came to the file's address, and is of no
// medium that is recorded.
func (f *File) otherPacket() {
	f.mu.Lock()
	f.n.others++
	f.mu.Unlock()
}

// Close ends the recording, and waits until it is whole under its name. The
// error is what ended it before its time.
func (f *File) Close() error {
	f.end()
	<-f.done
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// end lets the writing goroutine write what there is, and finish.
func (f *File) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.ended {
		f.ended = true
		close(f.closing)
	}
}

// signal makes a channel of one place full.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
