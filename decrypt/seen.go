package decrypt

import (
	"encoding/binary"
	"hash/maphash"
)

// Verdict is what Seen says of an opened frame.
type Verdict uint8

// The verdicts. A frame that is not Fresh is as authentic as any: its sender
// sealed it once.
const (
	Fresh Verdict = iota
	// Replayed: the same frame was opened before.
	Replayed
	// Reused: another frame was opened before under the same key and counter
	// or nonce. Its sender, or a holder of its key, broke the cipher's one
	// rule; both frames' contents are open to who has their ciphertexts.
	Reused
	// Repeated: the counter or nonce was seen, too long ago to compare.
	Repeated
)

// Seen remembers what was opened in a session. It is shared by the Openers of
// all tracks, since some senders count over all of theirs (SFrame.js, JFrame),
// and serves one goroutine. The zero value is ready for use.
//
// It may forget, and then calls a frame Fresh that is not; it never calls one
// seen that was not. It remembers
//
//   - the contents of the last 65,536 frames, as hashes;
//   - counters without end as long as they come in order: of each of the last
//     1,024 keys (key, ratchet step, KID and SSRC), the 4,096 uppermost runs
//     of counters at most, fewer for a while after that many were there;
//   - of schemes without counters, at least the last 262,144 nonces.
//
// Measured, that is 3 MB for counters in order, up to 22 MB for nonces, and
// 87 MB if a holder of the keys does its worst.
type Seen struct {
	seed    maphash.Seed
	ready   bool
	streams map[stream]*counters
	clock   uint64 // of Check, to find the stream not used for longest

	contents      map[uint64]uint64 // hash of a frame, by its place
	order         []uint64          // the places, oldest at next
	next          int
	nonces, older map[uint64]struct{} // places, two generations
}

// stream is what a counter counts in.
type stream struct {
	key  string
	step int
	kid  uint64
	ssrc uint32
}

type counters struct {
	ranges ranges
	used   uint64
}

const (
	maxContents = 1 << 16
	maxStreams  = 1 << 10
	maxNonces   = 1 << 18 // a generation
)

// Check says whether the frame of a Result was seen before, and remembers it.
// plain is what was opened, without what stands before it in Result.Plain: by
// it frames are compared, since bytes of a sealed frame that nothing protects
// may have been altered. A Result with neither counter nor nonce is Fresh.
func (s *Seen) Check(res Result, plain []byte) Verdict {
	if !res.HasCounter && len(res.Nonce) == 0 {
		return Fresh
	}
	if !s.ready {
		s.init()
	}
	s.clock++
	in := stream{res.Key, res.Step, res.KID, res.SSRC}
	place := s.place(in, res)
	content := maphash.Bytes(s.seed, plain)
	if old, ok := s.contents[place]; ok {
		if old == content {
			return Replayed
		}
		return Reused
	}
	if !s.fresh(in, place, res) {
		return Repeated
	}
	s.keep(place, content)
	return Fresh
}

func (s *Seen) init() {
	s.ready = true
	s.seed = maphash.MakeSeed()
	s.streams = make(map[stream]*counters)
	s.contents = make(map[uint64]uint64)
	s.nonces = make(map[uint64]struct{})
}

// place is a hash of all that must not come twice. The seed keeps whoever
// makes frames from making collisions.
func (s *Seen) place(in stream, res Result) uint64 {
	var b [8 + 8 + 4 + 1 + 8]byte
	binary.BigEndian.PutUint64(b[0:], uint64(in.step))
	binary.BigEndian.PutUint64(b[8:], in.kid)
	binary.BigEndian.PutUint32(b[16:], in.ssrc)
	if res.HasCounter {
		b[20] = 1
		binary.BigEndian.PutUint64(b[21:], res.Counter)
	}
	var h maphash.Hash
	h.SetSeed(s.seed)
	h.Write(b[:])
	if !res.HasCounter {
		binary.BigEndian.PutUint64(b[:], uint64(len(res.Nonce)))
		h.Write(b[:8])
		h.Write(res.Nonce)
	}
	h.WriteString(in.key)
	return h.Sum64()
}

// fresh reports whether a counter or nonce is new, and notes it.
func (s *Seen) fresh(in stream, place uint64, res Result) bool {
	if res.HasCounter {
		c := s.counters(in)
		c.used = s.clock
		if c.ranges.has(res.Counter) {
			return false
		}
		c.ranges = c.ranges.add(res.Counter)
		return true
	}
	if _, ok := s.nonces[place]; ok {
		return false
	}
	if _, ok := s.older[place]; ok {
		return false
	}
	if len(s.nonces) == maxNonces {
		s.older, s.nonces = s.nonces, make(map[uint64]struct{})
	}
	s.nonces[place] = struct{}{}
	return true
}

// counters finds or makes the set for a stream. Of too many, the one that was
// not used for longest is forgotten.
func (s *Seen) counters(in stream) *counters {
	if c := s.streams[in]; c != nil {
		return c
	}
	if len(s.streams) == maxStreams {
		var oldest stream
		used := s.clock
		for name, c := range s.streams {
			if c.used < used {
				oldest, used = name, c.used
			}
		}
		delete(s.streams, oldest)
	}
	c := new(counters)
	s.streams[in] = c
	return c
}

// keep remembers a frame's content, and forgets the oldest of too many.
func (s *Seen) keep(place, content uint64) {
	if len(s.order) < maxContents {
		s.order = append(s.order, place)
	} else {
		delete(s.contents, s.order[s.next])
		s.order[s.next] = place
		s.next = (s.next + 1) % maxContents
	}
	s.contents[place] = content
}
