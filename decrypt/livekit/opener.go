package livekit

import (
	"fmt"
	"slices"

	"github.com/mjrkit/mjrkit/decrypt"
)

// SchemeName is Result.Scheme of all frames opened here.
const SchemeName = "livekit"

// Handles reports whether keys of this "alg" are LiveKit's.
func Handles(alg string) bool { return keyLen(alg) != 0 }

// Options of an Opener. The zero value is sensible.
type Options struct {
	// MaxRatchet bounds the ratchet steps searched of a key; 0 is 1024, less
	// than 0 none. For passphrases, where a step costs 15 ms, the bound is a
	// sixteenth of it, though not below 8 unless MaxRatchet is.
	MaxRatchet int
	// Cache of derived keys to be shared with other Openers; nil is none.
	Cache *Cache
}

const defaultMaxRatchet = 1024

// maxStep is the bound for one kind of key derivation.
func (o Options) maxStep(passphrase bool) int {
	n := max(o.MaxRatchet, 0)
	if o.MaxRatchet == 0 {
		n = defaultMaxRatchet
	}
	if passphrase {
		return max(n/16, min(n, 8))
	}
	return n
}

// Opener opens the frames of one track. Its methods are those of
// decrypt.Opener.
type Opener struct {
	ring    decrypt.Ring
	attempt attempt
	// list is what the Ring searches for the index that frames named last.
	list      []int
	listIndex uint64
	listed    bool
}

// NewOpener makes an Opener from the keys that it handles; others are
// ignored. An error names the key that is unusable. Nothing is derived before
// a frame asks for it.
func NewOpener(keys []decrypt.Key, o Options) (*Opener, error) {
	cache := o.Cache
	if cache == nil {
		cache = new(Cache)
	}
	op := new(Opener)
	for _, k := range keys {
		if !Handles(k.Alg) {
			continue
		}
		src, err := sourceOf(k)
		if err != nil {
			return nil, fmt.Errorf("livekit: key %.64q: %w", k.ID, err)
		}
		maxStep := o.maxStep(src.iterations > 0)
		op.ring.MaxStep = max(op.ring.MaxStep, maxStep)
		op.attempt.keys = append(op.attempt.keys, &key{
			id: k.ID, index: k.Index, kind: k.Kind, ssrc: k.SSRC,
			chain: cache.chain(src), keyLen: keyLen(k.Alg), maxStep: maxStep,
		})
	}
	return op, nil
}

// Tries is how many frames, or ways to read one, were tried to be opened.
func (o *Opener) Tries() int64 { return o.ring.Tries() }

// Format prints nothing of the keys, whatever the verb.
func (o *Opener) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "livekit: %d keys", len(o.attempt.keys))
}

// Open opens a frame; see decrypt.Opener. Empty frames are decrypt.ErrClear.
//
// The clear bytes of Plain are those that the tag proved: where the sender's
// start codes had 3 bytes, they have again. Result.Nonce is the frame's IV;
// it may lie in a buffer of the Opener's, and is valid until the next Open.
func (o *Opener) Open(dst, frame []byte, m decrypt.Meta) (decrypt.Result, error) {
	if len(frame) == 0 {
		return decrypt.Result{Plain: dst}, decrypt.ErrClear
	}
	body := withoutMetadata(frame)
	index, ok := keyIndex(body)
	if !ok {
		return decrypt.Result{Plain: dst}, decrypt.ErrFormat
	}
	a := &o.attempt
	a.begin(dst, body, m)
	defer a.end()
	list := o.candidates(index)
	c, adopted, err := o.ring.Open(index, list, false, body, a)
	if err != nil {
		fits := func(c int) bool { k, _ := a.candidate(c); return a.fits(k) }
		if !slices.ContainsFunc(list, fits) {
			err = &decrypt.NoKeyError{Scheme: SchemeName, ID: index, Have: o.have()}
		}
		return decrypt.Result{Plain: a.buf[:len(dst)]}, err
	}
	k, way := a.candidate(c.Key)
	k.keep(c.Step, a.aead)
	if way != a.favour {
		a.favour, o.listed = way, false
	}
	return decrypt.Result{
		Plain: a.buf, Scheme: SchemeName, Key: k.id, KID: index, Step: c.Step,
		Nonce: a.nonce, Adopted: adopted,
	}, nil
}

// candidates is what the Ring searches for an index: all ways to read a
// frame, the favoured one first, and for each of them the keys, those with
// the index before those without.
func (o *Opener) candidates(index uint64) []int {
	if o.listed && o.listIndex == index {
		return o.list
	}
	o.list, o.listIndex, o.listed = o.appendKeys(o.list[:0], o.attempt.favour, index), index, true
	for way := range ways {
		if way != o.attempt.favour {
			o.list = o.appendKeys(o.list, way, index)
		}
	}
	return o.list
}

func (o *Opener) appendKeys(list []int, way int, index uint64) []int {
	keys := o.attempt.keys
	for i, k := range keys {
		if k.index != nil && *k.index == index {
			list = append(list, way*len(keys)+i)
		}
	}
	for i, k := range keys {
		if k.index == nil {
			list = append(list, way*len(keys)+i)
		}
	}
	return list
}

// have lists the indexes that the key file has, for messages.
func (o *Opener) have() []uint64 {
	const most = 16
	var ids []uint64
	for _, k := range o.attempt.keys {
		if k.index != nil && !slices.Contains(ids, *k.index) && len(ids) < most {
			ids = append(ids, *k.index)
		}
	}
	return ids
}
