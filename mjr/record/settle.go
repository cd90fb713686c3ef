package record

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// A medium of any payload type takes that of the first two packets in
// sequence: what one packet looks like can be chance (RFC 3550, appendix A.1).
// Until then packets wait, so that nothing is lost of the stream that is taken.
//
// A sender that starts anew may have another payload type. It is taken when
// nothing came of the one before for silence, unless both came for as long
// before that: then it is a stream of its own. Where several media share the
// address, nobody knows whose type it would be.
const (
	silence     = 5 * time.Second
	waitingMost = 8
)

// early is a packet of which nobody knows yet whether it is recorded.
type early struct {
	at  time.Time
	n   int
	buf [mjr.MaxPacket + 1]byte // what is longer is counted as such
}

func (e *early) packet() []byte { return e.buf[:e.n] }

// deliver gives an RTP packet of at least 12 bytes to the first outlet that
// wants it.
func (s *socket) deliver(packet []byte, at time.Time) {
	for _, o := range s.outlets {
		if !o.wants(packet) {
			continue
		}
		o.write(packet, at, false)
		if len(s.waiting) > 0 {
			s.sort(at)
		}
		return
	}
	o := s.open(packet, at)
	switch {
	case o == nil:
		refuse(s.outlets, packet, at)
	case slices.ContainsFunc(s.waiting, func(e *early) bool { return follows(packet, e.packet()) }):
		o.settle(packet)
		s.sort(at)
		o.write(packet, at, false)
	default:
		s.wait(packet, at)
	}
}

// follows reports whether a packet is the next one of the same stream.
func follows(packet, before []byte) bool {
	number := binary.BigEndian.Uint16
	return packet[1]&0x7F == before[1]&0x7F && number(packet[2:]) == number(before[2:])+1 && [4]byte(packet[8:]) == [4]byte(before[8:])
}

// open finds the outlet that would take a payload type, if any.
func (s *socket) open(packet []byte, at time.Time) *outlet {
	for _, o := range s.outlets {
		if o.media.AnyType && o.media.sends(packet) && (!o.settled || len(s.outlets) == 1 && o.replaces(packet, at)) {
			return o
		}
	}
	return nil
}

// replaces reports whether a packet may be of the payload type that comes after
// the one which is recorded.
func (o *outlet) replaces(packet []byte, at time.Time) bool {
	first, refused := o.beside[packet[1]&0x7F]
	return at.Sub(o.last) >= silence && !(refused && o.last.Sub(first) >= silence)
}

// wait keeps a packet, and gives the oldest one up where there are too many.
func (s *socket) wait(packet []byte, at time.Time) {
	e := new(early)
	if len(s.waiting) == waitingMost {
		e = s.waiting[0]
		refuse(s.outlets, e.packet(), e.at)
		s.waiting = append(s.waiting[:0], s.waiting[1:]...)
	}
	e.at, e.n = at, copy(e.buf[:], packet)
	s.waiting = append(s.waiting, e)
}

// sort records those that wait for a payload type that is known by now, and
// keeps those that may still find one.
func (s *socket) sort(at time.Time) {
	keep := s.waiting[:0]
	for _, e := range s.waiting {
		p := e.packet()
		i := slices.IndexFunc(s.outlets, func(o *outlet) bool { return o.wants(p) })
		switch {
		case i >= 0:
			s.outlets[i].write(p, e.at, false)
		case s.open(p, at) != nil:
			keep = append(keep, e)
		default:
			refuse(s.outlets, p, e.at)
		}
	}
	clear(s.waiting[len(keep):])
	s.waiting = keep
}

// flush ends the waiting: a medium that has nothing takes what came first.
func (s *socket) flush() {
	for _, e := range s.waiting {
		p := e.packet()
		if o := s.open(p, e.at); o != nil && !o.settled {
			o.settle(p)
		}
		if i := slices.IndexFunc(s.outlets, func(o *outlet) bool { return o.wants(p) }); i >= 0 {
			s.outlets[i].write(p, e.at, false)
		} else {
			refuse(s.outlets, p, e.at)
		}
	}
	s.waiting = nil
}

// settle takes the payload type of a packet.
func (o *outlet) settle(packet []byte) {
	pt := packet[1] & 0x7F
	if o.settled {
		o.warn(fmt.Sprintf("%s: payload type %d is recorded from now on: for %v nothing came of %d", o.file.stem, pt, silence, o.media.Track.PayloadType))
	}
	o.settled, o.media.Track.PayloadType, o.beside = true, pt, nil
}

// leave counts a packet that may be what was to be recorded.
func (o *outlet) leave(packet []byte, at time.Time) {
	pt := packet[1] & 0x7F
	if _, ok := o.beside[pt]; !ok {
		if o.beside == nil {
			o.beside = make(map[uint8]time.Time)
		}
		o.beside[pt] = at
	}
	o.file.mu.Lock()
	o.file.n.leftOut++
	o.file.mu.Unlock()
}
