package sframe

import (
	"bytes"
	"fmt"
	"math"

	"github.com/mjrkit/mjrkit/decrypt"
)

// entry is one key of the key file as a candidate for frames.
type entry struct {
	name     string // kid, for messages
	suite    *suite
	kdf      string
	base     []byte
	chain    *chain // of kdf "ratchet"
	metadata []byte

	rule  rule
	named bool   // whether the file says which key ids it serves; else all
	id    uint64 // what the rule makes of these

	// Filters on the track.
	ssrc *uint32
	kind string
}

// The values of "kdf".
const (
	kdfStatic   = ""
	kdfRatchet  = "ratchet"
	kdfMLS      = "mls"
	kdfMLSCisco = "mls-cisco"
	kdfPerSSRC  = "per-ssrc"
)

func newEntry(k decrypt.Key) (*entry, error) {
	e := &entry{
		name: k.ID, suite: suiteOf(k.Alg), kdf: k.KDF,
		base: bytes.Clone(k.Secret), metadata: bytes.Clone(k.Metadata),
		ssrc: k.SSRC, kind: k.Kind,
	}
	if len(e.base) == 0 {
		return nil, fmt.Errorf("sframe: key %.64q is empty", k.ID)
	}
	if err := e.setID(k); err != nil {
		return nil, err
	}
	return e, nil
}

// rule is how a key id names its key: by its upper bits, which for static keys
// are all of it and for a ratchet (R low bits are the step) the generation, or
// by its lower bits, which for MLS are the epoch (E bits).
type rule struct {
	lower bool
	bits  int // how many are lower
}

// id is the part of a key id that names the key.
func (r rule) id(kid uint64) uint64 {
	if r.lower {
		return kid & r.mask()
	}
	return kid >> r.bits
}

// kid is the lowest key id that names a key by id.
func (r rule) kid(id uint64) uint64 {
	if r.lower {
		return id
	}
	return id << r.bits
}

func (r rule) mask() uint64 { return 1<<r.bits - 1 }

// setID takes over what the key file says of key ids.
func (e *entry) setID(k decrypt.Key) error {
	switch e.kdf {
	case kdfStatic, kdfPerSSRC:
		if k.KeyID != nil {
			e.named, e.id = true, *k.KeyID
		}
		return nil
	case kdfRatchet:
		e.rule.bits = k.RatchetBits
	case kdfMLS, kdfMLSCisco:
		e.rule = rule{lower: true, bits: k.EpochBits}
	default:
		return fmt.Errorf("sframe: key %.64q: kdf %q is not known", k.ID, k.KDF)
	}
	bits := e.rule.bits
	switch {
	case k.KeyID != nil:
		return fmt.Errorf("sframe: key %.64q: kdf %q makes the key id, so key_id %d has no place", k.ID, k.KDF, *k.KeyID)
	case bits < 0 || bits > 63:
		return fmt.Errorf("sframe: key %.64q: %d low bits of a key id, not 0 to 63", k.ID, bits)
	case k.SenderBits < 0 || k.SenderBits > 64-bits:
		return fmt.Errorf("sframe: key %.64q: %d sender bits beside %d epoch bits", k.ID, k.SenderBits, bits)
	case e.kdf == kdfRatchet && k.Generation > math.MaxUint64>>bits:
		return fmt.Errorf("sframe: key %.64q: generation %d beside %d ratchet bits", k.ID, k.Generation, bits)
	case e.kdf == kdfRatchet:
		e.named, e.id, e.chain = true, k.Generation, newChain(e.suite, e.base)
	case k.Epoch != nil:
		e.named, e.id = true, *k.Epoch&e.rule.mask()
	}
	return nil
}

// meets reports whether the key's filters let a track pass.
func (e *entry) meets(m decrypt.Meta) bool {
	return (e.kind == "" || e.kind == m.Kind.String()) && (e.ssrc == nil || *e.ssrc == m.SSRC)
}

// maxTurns is how often the step that a key id shows can be counted on by
// 2^R before it passes a bound; negative where it lies beyond already.
func (e *entry) maxTurns(kid uint64, bound int) int {
	if e.kdf != kdfRatchet {
		return 0
	}
	low := kid & e.rule.mask()
	if low > uint64(bound) {
		return -1
	}
	return (bound - int(low)) >> e.rule.bits
}

// step is the ratchet step that a key id shows, and turns times 2^R more. It
// is right up to maxTurns.
func (e *entry) step(kid uint64, turns int) int {
	if e.kdf != kdfRatchet {
		return 0
	}
	return int(kid&e.rule.mask()) + turns<<e.rule.bits
}

// box derives what opens frames of a key id, at a ratchet step, of an SSRC.
func (e *entry) box(kid uint64, step int, ssrc uint32) (*box, error) {
	base, err := e.base, error(nil)
	switch e.kdf {
	case kdfRatchet:
		base, err = e.chain.key(step)
	case kdfMLSCisco:
		base, err = e.suite.member(e.base, kid>>e.rule.bits)
	case kdfPerSSRC:
		base, err = e.suite.stream(e.base, ssrc)
	}
	if err != nil {
		return nil, err
	}
	return e.suite.box(base, kid)
}
