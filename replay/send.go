package replay

import (
	"fmt"
	"sort"
	"time"

	"github.com/pion/rtp"
)

// send sends the next packet of a track.
func (p *Player) send(t *track) error {
	e := &t.rec.index[t.next]
	jump := t.jumped || e.flags.has(key)
	payload, payloadType, ok, err := p.read(t, e)
	if err != nil {
		return err
	}
	if !ok {
		t.stats.Unsendable++
		t.next++
		return nil
	}
	s := sent{index: uint32(t.next), timestamp: t.base + uint32(t.stamp(e)), used: true}
	t.number(&s, jump)
	t.ring.put(s)
	burst := t.answering()
	t.passed()
	if burst {
		t.stats.Burst++
	}
	return p.emit(t, t.write(payload, &s, &t.sink, payloadType, t.marker(e)))
}

// resend sends once more what was asked for.
func (p *Player) resend(t *track) error {
	for _, seq := range t.missing {
		if err := p.again(t, seq); err != nil {
			return err
		}
	}
	t.missing = t.missing[:0]
	return nil
}

// again sends a packet once more, as it was.
func (p *Player) again(t *track, seq uint16) error {
	s := t.ring.find(seq)
	if s == nil || s.again >= maxAgain {
		t.stats.NotResent++
		return nil
	}
	s.again++
	e := &t.rec.index[s.index]
	payload, payloadType, ok, err := p.read(t, e)
	if err != nil || !ok {
		return err
	}
	t.stats.Again++
	return p.emit(t, t.write(payload, s, &t.sink, payloadType, t.marker(e)))
}

// read reads a packet from the recording, and parses it. It is false if the
// packet cannot be sent to this sink.
func (p *Player) read(t *track, e *entry) (payload []byte, payloadType uint8, ok bool, err error) {
	if int(e.size) > len(p.buf) {
		p.buf = make([]byte, 1<<16)
	}
	data := p.buf[:e.size]
	if _, err := t.rec.src.ReadAt(data, e.offset); err != nil {
		return nil, 0, false, fmt.Errorf("%s: packet at %d: %w", t.rec.Name, e.offset, err)
	}
	payload, ok = t.parse(data)
	payloadType = t.sink.PayloadType
	if !ok || !e.flags.has(red) {
		return payload, payloadType, ok, nil
	}
	sealed := t.rec.Header.Encrypted || t.rec.Header.PERC
	if t.sink.REDType != 0 {
		if !sealed {
			retype(payload, payloadType)
		}
		return payload, t.sink.REDType, true, nil
	}
	if sealed {
		return nil, 0, false, nil
	}
	payload, ok = primary(payload)
	return payload, payloadType, ok, nil
}

// marker is the marker bit, restored at the end of a video frame if the source
// lost it.
func (t *track) marker(e *entry) bool { return t.in.Marker || t.video && e.flags.has(ends) }

func (p *Player) emit(t *track, packet *rtp.Packet) error {
	t.stats.Packets++
	t.stats.Bytes += int64(len(packet.Payload))
	if err := t.sink.Writer.WriteRTP(packet); err != nil {
		return fmt.Errorf("%s: %w", t.rec.Name, err)
	}
	return nil
}

// maxBurst bounds the answer to a key frame request. Where the last key frame
// is further back, there is nothing that would help.
const maxBurst = 8192

const (
	// freshKey: a request so soon behind a key frame was made before that came.
	freshKey = 300 * time.Millisecond
	// soonKey: who is to be spared waits so long for the next key frame.
	soonKey = 5 * time.Second
)

// reply begins a burst from the last key frame on, if one is in order.
func (p *Player) reply(t *track, l timeline, now time.Duration) {
	keys := p.keys[t.id]
	i := sort.SearchInts(keys, t.next)
	if i == 0 || t.next < t.rush || t.next-keys[i-1] > maxBurst || now-t.keyAt < freshKey {
		return
	}
	if p.opts.Sparing {
		next := p.session.duration // the end, behind which nobody needs one
		if i < len(keys) {
			next = t.at(keys[i])
		}
		if l.when(next)-now <= soonKey || t.pli.wait > 0 && now-t.pli.last < t.burst {
			return
		}
	}
	if !t.pli.allow(now) {
		return
	}
	t.stats.Bursts++
	was := t.next
	t.next, t.rush, t.answer, t.rushAt = keys[i-1], was, true, now
	t.burst = t.at(was-1) - t.at(t.next)
	// What never had a timestamp of its own gets a new one.
	t.squeeze = t.line.natural(t.rec.index[t.next].time) <= t.line.jumpTop
	t.needKey, t.jumped = false, true
}
