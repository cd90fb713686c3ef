package stream

import (
	"time"

	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/mjr"
)

const (
	// DefaultWindow is how many packets of reordering are allowed for if
	// nothing else is said.
	DefaultWindow = 4096
	// MaxWindow leaves 16-bit numbers room to tell old from new.
	MaxWindow = 1 << 14
)

// Options of a Reorder. The zero value is sensible.
type Options struct {
	// Window is how far behind the newest packet a missing one is waited for,
	// in packets: DefaultWindow if 0, at most MaxWindow. With 1 nothing is
	// waited for.
	Window int
	// ClockRate of the timestamps in Hz; 0 is that of video, 90000.
	ClockRate int
}

// Reorder puts the packets of a recording in the order of their sequence
// numbers, and gives them their times.
//
// A packet in order passes straight through. Packets behind a gap are held,
// as copies, until the missing one comes or the window has moved on, so that
// memory is bounded by the window. The first packets of a sender are held as
// well, at most a window of them, until 128 in a row came in order: packets
// older than the first one written (retransmissions) still find their place.
//
// Numbers that jump beyond the window, and other SSRCs, are believed to be a
// new beginning only if packets in a row confirm it; those are kept
// meanwhile. A jump on which RTP time and received time agree is a hole: the
// sender went on, and the recorder wrote nothing.
type Reorder struct {
	src    mjr.PacketReader
	window int64
	err    error // of src; given out when all that is held is out

	in      held    // the packet just read; its bytes are the source's
	pending *held   // has a number, and waits until the window reaches it
	out     *held   // given out last, to be used again
	queue   []*held // believed, and not yet judged
	suspect probation
	ring    ring
	pool    pool

	// What the header of a held packet is read into in its turn.
	csrc       []uint32
	extensions []rtp.Extension

	sender  sender
	missing int64 // packets lost since the last one given out
	source  int
	turn    bool // the sender of queue takes over when all is drained

	clock  clock
	counts counts
}

// NewReorder reads the packets of src in their order.
func NewReorder(src mjr.PacketReader, o Options) *Reorder {
	w := o.Window
	if w <= 0 {
		w = DefaultWindow
	}
	w = min(w, MaxWindow)
	r := &Reorder{src: src, window: int64(w), ring: newRing(w), clock: newClock(o.ClockRate)}
	r.sender.starting = true
	return r
}

// ReadPacket returns the next packet in order, and io.EOF after the last. An
// error of the source comes after all packets that were read before it.
func (r *Reorder) ReadPacket() (p Packet, err error) {
	if r.out != nil {
		r.release(r.out)
		r.out = nil
	}
	for {
		if h := r.take(); h != nil {
			r.deliver(&p, h)
			return p, nil
		}
		switch {
		case r.pending != nil:
			r.ring.put(r.pending.seq, r.own(r.pending))
			r.pending = nil
			if r.ring.bytes > maxHeldBytes {
				r.sender.floor = max(r.sender.floor, r.lowest())
			}
		case r.turn:
			r.turn = false
			r.source++
			r.counts.Restarts++
			r.begin(r.dequeue())
		case len(r.queue) > 0:
			r.admit(r.dequeue())
		case r.err != nil:
			return Packet{}, r.err
		default:
			r.read()
		}
	}
}

// Report counts what was read so far. Each packet read is in one of
// Delivered, Duplicate, Late, Padding, NotRTP and Stray once ReadPacket has
// returned an error.
func (r *Reorder) Report() Report { return r.counts.report(&r.clock) }

// read takes one packet from the source.
func (r *Reorder) read() {
	p, err := r.src.ReadPacket()
	if err != nil {
		r.err = err
		r.dismiss()
		r.flush()
		return
	}
	r.counts.Read++
	if !r.in.parse(p.Data) {
		r.counts.NotRTP++
		return
	}
	r.in.offset, r.in.arrival, r.in.hasArrival, r.in.hole = p.Offset, p.Arrival, p.HasArrival, false
	if r.in.padding {
		r.counts.Padding++
	}
	if !r.sender.known {
		r.clock.start(r.in.header.Timestamp)
		r.begin(&r.in)
		return
	}
	r.admit(&r.in)
}

// take returns the packet whose turn it is, and nil if that one is still
// waited for.
func (r *Reorder) take() *held {
	s := &r.sender
	for !s.starting {
		h := r.ring.take(s.next)
		if h == nil && r.pending != nil && r.pending.seq == s.next {
			h, r.pending = r.pending, nil
		}
		switch {
		case h == nil && s.next >= s.floor:
			return nil
		case h == nil:
			r.lose()
		case h.padding:
			s.pass(h)
			r.release(h)
		default:
			return h
		}
	}
	return nil
}

// maxHeldBytes bounds the packets held, of which a window of the largest would
// take a quarter of a gigabyte: what is missing before them is given up.
const maxHeldBytes = 16 << 20

// lowest is the number of the first packet held.
func (r *Reorder) lowest() int64 {
	for seq := r.sender.next; ; seq++ {
		if h := r.ring.at(seq); h != nil && h.seq == seq {
			return seq
		}
	}
}

// lose gives up the next numbers, up to one that came or to the floor.
func (r *Reorder) lose() {
	s := &r.sender
	n := s.floor - s.next
	if r.pending != nil {
		n = min(n, r.pending.seq-s.next)
	}
	if r.ring.held > 0 {
		n = min(n, int64(len(r.ring.slots)))
		for i := range n {
			if h := r.ring.at(s.next + i); h != nil && h.seq == s.next+i {
				n = i
				break
			}
		}
	}
	if r.sender.lose(n) {
		r.counts.Gaps++
	}
	r.counts.Lost += n
	r.missing += n
}

// deliver gives out a packet in its turn, as p. What p has of h comes first:
// whoever copies p then need not wait for it.
func (r *Reorder) deliver(p *Packet, h *held) {
	if h.own {
		h.header.CSRC, h.header.Extensions = r.csrc, r.extensions
		h.parse(h.data)
		r.csrc, r.extensions = h.header.CSRC, h.header.Extensions
	}
	p.Header, p.Payload, p.Seq, p.Source = h.header, h.payload, h.seq, r.source
	p.Arrival, p.HasArrival = h.arrival, h.hasArrival
	p.Offset, p.Size = h.offset, len(h.data)
	ts := h.header.Timestamp
	t, steady := r.clock.next(ts)
	if !steady {
		arrival, ok := r.arrival(h)
		t = r.clock.jump(ts, arrival, ok, h.hole, r.sender.fresh)
	}
	if r.sender.fresh || r.counts.Delivered == 0 {
		r.sender.began = t
	}
	r.clock.set(ts, t)
	// A retransmission arrived late, which says nothing of the clock.
	if h.hasArrival && !h.late {
		r.clock.arrived(t, h.arrival, steady)
	}
	r.sender.pass(h)
	r.sender.fresh = false
	r.counts.deliver(h)
	r.out = h
	p.Time, p.Missing = t, r.missing
	r.missing = 0
}

// arrival is when a packet was received; of a retransmission, when the next
// packet was that came in order.
func (r *Reorder) arrival(h *held) (time.Duration, bool) {
	if !h.late {
		return h.arrival, h.hasArrival
	}
	for seq := h.seq + 1; seq < h.seq+r.window; seq++ {
		k := r.ring.at(seq)
		if k == nil {
			k = r.pending
		}
		if k != nil && k.seq == seq && !k.late {
			return k.arrival, k.hasArrival
		}
	}
	return 0, false
}

// own gives a packet bytes of its own.
func (r *Reorder) own(h *held) *held {
	if h == &r.in {
		return r.pool.hold(h)
	}
	return h
}

func (r *Reorder) release(h *held) {
	if h != &r.in {
		r.pool.release(h)
	}
}

func (r *Reorder) dequeue() *held {
	h := r.queue[0]
	r.queue = r.queue[1:]
	return h
}
