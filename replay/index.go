package replay

import (
	"math"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

// indexer turns the packets of a recording into its index, frame by frame. It
// looks at each packet once.
type indexer struct {
	r          *Recording
	video      bool
	dependency uint8 // the recorded id of the dependency descriptor

	frame   frame
	source  int
	markers bool // the source sets the marker bit
	hole    bool // something was lost before the frame that comes next
}

// frame is the one whose packets are being read.
type frame struct {
	first  int // in the index
	key    bool
	broken bool
	marked bool // its last packet so far had the marker bit
}

func newIndexer(r *Recording) *indexer {
	return &indexer{
		r: r, video: r.Codec.Kind == mjr.Video,
		dependency: extensionID(r.Header.Extensions, dependencyURI),
	}
}

func (x *indexer) add(p stream.Packet) {
	r := x.r
	e := entry{offset: p.Offset, size: uint16(p.Size), seq: p.Header.SequenceNumber, time: r.bound(p.Time)}
	if p.HasArrival {
		e.arrival = uint32(p.Arrival / time.Millisecond)
	} else {
		e.flags |= untimed
	}
	if t := r.Header.REDType; t != 0 && int(p.Header.PayloadType) == t {
		e.flags |= red
	}
	lost := p.Missing > 0
	if lost && len(r.index) > 0 {
		r.losses = append(r.losses, loss{len(r.index), p.Missing})
	}
	if !x.video {
		e.flags |= starts | ends
		if lost {
			e.flags |= hole
		}
		r.index = append(r.index, e)
		return
	}
	x.addVideo(p, e, lost)
}

func (x *indexer) addVideo(p stream.Packet, e entry, lost bool) {
	r := x.r
	// A payload that is none of its codec tells nothing, and is played.
	d, err := stream.ParseDescriptor(r.Codec.Name, p.Payload, p.Header.Marker)
	known := err == nil
	dependency := extension(&p.Header, x.dependency)
	lost = lost || p.Source != x.source
	x.source = p.Source
	if x.begins(e.time, d) {
		if lost && !x.frame.marked {
			x.frame.broken = len(r.index) > 0 // its last packets may be what was lost
		}
		x.finish(false)
		x.frame = frame{first: len(r.index), broken: (lost || len(r.index) == 0) && known && !d.Start}
		e.flags |= starts
		if lost || x.hole {
			e.flags |= hole
		}
		x.hole = false
	} else if lost {
		x.frame.broken = true
	}
	if known && keyHint(r.Codec.Name, d, dependency, p.Payload) == stream.IsKey {
		x.frame.key = true
	}
	// Behind a loss a frame may have lost its first packets.
	if e.flags.has(hole) && lost && !(known && surelyFirst(r.Codec.Name, d, dependency)) {
		e.flags |= unsure
	}
	x.frame.marked = p.Header.Marker
	x.markers = x.markers || p.Header.Marker
	r.index = append(r.index, e)
}

// begins reports whether a packet is the first one of a frame. Packets of a
// frame share their timestamp; some sources have one for all frames.
func (x *indexer) begins(t int64, d stream.Descriptor) bool {
	n := len(x.r.index)
	if n == 0 || t != x.r.index[n-1].time {
		return true
	}
	return d.Start && (x.r.Codec.Name == "vp8" || x.frame.marked)
}

// finish marks the packets of a frame that is complete, as far as it ever will
// be; end says that nothing comes behind it.
func (x *indexer) finish(end bool) {
	index := x.r.index
	if !x.video || len(index) == 0 {
		return
	}
	f := &x.frame
	if end && x.markers && !f.marked {
		f.broken = true
	}
	first := &index[f.first]
	index[len(index)-1].flags |= ends
	switch {
	case f.broken:
		for i := f.first; i < len(index); i++ {
			index[i].flags |= broken
		}
		x.hole = true
	case f.key && !first.flags.has(unsure):
		first.flags |= key
		x.r.keys = append(x.r.keys, f.first)
	}
}

// bound keeps times where they can be counted in nanoseconds, whatever a file
// makes up.
func (r *Recording) bound(ticks int64) int64 {
	const decade = 10 * 366 * 24 * 3600
	rate := int64(r.Codec.ClockRate)
	return max(min(ticks, decade*rate), -decade*rate)
}

// time settles the times of all packets: by their timestamps, or by their
// received times where those are unusable.
func (r *Recording) time() {
	if len(r.index) == 0 {
		return
	}
	if r.stopped() && r.arrived() {
		r.ByArrival = true
		r.retime()
	}
	r.first, r.end = math.MaxInt64, math.MinInt64
	for _, e := range r.index {
		r.first, r.end = min(r.first, e.time), max(r.end, e.time)
	}
	r.end += max(r.Packets.LastDuration, 1)
	if r.Packets.ArrivalBelieved && !r.ByArrival {
		r.lead = r.envelope()
	}
}

// stopped reports whether the timestamps are no clock: they stand still, or
// start afresh again and again.
func (r *Recording) stopped() bool {
	const often = 16
	return len(r.index) > 1 && r.Packets.LastTime == r.Packets.FirstTime ||
		r.Packets.ClockResets*often > int64(len(r.index))
}

// arrived reports whether the received times are a clock.
func (r *Recording) arrived() bool {
	last := r.index[len(r.index)-1]
	return !last.flags.has(untimed) && last.arrival > r.index[0].arrival
}

// retime takes received times for media time. A packet that came late (sent
// again) counts as received when the one behind it was.
func (r *Recording) retime() {
	least := uint32(math.MaxUint32)
	for i := len(r.index) - 1; i >= 0; i-- {
		least = min(least, r.index[i].arrival)
		r.index[i].time = r.ticks(time.Duration(least) * time.Millisecond)
	}
	for i := 1; i < len(r.index); i++ {
		e, before := &r.index[i], r.index[i-1].time
		switch {
		case !e.flags.has(starts):
			e.time = before
		case e.time <= before:
			e.time = before + 1 // frames with one timestamp would be taken for one
		}
	}
}

// envelope is the least of received time minus media time near the start: what
// delay there was besides comes from the network alone. Clocks drift, so that
// later packets tell nothing.
func (r *Recording) envelope() time.Duration {
	const near = 10 * time.Second
	least := time.Duration(math.MaxInt64)
	for _, e := range r.index {
		media := r.duration(e.time)
		if media > r.duration(r.first)+near {
			break
		}
		if !e.flags.has(untimed) {
			least = min(least, time.Duration(e.arrival)*time.Millisecond-media)
		}
	}
	if least.Abs() > near {
		return 0
	}
	return least
}
