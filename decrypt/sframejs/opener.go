package sframejs

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/mjrkit/mjrkit/decrypt"
)

// SchemeName is Result.Scheme of all frames opened here.
const SchemeName = "medooze"

// Options of an Opener. The zero value is sensible.
type Options struct {
	// MaxRatchet bounds the ratchet steps searched of a key; 0 is 1024.
	MaxRatchet int
}

const (
	defaultMaxRatchet = 1024
	maxHave           = 16 // ids listed in a NoKeyError
)

// Opener opens the frames of one track. It is a decrypt.Opener.
type Opener struct {
	ring  decrypt.Ring
	keys  []*key
	named map[uint64][]int // keys by key id, as headers have it
	loose []int            // keys without one
	have  []uint64
	noKey *decrypt.NoKeyError

	attempt attempt
	stream  keyStream
	// layout is the reading under which the last frame opened, at first what
	// the key file says.
	layout int
	// list is what the Ring was given last, for frames like listed.
	list   []int
	listed ask
	exact  bool
}

// ask is all of a frame that decides which keys are tried on it.
type ask struct {
	ids    [readings]uint64
	ok     [readings]bool
	first  int
	kind   decrypt.Kind
	ssrc   uint32
	filled bool
}

// NewOpener makes an Opener from those keys of a key file that this package
// handles, and the EC keys that they name in "verify". An error names a key
// that is of no use.
func NewOpener(keys []decrypt.Key, o Options) (*Opener, error) {
	switch {
	case o.MaxRatchet < 0:
		return nil, fmt.Errorf("medooze: %d ratchet steps at most", o.MaxRatchet)
	case o.MaxRatchet == 0:
		o.MaxRatchet = defaultMaxRatchet
	}
	op := &Opener{named: make(map[uint64][]int)}
	op.ring.MaxStep = o.MaxRatchet
	for _, k := range keys {
		if !Handles(k.Alg) {
			continue
		}
		n, err := newKey(k)
		if err != nil {
			return nil, err
		}
		n.verify = verifier(keys, k.Verify)
		op.add(n)
	}
	op.attempt.keys = op.keys
	wants := func(skip bool) func(*key) bool {
		return func(k *key) bool { return k.skip != nil && *k.skip == skip }
	}
	if slices.ContainsFunc(op.keys, wants(true)) && !slices.ContainsFunc(op.keys, wants(false)) {
		op.layout = skipped
	}
	return op, nil
}

func (o *Opener) add(k *key) {
	i := len(o.keys)
	o.keys = append(o.keys, k)
	if k.sender == nil {
		o.loose = append(o.loose, i)
		return
	}
	id := *k.sender
	if !slices.Contains(o.have, id) && len(o.have) < maxHave {
		o.have = append(o.have, id)
	}
	o.named[id] = append(o.named[id], i)
	// The header may have it mangled: always if the library wrote it.
	if m := mangled(id); m != id {
		o.named[m] = append(o.named[m], i)
	}
}

// Tries is how many tags were computed.
func (o *Opener) Tries() int64 { return o.ring.Tries() }

// Open implements decrypt.Opener.
func (o *Opener) Open(dst, frame []byte, m decrypt.Meta) (decrypt.Result, error) {
	refused := decrypt.Result{Plain: dst}
	a := &o.attempt
	a.frame = frame
	if !a.read(m.Kind) {
		return refused, decrypt.ErrFormat
	}
	first := o.choose(m)
	if len(o.list) == 0 {
		return refused, o.noKeyFor(a.readings[first].id)
	}
	// A chance match of 4-byte tags is near once thousands were tried.
	o.ring.Confirm = tagSize(m.Kind) < 8
	c, adopted, err := o.ring.Open(a.readings[first].id, o.list, o.exact, frame, a)
	if err != nil {
		return refused, err
	}
	k, r := o.keys[c.Key/readings], &a.readings[c.Key%readings]
	o.layout = c.Key % readings
	res := decrypt.Result{
		Scheme: SchemeName, Key: k.id, KID: k.trueID(r.id), Step: c.Step,
		Counter: r.counter, HasCounter: true, Adopted: adopted,
	}
	res.Plain, res.ClearDiffers = o.decrypt(dst, frame, k, k.at(c.Step), r)
	if r.signed {
		res.Signature = k.signature(frame, r)
	}
	return res, nil
}

// noKeyFor is the error for a key id; a track without a key has it for all of
// its frames.
func (o *Opener) noKeyFor(id uint64) error {
	if o.noKey == nil || o.noKey.ID != id {
		o.noKey = &decrypt.NoKeyError{Scheme: SchemeName, ID: id, Have: slices.Clone(o.have)}
	}
	return o.noKey
}

// Format prints nothing of keys and key stream, whatever the verb.
func (o *Opener) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "medooze: %d keys", len(o.keys)) }

// trueID is the key id that the IV is made of.
func (k *key) trueID(inHeader uint64) uint64 {
	if k.sender != nil {
		return *k.sender
	}
	return inHeader
}

// decrypt appends the plaintext to dst. The tag was right, so the bytes of
// the ciphertext count and not their copy in clear; but that copy tells the
// order of the IV where the key file does not.
func (o *Opener) decrypt(dst, frame []byte, k *key, s *cipherState, r *reading) (plain []byte, differs bool) {
	text := frame[r.text:r.tag]
	n := len(dst)
	dst = slices.Grow(dst, len(text))[:n+len(text)]
	open := func(by order) bool {
		o.stream.xor(s.block, s.iv(by, k.trueID(r.id), r.counter), dst[n:], text)
		return bytes.HasPrefix(dst[n:], frame[:r.clear])
	}
	same := open(k.order)
	if !same && k.anyOrder && len(text) >= r.clear {
		if open(!k.order) {
			k.order = !k.order
			return dst, false
		}
		open(k.order)
	}
	return dst, !same
}
