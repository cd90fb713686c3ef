package mjr

import (
	"encoding/binary"
	"time"
)

// A frame is a record as it lies in the file: ten bytes and the body.
const (
	frameMagic    = "MEET"     // of generation 2, before the received time
	oldFrameMagic = "MEETECHO" // of generations 0 and 1
	frameHead     = 4 + 4 + 2
	maxBody       = 1<<16 - 1
	maxFrame      = frameHead + maxBody

	rtpHead  = 12 // RFC 3550, section 5.1
	wallSize = 8  // of the wall clock before a data-channel message
)

// beyond is how many bytes behind a frame tell whether something sane follows.
const beyond = len(oldFrameMagic)

// frames is what is known of a file's frames: what it takes to tell one from
// other bytes.
type frames struct {
	kind Kind
	// untimed: the magic takes all eight bytes. Until that is judged, frames
	// may begin either way.
	untimed bool
	judged  bool
	hint    int // the generation that the file magic claims; -1 if unknown

	started bool // the rest tells of the record read last
	ssrc    uint32
	wall    int64
}

func bodyLen(frame []byte) int { return int(binary.BigEndian.Uint16(frame[8:])) }

func stamp(frame []byte) uint32 { return binary.BigEndian.Uint32(frame[4:]) }

func ssrc(body []byte) uint32 { return binary.BigEndian.Uint32(body[8:]) }

func sequence(body []byte) uint16 { return binary.BigEndian.Uint16(body[2:]) }

func wallClock(body []byte) int64 { return int64(binary.BigEndian.Uint64(body)) }

func (f *frames) magic() string {
	if f.untimed {
		return oldFrameMagic
	}
	return frameMagic
}

// isFrame reports whether b begins with a frame magic.
func (f *frames) isFrame(b []byte) bool {
	m := f.magic()
	return len(b) >= len(m) && string(b[:len(m)]) == m
}

// follows reports whether b may stand behind a record: a frame, a file header,
// or the end. b is short only where the file ends.
func (f *frames) follows(b []byte) bool {
	return begins(b, f.magic()) || begins(b, jsonMagic)
}

// begins reports whether b begins with magic, or is all that the end of the
// file left of it.
func begins(b []byte, magic string) bool {
	n := min(len(b), len(magic))
	return string(b[:n]) == magic[:n]
}

// minBody is how short a body may be.
func (f *frames) minBody() int {
	if f.kind == Data {
		return wallSize
	}
	return rtpHead
}

// fits reports whether a body of size bytes can be what such a file holds.
// Of a body that is cut short b is the part that is there.
func (f *frames) fits(b []byte, size int) bool {
	switch f.kind {
	case Audio, Video:
		return rtpFits(b, size)
	case Data:
		return f.dataFits(b, size)
	}
	return rtpFits(b, size) || f.dataFits(b, size)
}

// rtpFits reports whether b begins with an RTP header, not RTCP (RFC 5761,
// section 4), whose parts lie within size bytes. The padding is not looked at:
// some senders' counts are too large.
//
//	|V=2|P|X|  CC   |M|     PT      |        sequence number        |
func rtpFits(b []byte, size int) bool {
	if size < rtpHead || len(b) < rtpHead || b[0]>>6 != 2 || b[1] >= 192 && b[1] <= 223 {
		return false
	}
	n := rtpHead + 4*int(b[0]&0x0F)
	if b[0]&0x10 != 0 {
		if n+4 > min(size, len(b)) {
			return false
		}
		n += 4 + 4*int(binary.BigEndian.Uint16(b[n+2:]))
	}
	return n <= size
}

// What a wall clock may say in microseconds: 2010 to 2109. Janus's first commit
// is of 2014, and a century is enough.
const (
	minWall = 1_262_304_000_000_000
	maxWall = 4_417_977_600_000_000
)

const hour = uint64(time.Hour / time.Microsecond)

// dataFits reports whether b begins with a believable wall clock. A clock that
// was never set is believed if it goes on from the record before.
func (f *frames) dataFits(b []byte, size int) bool {
	if size < wallSize || len(b) < wallSize {
		return false
	}
	w := wallClock(b)
	return w >= minWall && w < maxWall || f.started && near(w, f.wall)
}

// near reports whether two wall clocks are less than an hour apart.
func near(a, b int64) bool {
	return uint64(max(a, b))-uint64(min(a, b)) < hour // a-b could overflow
}

// belongs reports whether a body that fits goes on from the record read last:
// evidence enough to believe a frame that stands alone between damages.
func (f *frames) belongs(body []byte) bool {
	if !f.started {
		return false
	}
	if f.kind == Data {
		return near(wallClock(body), f.wall)
	}
	return len(body) >= rtpHead && ssrc(body) == f.ssrc
}

// saw remembers the record that was read last.
func (f *frames) saw(body []byte) {
	switch {
	case f.kind == Data:
		f.wall, f.started = wallClock(body), true
	case rtpFits(body, len(body)):
		f.ssrc, f.started = ssrc(body), true
	}
}

// judge settles from the first frame, and from what follows it, whether frames
// carry received times, and what they hold if the header did not tell. It
// reports whether the first frame is still one.
//
// One corrupted byte must not turn the decision: the file magic's claim yields
// only to two frames. Two that say ECHO are no coincidence, as received time
// begins at 0 and gets there after 13 days.
func (f *frames) judge(frame, next []byte) bool {
	echo := string(frame[4:8]) == "ECHO"
	second := len(next) >= 8 && string(next[:4]) == frameMagic
	switch {
	case second && echo == (string(next[4:8]) == "ECHO"):
		f.untimed = echo
	case f.hint >= 0:
		f.untimed = f.hint < 2
	default:
		f.untimed = echo || second
	}
	if body := frame[frameHead:]; f.kind == KindUnknown && !rtpFits(body, len(body)) && f.dataFits(body, len(body)) {
		f.kind = Data
	}
	f.judged = true
	return f.isFrame(frame)
}

// generation is the one whose frames these are.
func (f *frames) generation() int {
	switch {
	case !f.untimed:
		return 2
	case f.hint == 0:
		return 0
	}
	return 1
}
