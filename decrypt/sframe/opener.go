package sframe

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mjrkit/mjrkit/decrypt"
)

// SchemeName is Result.Scheme of all frames opened here.
const SchemeName = "sframe"

// Options are the limits of an Opener.
type Options struct {
	// MaxRatchet bounds the ratchet steps tried of a key; 0 is 1024. A frame
	// whose key id shows a later step has no key.
	MaxRatchet int
}

const defaultMaxRatchet = 1024

// Opener opens the frames of one track. It serves one goroutine.
type Opener struct {
	entries    []*entry
	rules      []rule         // all that the file's keys have
	named      map[name][]int // entries by what names them in a key id
	unnamed    []int          // entries that serve every key id
	have       []uint64       // for NoKeyError
	maxRatchet int
	// Whether a key of the file hangs on the track's SSRC or kind.
	bySSRC, byKind bool

	choices map[choiceID]*choice
	listed  int // candidates in choices
	last    *choice
	lastID  choiceID

	// Confirmation is a matter of a whole Ring, so keys with tags under 8
	// bytes have one of their own.
	long, short decrypt.Ring
	frames      int64

	trial trial
}

// name is a part of a key id that names keys.
type name struct {
	rule rule
	id   uint64
}

const (
	maxHave  = 16 // ids listed in a NoKeyError
	perFrame = 9  // tries a frame, the measure of decrypt.Ring
)

// NewOpener makes an Opener from those keys of a key file that this package
// handles. An error names a key whose members contradict each other.
func NewOpener(keys []decrypt.Key, o Options) (*Opener, error) {
	switch {
	case o.MaxRatchet < 0:
		return nil, fmt.Errorf("sframe: %d ratchet steps at most", o.MaxRatchet)
	case o.MaxRatchet == 0:
		o.MaxRatchet = defaultMaxRatchet
	}
	op := &Opener{maxRatchet: o.MaxRatchet, named: make(map[name][]int)}
	op.short.Confirm = true
	for _, k := range keys {
		if !Handles(k.Alg) {
			continue
		}
		e, err := newEntry(k)
		if err != nil {
			return nil, err
		}
		op.add(e)
	}
	return op, nil
}

func (o *Opener) add(e *entry) {
	i := len(o.entries)
	o.entries = append(o.entries, e)
	o.bySSRC = o.bySSRC || e.ssrc != nil || e.kdf == kdfPerSSRC
	o.byKind = o.byKind || e.kind != ""
	if !e.named {
		o.unnamed = append(o.unnamed, i)
		return
	}
	if !slices.Contains(o.rules, e.rule) {
		o.rules = append(o.rules, e.rule)
	}
	n := name{e.rule, e.id}
	o.named[n] = append(o.named[n], i)
	if kid := e.rule.kid(e.id); len(o.have) < maxHave && !slices.Contains(o.have, kid) {
		o.have = append(o.have, kid)
	}
}

// Tries is how many keys and ratchet steps were tried so far, for reports and
// tests.
func (o *Opener) Tries() int64 { return o.long.Tries() + o.short.Tries() }

// Format prints no keys, whatever the verb.
func (o *Opener) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "sframe: %d keys", len(o.entries)) }

// Open implements decrypt.Opener. Step of the result counts the ratchets after
// the key of the key file; the ids in a NoKeyError are the lowest ones that
// each key serves.
func (o *Opener) Open(dst, frame []byte, m decrypt.Meta) (decrypt.Result, error) {
	none := decrypt.Result{Plain: dst}
	h, n, err := ParseHeader(frame)
	if err != nil {
		return none, err
	}
	c := o.choose(h.KID, m)
	switch body := len(frame) - n; {
	case body < max(minTag, c.minTag):
		return none, fmt.Errorf("sframe: %d bytes after the header, tag is %d: %w", body, max(minTag, c.minTag), decrypt.ErrFormat)
	case c.minTag == 0:
		return none, &decrypt.NoKeyError{Scheme: SchemeName, ID: h.KID, Have: o.have}
	}
	t := &o.trial
	t.entries, t.maxRatchet, t.choice, t.meta = o.entries, o.maxRatchet, c, m
	t.header, t.body, t.counter = frame[:n], frame[n:], h.Counter
	t.dst = slices.Grow(dst, len(t.body)-c.minTag) // once for all tries
	found, adopted, err := o.search(c, frame)
	plain, room := t.plain, t.dst
	t.header, t.body, t.dst, t.plain = nil, nil, nil, nil // not ours to keep
	if err != nil {
		if plain != nil { // a match that is not confirmed yet
			clear(room[len(dst):][:len(frame)-n-c.minTag])
		}
		return none, err
	}
	return decrypt.Result{
		Plain: plain, Scheme: SchemeName, Key: o.entries[found.Key].name, KID: h.KID, Step: t.step,
		Counter: h.Counter, HasCounter: true, Adopted: adopted,
	}, nil
}

// search asks the Ring of the candidates that opened the last frame under this
// key id. The other one is asked too as long as both together stay within what
// one may spend; after a frame that neither opens, it comes first.
func (o *Opener) search(c *choice, frame []byte) (decrypt.Candidate, bool, error) {
	o.frames++
	if c.shortFirst && len(c.short.keys) == 0 || !c.shortFirst && len(c.long.keys) == 0 {
		c.shortFirst = !c.shortFirst
	}
	found, adopted, err := o.ask(c, c.shortFirst, frame)
	if err == nil || len(c.short.keys) == 0 || len(c.long.keys) == 0 {
		return found, adopted, err
	}
	c.shortFirst = !c.shortFirst
	if o.Tries() >= perFrame*o.frames {
		return found, false, decrypt.ErrHold
	}
	found, adopted, err2 := o.ask(c, c.shortFirst, frame)
	if err2 != nil && errors.Is(err, decrypt.ErrHold) {
		err2 = err
	}
	return found, adopted, err2
}

func (o *Opener) ask(c *choice, short bool, frame []byte) (decrypt.Candidate, bool, error) {
	ring, list := &o.long, &c.long
	if short {
		ring, list = &o.short, &c.short
	}
	ring.MaxStep = list.turns // a bound for all would have it skip 1024 steps of every static key
	return ring.Open(c.kid, list.keys, list.exact, frame, &o.trial)
}
