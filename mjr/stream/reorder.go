package stream

import (
	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/mjr"
)

// DefaultWindow is how many packets of reordering are allowed for if nothing
// else is said.
const DefaultWindow = 4096

// Options of a Reorder. The zero value is sensible.
type Options struct {
	// Window is how far behind the newest packet a missing one is waited for,
	// in packets; 0 is DefaultWindow.
	Window int
	// ClockRate of the timestamps in Hz; 0 is that of video, 90000.
	ClockRate int
}

// Reorder puts the packets of a recording in their order.
type Reorder struct {
	src    mjr.PacketReader
	header rtp.Header
	seq    int64
	report Report
}

// NewReorder reads the packets of src in their order.
func NewReorder(src mjr.PacketReader, o Options) *Reorder {
	return &Reorder{src: src}
}

// ReadPacket returns the next packet in order, and io.EOF after the last.
func (r *Reorder) ReadPacket() (Packet, error) {
	for {
		p, err := r.src.ReadPacket()
		if err != nil {
			return Packet{}, err
		}
		r.report.Read++
		n, err := r.header.Unmarshal(p.Data)
		if err != nil {
			r.report.NotRTP++
			continue
		}
		r.report.Delivered++
		r.seq = Unwrap16(r.seq, r.header.SequenceNumber)
		return Packet{Header: r.header, Payload: p.Data[n:], Seq: r.seq, Time: int64(r.header.Timestamp), Arrival: p.Arrival, HasArrival: p.HasArrival}, nil
	}
}

// Report counts what was read so far.
func (r *Reorder) Report() Report { return r.report }
