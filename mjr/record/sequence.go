package record

import (
	"encoding/binary"
	"hash/maphash"
	"time"
)

// window is how many packets back a duplicate is recognised, and a missing
// packet can still come.
const window = 4096

// sequence knows which packets of one SSRC came.
//
// A packet is a duplicate if number, timestamp and payload are the same. A
// number alone is not enough: a sender that starts afresh with the same SSRC
// begins with numbers that were there, and all it sends would be lost. Header
// extensions may differ: they tell when a packet was sent.
type sequence struct {
	ssrc    uint32
	rate    int64
	came    [window]struct{ number, sum uint64 }
	first   uint64 // numbers are carried on over the 16 bits that RTP has
	highest uint64
	count   int64 // of numbers from first to highest that came
	before  int64 // lost, before the sender started afresh
	ts      uint32
	at      time.Duration // of highest
	suspect struct {      // a packet that does not go on from what was
		next uint16
		sum  uint64
		ok   bool
	}
	used int64
}

// firstNumber is above all that can be subtracted from it, and above the
// zeros of a new table.
const firstNumber = 1 << 32

// add takes the number of a packet, and reports whether it is a duplicate.
func (s *sequence) add(number uint16, ts uint32, sum uint64, at time.Duration) (duplicate bool) {
	if s.count == 0 {
		s.restart(firstNumber|uint64(number), 1)
		s.accept(s.first, sum)
		s.ts, s.at = ts, at
		return false
	}
	step := int64(int16(number - uint16(s.highest)))
	n := s.highest + uint64(step)
	known := &s.came[n%window]
	switch {
	case step > 0 && (step < window || s.steady(ts, at)):
		s.highest = n
		s.ts, s.at = ts, at
	case step <= 0 && step > -window && known.number == n && known.sum == sum:
		return true
	case step <= 0 && step > -window && known.number != n:
		s.first = min(s.first, n)
	case s.suspect.ok && number == s.suspect.next:
		// Two in a row that do not go on from what was: the sender started
		// afresh (RFC 3550, appendix A.1).
		s.before += s.missing()
		n = (s.highest | 0xFFFF) + 1 + 1<<16 + uint64(number)
		s.restart(n-1, 2)
		s.highest = n
		s.ts, s.at = ts, at
		s.accept(n-1, s.suspect.sum)
		s.accept(n, sum)
		return false
	default:
		s.suspect.next, s.suspect.sum, s.suspect.ok = number+1, sum, true
		return false
	}
	s.suspect.ok = false
	s.count++
	s.accept(n, sum)
	return false
}

func (s *sequence) accept(n, sum uint64) {
	s.came[n%window].number, s.came[n%window].sum = n, sum
}

func (s *sequence) restart(n uint64, count int64) {
	s.first, s.highest, s.count, s.suspect.ok = n, n, count, false
}

// steady reports whether a long way from the packet before is a hole: RTP time
// went on as the clock did.
func (s *sequence) steady(ts uint32, at time.Duration) bool {
	rtp := time.Duration(int64(int32(ts-s.ts)) * int64(time.Second) / s.rate)
	passed := at - s.at
	return (rtp - passed).Abs() <= time.Second+passed.Abs()/10
}

// missing is how many numbers between the first and the highest did not come.
func (s *sequence) missing() int64 {
	if s.count == 0 {
		return 0
	}
	return int64(s.highest-s.first) + 1 - s.count
}

// lost is missing, and what was before the sender started afresh.
func (s *sequence) lost() int64 { return s.before + s.missing() }

// maxSenders bounds the memory for SSRCs: 64 KiB each.
const maxSenders = 8

// sequences are those of all SSRCs in a file.
type sequences struct {
	seed    maphash.Seed
	rate    int64
	senders []*sequence
	clock   int64
	lost    int64 // by senders that were forgotten
	ssrcs   int64 // that came
}

// add takes an RTP packet of at least 12 bytes, and reports whether it is a
// duplicate.
func (s *sequences) add(packet []byte, at time.Duration) (duplicate bool) {
	ssrc := binary.BigEndian.Uint32(packet[8:])
	q := s.sender(ssrc)
	s.clock++
	q.used = s.clock
	ts := binary.BigEndian.Uint32(packet[4:])
	sum := maphash.Bytes(s.seed, packet[payloadAt(packet):]) ^ uint64(ts)
	return q.add(binary.BigEndian.Uint16(packet[2:]), ts, sum, at)
}

func (s *sequences) sender(ssrc uint32) *sequence {
	for i, q := range s.senders {
		if q.ssrc == ssrc {
			if i > 0 {
				s.senders[0], s.senders[i] = q, s.senders[0]
			}
			return q
		}
	}
	s.ssrcs++
	if len(s.senders) < maxSenders {
		q := &sequence{ssrc: ssrc, rate: s.rate}
		s.senders = append(s.senders, q)
		return q
	}
	oldest := s.senders[0]
	for _, q := range s.senders {
		if q.used < oldest.used {
			oldest = q
		}
	}
	s.lost += oldest.lost()
	*oldest = sequence{ssrc: ssrc, rate: s.rate}
	return oldest
}

// retire forgets which packets came, and keeps the counts.
func (s *sequences) retire() {
	s.lost = s.missing()
	s.senders = nil
}

// missing is how many packets did not come, of all senders.
func (s *sequences) missing() int64 {
	n := s.lost
	for _, q := range s.senders {
		n += q.lost()
	}
	return n
}

// payloadAt is where the payload begins, or where the fixed header ends if the
// rest of the header is not there.
func payloadAt(packet []byte) int {
	n := rtpHead + 4*int(packet[0]&0xF)
	if packet[0]&0x10 != 0 && len(packet) >= n+4 {
		n += 4 + 4*int(binary.BigEndian.Uint16(packet[n+2:]))
	}
	if n > len(packet) {
		return rtpHead
	}
	return n
}
