package record

import "time"

// Report is what was recorded.
type Report struct {
	Files []FileReport // in the order in which they were opened
}

// FileReport counts the packets of one medium. Each one received is in one of
// Stored, Duplicates, NotRTP, Long, QueueDrops and Unwritten.
type FileReport struct {
	Track Track
	// Name is what the names of all parts begin with. Paths are the parts that
	// have something in them; the last one is called .mjr.tmp while it is
	// written.
	Name  string
	Paths []string

	Received   int64
	Stored     int64 // on the disk
	Duplicates int64
	NotRTP     int64 // shorter than 12 bytes, or not of version 2
	Long       int64 // more than 1500 bytes, which Janus's tools skip or crash on
	QueueDrops int64 // because the disk was too slow
	// Unwritten packets wait for the disk; after the end, they are those that
	// an error left out.
	Unwritten int64

	// Lost is how many sequence numbers did not come, between the first and
	// the last of each SSRC. They are not stored for reasons before this
	// program.
	Lost int64
	// KernelDrops are packets that reached the machine, and that the operating
	// system had no room for. Those before the last packet are in Lost, too.
	KernelDrops int64

	// Others are packets that came to the same address and are not counted
	// above: of another payload type or SSRC, or no RTP.
	Others int64
	// LeftOut of them are RTP that came for a medium of any payload type, and
	// that did not have the one which was taken: it may be what was wanted.
	LeftOut int64

	SSRCs       int64     // that sent
	Bytes       int64     // on the disk
	First, Last time.Time // when the first and the last packet stored came
	Done        bool      // the file is closed, or Err ended it
	Err         error
}

// counts are what a File knows of its packets.
type counts struct {
	received, stored, duplicates, notRTP, long, queueDrops, kernelDrops, others, leftOut, bytes int64
	first, last                                                                                 time.Time
}

// Report tells what was recorded so far.
func (f *File) Report() FileReport {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := &f.n
	done := f.err != nil
	select {
	case <-f.done:
		done = true
	default:
	}
	return FileReport{
		Track: f.track, Name: f.stem, Paths: f.paths[:len(f.paths):len(f.paths)],
		Received: n.received, Stored: n.stored, Duplicates: n.duplicates, NotRTP: n.notRTP, Long: n.long,
		QueueDrops: n.queueDrops, Unwritten: n.received - n.stored - n.duplicates - n.notRTP - n.long - n.queueDrops,
		Lost: f.seen.missing(), KernelDrops: n.kernelDrops, Others: n.others, LeftOut: n.leftOut,
		SSRCs: f.seen.ssrcs, Bytes: n.bytes, First: n.first, Last: n.last, Done: done, Err: f.err,
	}
}
