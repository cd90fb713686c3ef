package sframe

import (
	"errors"
	"fmt"
	"math"

	"github.com/mjrkit/mjrkit/decrypt"
)

// SealerOptions say what a sender knows besides its key.
type SealerOptions struct {
	// KID is the key id of a key for which the file names none.
	KID uint64
	// Sender is the sender's leaf index in an MLS group, and above it, if
	// there is one, the context: what stands above the epoch in the key id.
	Sender uint64
	// Step is how often a "ratchet" key was ratcheted.
	Step int
	// Counter is that of the first frame.
	Counter uint64
}

// Sealer seals the frames of one sender under one key, and counts them. It
// serves one goroutine.
type Sealer struct {
	entry   *entry
	kid     uint64
	step    int
	counter uint64

	box  *box
	ssrc uint32 // that box is for, of kdf "per-ssrc"
	aad  []byte
}

var errCounter = errors.New("sframe: the counter is used up: take a new key")

// NewSealer makes a Sealer for a key, of any suite and kdf.
func NewSealer(key decrypt.Key, o SealerOptions) (*Sealer, error) {
	if !Handles(key.Alg) {
		return nil, fmt.Errorf("sframe: alg %q is not of this scheme", key.Alg)
	}
	e, err := newEntry(key)
	if err != nil {
		return nil, err
	}
	s := &Sealer{entry: e, step: o.Step, counter: o.Counter}
	switch {
	case o.Step < 0 || o.Step > 0 && e.kdf != kdfRatchet:
		return nil, fmt.Errorf("sframe: key %q: ratchet step %d of kdf %q", key.ID, o.Step, e.kdf)
	case e.kdf == kdfRatchet:
		s.kid = e.rule.kid(e.id) | uint64(o.Step)&e.rule.mask()
	case e.kdf == kdfMLS || e.kdf == kdfMLSCisco:
		if o.Sender > math.MaxUint64>>e.rule.bits {
			return nil, fmt.Errorf("sframe: key %q: sender %d does not fit beside %d epoch bits", key.ID, o.Sender, e.rule.bits)
		}
		s.kid = o.Sender<<e.rule.bits | e.id
	case e.named:
		s.kid = e.id
	default:
		s.kid = o.KID
	}
	s.box, err = e.box(s.kid, s.step, 0)
	return s, err
}

// Format prints no key, whatever the verb.
func (s *Sealer) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "sframe: key %q", s.entry.name) }

// Seal implements decrypt.Sealer. It fails when the counter has reached
// 2^64-1, which it never uses.
func (s *Sealer) Seal(dst, frame []byte, m decrypt.Meta) ([]byte, error) {
	if s.counter == math.MaxUint64 {
		return dst, errCounter
	}
	if s.entry.kdf == kdfPerSSRC && s.ssrc != m.SSRC {
		b, err := s.entry.box(s.kid, 0, m.SSRC)
		if err != nil {
			return dst, err
		}
		s.box, s.ssrc = b, m.SSRC
	}
	s.aad = Header{KID: s.kid, Counter: s.counter}.Append(s.aad[:0])
	dst = append(dst, s.aad...)
	s.aad = append(s.aad, s.entry.metadata...)
	dst = s.box.seal(dst, frame, s.counter, s.aad)
	s.counter++
	return dst, nil
}
