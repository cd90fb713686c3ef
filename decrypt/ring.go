package decrypt

import "crypto/sha256"

// Ring decides which key, and which ratchet step of it, is tried on a frame,
// and remembers what opened the ones before. It knows nothing of ciphers, so
// all schemes share it, and what a search may cost is settled in one place:
//
//   - a frame under a known key costs one try;
//   - after a change of key, the next ratchet step is tried, then every
//     other key once, then all keys step by step;
//   - over any run of frames at most nine tries a frame are spent. A search
//     that needs more goes on with the next frame; until it ends the frames
//     are ErrHold.
//
// The zero Ring has no ratchets and is ready for use.
type Ring struct {
	// MaxStep bounds the ratchet steps tried of a key; 0 is no ratchet.
	MaxStep int
	// Confirm demands a second, different frame before a key or step that was
	// searched for is adopted. Schemes set it whose tags are under 8 bytes: a
	// search of thousands of tries would find a chance match of those.
	Confirm bool

	slots  map[uint64]*slot
	credit int
	tries  int64
}

// Trier is one frame as the Ring sees it: Try reports whether the frame opens
// under a key, an index into the scheme's own list, at a ratchet step.
type Trier interface {
	Try(key, step int) bool
}

// Skipper is a Trier that knows of candidates without trying them that they
// cannot open the frame. They are passed over and cost no try. Schemes use
// it whose keys have bounds of their own, or whose keys stand in the list
// once for every way to read the frame.
type Skipper interface {
	Trier
	Skip(key, step int) bool
}

// Candidate is a key, as an index into the scheme's list, and a ratchet step.
type Candidate struct{ Key, Step int }

const (
	perFrame   = 9       // tries earned by each frame
	maxCredit  = 1 << 13 // tries saved up while all goes well
	maxKnown   = 4       // adopted candidates remembered an id
	maxPending = 4       // candidates waiting for their second frame
	maxSlots   = 1 << 12 // ids with a memory
	maxSkips   = 1 << 14 // candidates passed over in one frame
)

// slot is what the Ring knows of one id that frames name.
type slot struct {
	known   []Candidate // most recent first
	pending []pending
	cursor  int // where the search stands; 0 is its beginning
	again   int // the key whose own step a deep search tries next once more
}

type pending struct {
	c   Candidate
	sum [sha256.Size]byte
}

// Tries is how often Try was called, for reports and tests.
func (r *Ring) Tries() int64 { return r.tries }

// Open looks for the candidate that opens a frame naming id. The keys that
// fit are listed exact ones first; exact says that the first of them is the
// only one that bears this id, so that nothing needs to be searched for.
//
// It returns the candidate and whether it was adopted just now, or ErrHold
// while the search goes on, or ErrAuth where it ended. The last successful
// call of Try is the one whose plaintext counts.
func (r *Ring) Open(id uint64, keys []int, exact bool, frame []byte, t Trier) (c Candidate, adopted bool, err error) {
	r.credit = min(r.credit+perFrame, maxCredit)
	s := r.slot(id)
	for i, c := range s.known {
		if r.try(t, c) {
			copy(s.known[1:i+1], s.known[:i])
			s.known[0] = c
			s.cursor = 0 // the frames that failed meanwhile were single ones
			return c, false, nil
		}
	}
	for _, p := range s.pending {
		if r.try(t, p.c) {
			if p.sum == sha256.Sum256(frame) {
				return Candidate{}, false, ErrHold // the very same frame confirms nothing
			}
			s.adopt(p.c)
			return p.c, true, nil
		}
	}
	return r.search(s, keys, exact, frame, t)
}

// search goes on from the cursor for as long as the credit lasts. Only a
// search that began and ended with this frame says that no key opens it.
//
// A search that has come to the ratchets may have begun with a frame that was
// damaged: part of the credit goes to the keys as they stand in the file,
// once more and by turns.
func (r *Ring) search(s *slot, keys []int, exact bool, frame []byte, t Trier) (Candidate, bool, error) {
	whole := s.cursor == 0
	shallow := 0
	if s.cursor > len(keys) {
		shallow = min(len(keys), perFrame/2)
	}
	skipper, _ := t.(Skipper)
	for skips := 0; ; {
		at := s.cursor
		var c Candidate
		ok := true
		if shallow > 0 {
			c = Candidate{keys[s.again%len(keys)], 0}
			s.again++
			shallow--
		} else {
			c, ok = r.next(s, keys)
		}
		switch {
		case !ok && whole:
			s.cursor = 0
			return Candidate{}, false, ErrAuth
		case !ok:
			s.cursor = 0
			return Candidate{}, false, ErrHold
		case skips == maxSkips:
			s.cursor = at
			return Candidate{}, false, ErrHold
		case s.tried(c) || skipper != nil && skipper.Skip(c.Key, c.Step):
			skips++
			continue
		case r.credit == 0:
			s.cursor = at
			return Candidate{}, false, ErrHold
		case !r.try(t, c):
			continue
		}
		if !r.Confirm || exact && c == (Candidate{keys[0], 0}) {
			s.adopt(c)
			return c, true, nil
		}
		if len(s.pending) == maxPending {
			s.pending = s.pending[1:]
		}
		s.pending = append(s.pending, pending{c, sha256.Sum256(frame)})
		return Candidate{}, false, ErrHold
	}
}

func (r *Ring) try(t Trier, c Candidate) bool {
	r.credit--
	r.tries++
	return t.Try(c.Key, c.Step)
}

// next is the candidate under the cursor: the step after the one in use, then
// every key as it stands in the file, then all keys one ratchet step after
// the other; the key in use goes on from its own step.
func (r *Ring) next(s *slot, keys []int) (Candidate, bool) {
	for ; ; s.cursor++ {
		n := s.cursor - 1
		if n < 0 {
			if len(s.known) > 0 && s.known[0].Step < r.MaxStep {
				s.cursor++
				return Candidate{s.known[0].Key, s.known[0].Step + 1}, true
			}
			continue
		}
		if len(keys) == 0 || n/len(keys) > r.MaxStep {
			return Candidate{}, false
		}
		c := Candidate{keys[n%len(keys)], n / len(keys)}
		if len(s.known) > 0 && s.known[0].Key == c.Key && c.Step > 0 {
			c.Step += s.known[0].Step
		}
		if c.Step <= r.MaxStep {
			s.cursor++
			return c, true
		}
	}
}

// slot finds or makes the memory for id. A file that names more ids than any
// call has is forgotten and starts over: its credit stays spent.
func (r *Ring) slot(id uint64) *slot {
	s := r.slots[id]
	if s == nil {
		if r.slots == nil || len(r.slots) >= maxSlots {
			r.slots = make(map[uint64]*slot)
		}
		s = new(slot)
		r.slots[id] = s
	}
	return s
}

func (s *slot) adopt(c Candidate) {
	if len(s.known) == maxKnown {
		s.known = s.known[:maxKnown-1]
	}
	s.known = append([]Candidate{c}, s.known...)
	s.pending = nil
	s.cursor = 0
}

// tried reports whether c has had its try on this frame already.
func (s *slot) tried(c Candidate) bool {
	for _, k := range s.known {
		if k == c {
			return true
		}
	}
	for _, p := range s.pending {
		if p.c == c {
			return true
		}
	}
	return false
}
