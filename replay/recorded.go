package replay

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// Recorded gives out every packet of recordings as it was recorded, duplicates
// and padding included, in the order in which they were received: a recording
// by the index, the packet, and when it was received. Recordings that store no
// received times have their media time instead. Nothing is waited for. The
// packet is valid until write returns.
func Recorded(recs []*Recording, write func(track int, packet []byte, at time.Time) error) error {
	var all []*reel
	for i, r := range recs {
		e, err := newReel(i, r)
		if err != nil {
			return fmt.Errorf("%s: %w", r.Name, err)
		}
		all = append(all, e)
	}
	for {
		var first *reel
		for _, e := range all {
			if !e.done && (first == nil || e.at.Before(first.at)) {
				first = e
			}
		}
		if first == nil {
			return nil
		}
		if err := write(first.track, first.packet.Data, first.at); err != nil {
			return err
		}
		if err := first.advance(); err != nil {
			return fmt.Errorf("%s: %w", first.rec.Name, err)
		}
	}
}

// reel reads one recording, and has its next packet.
type reel struct {
	track  int
	rec    *Recording
	src    mjr.PacketReader
	zero   time.Time
	times  []entry // by offset; of a recording without received times
	packet mjr.Packet
	at     time.Time
	done   bool
}

func newReel(track int, r *Recording) (*reel, error) {
	src, err := r.Reader()
	if err != nil {
		return nil, err
	}
	e := &reel{track: track, rec: r, src: src, zero: r.Header.FirstFrame}
	if e.zero.IsZero() {
		e.zero = time.Unix(0, 0)
	}
	e.at = e.zero
	if len(r.index) > 0 && r.index[0].flags.has(untimed) {
		e.times = slices.Clone(r.index)
		slices.SortFunc(e.times, func(a, b entry) int { return cmp.Compare(a.offset, b.offset) })
	}
	return e, e.advance()
}

func (e *reel) advance() error {
	p, err := e.src.ReadPacket()
	if errors.Is(err, io.EOF) {
		e.done = true
		return nil
	}
	if err != nil {
		return err
	}
	e.packet = p
	if p.HasArrival {
		e.at = e.zero.Add(p.Arrival)
		return nil
	}
	// What is not in the index has the time of the packet before.
	find := func(x entry, offset int64) int { return cmp.Compare(x.offset, offset) }
	if i, ok := slices.BinarySearchFunc(e.times, p.Offset, find); ok {
		e.at = e.zero.Add(e.rec.duration(e.times[i].time - e.rec.first))
	}
	return nil
}
