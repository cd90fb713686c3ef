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
}

// read takes the frame apart in all formats that there are keys for, and
// returns looks.
func (a *attempt) read(frame []byte, m decrypt.Meta) uint8 {
	a.looks, a.guesses, a.skipped = 0, 1, 0
	for f := range formats {
		p := &a.parts[f]
		if a.o.formats>>f&1 == 0 || !p.read(f, frame, m) {
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
	s := a.o.suite(candidate/2, step)
	if k.format == jframe {
		if !s.jframe.authentic(a.frame, p) {
			return false
		}
	} else {
		dst := append(a.dst, a.frame[:n]...)
		plain, err := s.aead.Open(dst, p.iv(a.frame), a.frame[n:p.end], a.frame[:n])
		if err != nil {
			clear(dst[len(a.dst):]) // GCM has cleared what follows
			return false
		}
		a.plain = plain
	}
	// Only the tag that fits can be short enough to fit by chance, so only a
	// key with such tags waits for a second frame.
	a.o.ring.Confirm = k.format == jframe && p.tag < 8
	a.suite = s
	return true
}

// result fills in what is known of the frame opened by a candidate, whose Try
// was the last one that succeeded.
func (a *attempt) result(r *decrypt.Result, c decrypt.Candidate) {
	k := a.o.keys[c.Key/2]
	p := &a.parts[k.format]
	r.Scheme, r.Key, r.Step = k.format.String(), k.id, c.Step
	if k.format != jframe {
		r.Plain, r.Nonce = a.plain, p.iv(a.frame)
		return
	}
	r.Plain = append(a.dst, a.frame[:p.end]...)
	a.suite.jframe.xor(r.Plain[len(a.dst)+p.clear[0]:], p.counter)
	r.Counter, r.HasCounter = p.counter, true
	r.Signature = p.state(a.frame, k.verify)
}
