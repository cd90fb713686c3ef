package sframe

import "github.com/mjrkit/mjrkit/decrypt"

// trial is a frame while candidates are tried on it. What a decrypt.Ring calls
// a step is here a turn: a key id shows the ratchet step modulo 2^R, and turns
// count how many times 2^R it is more.
type trial struct {
	entries    []*entry
	maxRatchet int
	choice     *choice
	meta       decrypt.Meta
	header     []byte
	body       []byte
	counter    uint64
	dst        []byte
	aad        []byte // scratch for header and metadata

	plain []byte // of the last candidate that opened it
	step  int    // its ratchet step
}

// Skip implements decrypt.Skipper: a Ring has one bound for all keys, and
// remembers keys that the filters keep from this track.
func (t *trial) Skip(key, turns int) bool {
	e := t.entries[key]
	return turns > e.maxTurns(t.choice.kid, t.maxRatchet) || !e.meets(t.meta)
}

// Try implements decrypt.Trier.
func (t *trial) Try(key, turns int) bool {
	if t.Skip(key, turns) {
		return false
	}
	e := t.entries[key]
	step := e.step(t.choice.kid, turns)
	b := t.choice.find(key, step)
	if b == nil {
		var err error
		if b, err = e.box(t.choice.kid, step, t.meta.SSRC); err != nil {
			return false // a FIPS module may refuse short keys
		}
	}
	aad := t.header
	if len(e.metadata) > 0 {
		t.aad = append(append(t.aad[:0], t.header...), e.metadata...)
		aad = t.aad
	}
	plain, ok := b.open(t.dst, t.body, t.counter, aad)
	if !ok {
		return false
	}
	t.plain, t.step = plain, step
	t.choice.keep(b, key, step)
	return true
}
