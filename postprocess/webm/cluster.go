package webm

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

// A cluster ends after 5 s or 2 MiB: RFC 9559, section 25.1 asks for no more
// than 5 s or 5 MiB. It is put together in memory, so that it has a size in a
// pipe too.
const (
	maxClusterTime = 5000 // milliseconds
	maxClusterSize = 2 << 20
)

// A block tells its time from the cluster's in 16 bits, signed. This does not
// compile if a frame can lie farther away, before or behind.
var _ = [math.MaxInt16 - max(maxClusterTime, media.MaxBackstep/time.Millisecond)]struct{}{}

const clusterHeader = 4 + 8 // ID, size

// cluster holds blocks that count their time from its own.
type cluster struct {
	buf  []byte // empty: none is open
	time int64  // milliseconds
}

func (c *cluster) empty() bool { return len(c.buf) == 0 }

// takes reports whether a frame belongs into this cluster.
func (c *cluster) takes(ms int64, size int) bool {
	return ms-c.time < maxClusterTime && len(c.buf)+size <= maxClusterSize
}

func (c *cluster) begin(ms int64) {
	c.time = ms
	c.buf = append(c.buf[:0], 0x1f, 0x43, 0xb6, 0x75) // Cluster
	c.buf = append(c.buf, make([]byte, 8)...)         // its size
	c.buf = append(c.buf, 0xe7, 0x88)                 // Timestamp of 8 bytes
	c.buf = binary.BigEndian.AppendUint64(c.buf, uint64(ms))
}

// header writes what stands before a frame's bytes:
//
//	A3  size  track  time, int16  flags
func (c *cluster) header(number int, ms int64, key bool, size int) {
	var flags byte
	if key {
		flags = 0x80
	}
	const fields = 1 + 2 + 1
	c.buf = append(c.buf, 0xa3) // SimpleBlock
	c.buf = appendSize(c.buf, fields+size)
	c.buf = append(c.buf, 0x80|byte(number))
	c.buf = binary.BigEndian.AppendUint16(c.buf, uint16(int16(ms-c.time)))
	c.buf = append(c.buf, flags)
}

// finish returns the whole cluster, which is valid until the next one begins.
func (c *cluster) finish() []byte {
	b := c.buf
	binary.BigEndian.PutUint64(b[4:], 1<<56|uint64(len(b)-clusterHeader))
	c.buf = b[:0]
	return b
}

// appendSize appends an element's size in as few bytes as it takes; all ones
// means unknown (RFC 8794, section 4).
func appendSize(b []byte, size int) []byte {
	width := 1
	for width < 8 && uint64(size) >= 1<<(7*width)-1 {
		width++
	}
	v := uint64(size) | 1<<(7*width)
	for i := width - 1; i >= 0; i-- {
		b = append(b, byte(v>>(8*i)))
	}
	return b
}
