package record

import (
	"encoding/binary"
	"sync"
	"time"
)

// A queue between the network and the disk is a list of chunks. Each packet in
// it has its time and its length in front:
//
//	0            8        10         10+L
//	+------------+--------+----------+----
//	| time, ns   | L      | packet   | …
//	+------------+--------+----------+----
const (
	chunkSize = 32 << 10
	entryHead = 10
	// fullAt is how many chunks are not left to wait for more.
	fullAt = 4
)

type chunk struct {
	n   int
	buf [chunkSize]byte
}

// queue is filled by the source and emptied by the disk. Its user locks it.
type queue struct {
	chunks []*chunk
	spare  []*chunk // the slice that was emptied last
	// own is a chunk that nobody else gets: however many files there are, each
	// can take packets while the disk keeps up.
	own  *chunk
	lent bool // own is in chunks, or being written
}

// borrow returns own if it is not lent, else nil.
func (q *queue) borrow() *chunk {
	if q.lent {
		return nil
	}
	if q.own == nil {
		q.own = new(chunk)
	}
	q.lent, q.own.n = true, 0
	return q.own
}

// restore takes own back, and reports whether c is it.
func (q *queue) restore(c *chunk) bool {
	if c != q.own {
		return false
	}
	q.lent = false
	return true
}

// fits reports whether a packet goes into the chunks that are there.
func (q *queue) fits(size int) bool {
	return len(q.chunks) > 0 && q.chunks[len(q.chunks)-1].n+entryHead+size <= chunkSize
}

// put appends a packet that fits.
func (q *queue) put(packet []byte, at time.Duration) {
	c := q.chunks[len(q.chunks)-1]
	b := c.buf[c.n:]
	binary.BigEndian.PutUint64(b, uint64(at))
	binary.BigEndian.PutUint16(b[8:], uint16(len(packet)))
	c.n += entryHead + copy(b[entryHead:], packet)
}

// take empties the queue. What it returned before is not used any more.
func (q *queue) take() []*chunk {
	full := q.chunks
	q.chunks, q.spare = q.spare[:0], full
	return full
}

// next takes a packet from a chunk's bytes.
func next(b []byte) (packet []byte, at time.Duration, rest []byte) {
	at = time.Duration(binary.BigEndian.Uint64(b))
	end := entryHead + int(binary.BigEndian.Uint16(b[8:]))
	return b[entryHead:end:end], at, b[end:]
}

// budget lends chunks to all queues of a recorder, for what the disk is behind.
type budget struct {
	mu    sync.Mutex
	freed sync.Cond
	left  int64 // chunks
	pool  sync.Pool
}

func newBudget(bytes int64) *budget {
	b := &budget{left: bytes / chunkSize}
	b.freed.L = &b.mu
	b.pool.New = func() any { return new(chunk) }
	return b
}

// get returns nil if all chunks are lent.
func (b *budget) get() *chunk {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left == 0 {
		return nil
	}
	b.left--
	c := b.pool.Get().(*chunk)
	c.n = 0
	return c
}

func (b *budget) give(c *chunk) {
	b.pool.Put(c)
	b.mu.Lock()
	b.left++
	b.mu.Unlock()
	b.freed.Broadcast()
}

// wait returns when a chunk may be there.
func (b *budget) wait() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.left == 0 {
		b.freed.Wait()
	}
}
