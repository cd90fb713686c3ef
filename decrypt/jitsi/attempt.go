package jitsi

import "github.com/mjrkit/mjrkit/decrypt"

// attempt is one frame, and what trying keys on it left behind. It is the
// decrypt.Skipper of an Opener.
type attempt struct {
	o       *Opener
	frame   []byte
	dst     []byte
	parts   [formats]parts
	looks   uint8 // bits: formats that the frame may be of
	guesses int   // of clear bytes, the most of any format
	skipped int

	// Of the last try that succeeded:
	plain []byte // GCM and HIPS: dst with the plaintext
	suite *suite
	fresh bool // suite was derived for it
}

// read takes the frame apart in all formats that there are keys for, and
// returns looks.
func (a *attempt) read(frame []byte, m decrypt.Meta) uint8 {
	a.frame, a.looks, a.guesses, a.skipped = frame, 0, 1, 0
	for f := range formats {
		p := &a.parts[f]
		if a.o.any>>f&1 == 0 || !p.read(f, frame, m) {
			continue
		}
		a.looks |= 1 << f
		if p.clear[1] > 0 {
			a.guesses = 2
		}
	}
	return a.looks
}

// canOpen reports whether there is anything to try: a file can hold keys of
// several formats, and some have no ratchet or a frame no second guess.
func (a *attempt) canOpen(candidate, step int) bool {
	k := a.o.keys[candidate/2]
	return a.looks>>k.format&1 == 1 && a.parts[k.format].clear[candidate%2] > 0 &&
		(step == 0 || k.ratchets)
}

// maxSkips bounds what one frame may skip: a key file can hold so many keys
// that walking past all their ratchet steps takes seconds.
const maxSkips = 1 << 14

// Skip implements decrypt.Skipper.
func (a *attempt) Skip(candidate, step int) bool {
	if a.skipped == maxSkips || a.canOpen(candidate, step) {
		return false
	}
	a.skipped++
	return true
}

// Try implements decrypt.Trier.
func (a *attempt) Try(candidate, step int) bool {
	if !a.canOpen(candidate, step) {
		return false
	}
	k := a.o.keys[candidate/2]
	p := &a.parts[k.format]
	n := p.clear[candidate%2]
	s := a.o.suites[decrypt.Candidate{Key: candidate / 2, Step: step}]
	fresh := s == nil
	if fresh {
		s = k.suite(step)
	}
	if k.format == jframe {
		if !s.jframe.authentic(a.frame, p) {
			return false
		}
	} else {
		dst := append(a.dst, a.frame[:n]...)
		plain, err := s.aead.Open(dst, p.iv, a.frame[n:p.end], a.frame[:n])
		if err != nil {
			return false
		}
		a.plain = plain
	}
	// Only the tag that fits can be short enough to fit by chance, so only a
	// key with such tags waits for a second frame.
	a.o.ring.Confirm = k.format == jframe && len(p.tag) < 8
	a.suite, a.fresh = s, fresh
	return true
}

// result is the frame opened by a candidate, whose Try was the last one that
// succeeded.
func (a *attempt) result(c decrypt.Candidate, id uint64, adopted bool) decrypt.Result {
	k := a.o.keys[c.Key/2]
	p := &a.parts[k.format]
	r := decrypt.Result{
		Plain:   a.plain,
		Scheme:  k.format.String(),
		Key:     k.id,
		KID:     id,
		Step:    c.Step,
		Nonce:   p.iv,
		Adopted: adopted,
	}
	if k.format != jframe {
		return r
	}
	n := p.clear[0]
	r.Plain = append(a.dst, a.frame[:p.end]...)
	a.suite.jframe.xor(r.Plain[len(a.dst)+n:], p.counter)
	r.Nonce, r.Counter, r.HasCounter = nil, p.counter, true
	r.Signature = p.state(k.verify)
	return r
}
