package jitsi

import (
	"fmt"
	"slices"

	"github.com/mjrkit/mjrkit/decrypt"
)

// Options settle how far an Opener searches.
type Options struct {
	// MaxRatchet is how many ratchet steps of a key are tried at most; 0 is
	// 1024, and a negative number none.
	MaxRatchet int
}

const defaultMaxRatchet = 1024

// Opener opens the frames of one track, of whatever format its keys are for.
// It is a decrypt.Opener.
//
// A frame names its key by an index; of the keys with that index, in the
// order of the file, and then of those without any, the one that authenticates
// it is found and remembered, and so is its ratchet step (decrypt.Ring).
// Results carry the nonce of GCM frames and the counter of JFrame's.
type Opener struct {
	keys    []*key
	formats uint8          // bits: those that have a key
	byIndex [indexes]uint8 // bits: those that have a key for the index
	lists   [indexes][2]candidates
	ring    decrypt.Ring
	suites  map[decrypt.Candidate]*suite // of keys that opened a frame, by their steps
	last    *suite                       // that opened the frame before
	noKey   [indexes][formats]*decrypt.NoKeyError
	attempt attempt
}

// candidates is what is tried on frames that name one index: the numbers of
// keys twice over, plus one for the second guess of clear bytes.
type candidates struct {
	list []int
	only bool // the first is the only key with this index
}

// NewOpener makes an Opener of those keys that this package handles; among the
// others may be those that verify signatures. It refuses keys that the scheme
// excludes. Without any key, no frame is of this scheme.
func NewOpener(keys []decrypt.Key, o Options) (*Opener, error) {
	op := &Opener{suites: make(map[decrypt.Candidate]*suite)}
	signers := make(map[string]decrypt.Key)
	for _, k := range keys {
		if k.Public != nil {
			signers[k.ID] = k
		}
	}
	for _, k := range keys {
		if !Handles(k.Alg) {
			continue
		}
		n, err := newKey(k, signers)
		if err != nil {
			return nil, err
		}
		op.keys = append(op.keys, n)
		op.formats |= 1 << n.format
		for id := range uint64(indexes) {
			if fits, _ := n.fits(id); fits {
				op.byIndex[id] |= 1 << n.format
			}
		}
		if n.ratchets {
			op.ring.MaxStep = maxRatchet(o)
		}
	}
	op.attempt.o = op
	return op, nil
}

func maxRatchet(o Options) int {
	if o.MaxRatchet == 0 {
		return defaultMaxRatchet
	}
	return max(o.MaxRatchet, 0)
}

// Tries is how many keys and steps were tried on all frames so far.
func (o *Opener) Tries() int64 { return o.ring.Tries() }

// Format prints nothing of the keys, whatever the verb.
func (o *Opener) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "jitsi: %d keys", len(o.keys)) }

// Open implements decrypt.Opener.
func (o *Opener) Open(dst, frame []byte, m decrypt.Meta) (res decrypt.Result, err error) {
	res.Plain = dst
	a := &o.attempt
	looks := a.read(frame, m)
	if looks == 0 {
		return res, decrypt.ErrFormat
	}
	id := uint64(frame[len(frame)-1] % indexes)
	if looks&o.byIndex[id] == 0 {
		return res, o.missing(looks, id)
	}
	a.frame, a.dst = frame, slices.Grow(dst, len(frame)) // not once a try
	l := o.candidates(id, a.guesses)
	c, adopted, err := o.ring.Open(id, l.list, l.only, frame, a)
	if err == nil {
		o.keep(a.suite)
		a.result(&res, c)
		res.KID, res.Adopted = id, adopted
	}
	a.frame, a.dst, a.plain = nil, nil, nil
	return res, err
}

// candidates lists the keys for an index, once.
func (o *Opener) candidates(id uint64, guesses int) candidates {
	l := &o.lists[id][guesses-1]
	if l.list != nil {
		return *l
	}
	var named, others []int
	for i, k := range o.keys {
		switch fits, exact := k.fits(id); {
		case exact:
			named = append(named, 2*i)
		case fits:
			others = append(others, 2*i)
		}
	}
	l.only = len(named) == 1
	l.list = append(named, others...)
	if guesses == 2 {
		for _, c := range l.list {
			l.list = append(l.list, c+1)
		}
	}
	return *l
}

// suite finds or derives the ciphers of a key at a step.
func (o *Opener) suite(key, step int) *suite {
	if s := o.last; s != nil && s.key == key && s.step == step {
		return s
	}
	if s := o.suites[decrypt.Candidate{Key: key, Step: step}]; s != nil {
		return s
	}
	s := o.keys[key].suite(step)
	s.key, s.step = key, step
	return s
}

// maxSuites bounds Opener.suites well above what the Ring remembers.
const maxSuites = 256

// keep remembers the suite that opened a frame.
func (o *Opener) keep(s *suite) {
	if s == o.last {
		return
	}
	if len(o.suites) >= maxSuites {
		clear(o.suites)
	}
	o.suites[decrypt.Candidate{Key: s.key, Step: s.step}] = s
	o.last = s
}

// missing is the error for a frame whose index has no key.
func (o *Opener) missing(looks uint8, id uint64) error {
	f := format(0)
	for looks>>f&1 == 0 {
		f++
	}
	if o.noKey[id][f] == nil {
		e := &decrypt.NoKeyError{Scheme: f.String(), ID: id}
		for _, k := range o.keys {
			const most = 16
			if k.format == f && k.index != nil && !slices.Contains(e.Have, *k.index) && len(e.Have) < most {
				e.Have = append(e.Have, *k.index)
			}
		}
		o.noKey[id][f] = e
	}
	return o.noKey[id][f]
}
