package mjr

import (
	"errors"
	"io"
	"time"
)

// Packet is one record of a recording: an RTP packet (audio and video) or a
// data-channel message (data).
//
// Data is valid until the next read; a writer keeps nothing of it.
type Packet struct {
	// Arrival is the received time: whole milliseconds since the first frame
	// was written. It is arrival at the server, not capture. The file has 32
	// bits for it: it starts again at 0 after 49.7 days, and behind each
	// further header of files put together. Some writers store nonsense.
	Arrival time.Duration
	// HasArrival is false in v0 and v1 files, which store no received time.
	HasArrival bool
	// Wall is the wall-clock time of a data-channel message, to the
	// microsecond; zero for audio and video.
	Wall time.Time
	// Offset is where Data lies in the file that a Reader read, in bytes from
	// its beginning. Writers do not look at it.
	Offset int64
	// Data is one whole RTP packet (header, CSRCs, extensions, payload,
	// padding), or for data channels the message alone.
	Data []byte
}

// PacketReader is where packets come from. ReadPacket returns io.EOF where
// the packets end.
type PacketReader interface {
	ReadPacket() (Packet, error)
}

// PacketWriter is where packets go to.
type PacketWriter interface {
	WritePacket(Packet) error
}

// Copy writes all packets of src to dst, and returns how many were written.
// The end of src is no error.
func Copy(dst PacketWriter, src PacketReader) (int64, error) {
	var n int64
	for {
		p, err := src.ReadPacket()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if err := dst.WritePacket(p); err != nil {
			return n, err
		}
		n++
	}
}
