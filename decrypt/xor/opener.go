package xor

import (
	"fmt"
	"slices"

	"github.com/mjrkit/mjrkit/decrypt"
)

const (
	scheme  = "xor-demo"
	trailer = "\xDE\xAD\xBE\xEF"
	// ids is how many key ids senders count before they begin again.
	ids = 255
)

// Options are none: there is nothing to search for.
type Options struct{}

// Opener opens the frames of one track. It is a decrypt.Opener whose results
// are all Unauthenticated.
//
// The key is the first one of the file that bears the frame's key id, or else
// the first one without a key_index. With several for one id the others are
// never used, unless their "ssrc" tells them apart.
type Opener struct {
	keys   []*key
	noKeys [256]*decrypt.NoKeyError
	tries  int64
}

// NewOpener makes an Opener of those keys that this package handles.
func NewOpener(keys []decrypt.Key, _ Options) (*Opener, error) {
	o := &Opener{}
	for _, k := range keys {
		if !Handles(k.Alg) {
			continue
		}
		n, err := newKey(k)
		if err != nil {
			return nil, err
		}
		o.keys = append(o.keys, n)
	}
	return o, nil
}

// Tries is how many frames were opened: each costs one.
func (o *Opener) Tries() int64 { return o.tries }

// Format prints nothing of the keys, whatever the verb.
func (o *Opener) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "xor: %d keys", len(o.keys)) }

// Open implements decrypt.Opener.
func (o *Opener) Open(dst, frame []byte, m decrypt.Meta) (decrypt.Result, error) {
	refused := decrypt.Result{Plain: dst}
	end := len(frame) - len(trailer)
	if end < 0 || string(frame[end:]) != trailer {
		return refused, decrypt.ErrFormat
	}
	k, err := o.choose(frame[:end], m)
	if err != nil {
		return refused, err
	}
	res := decrypt.Result{Scheme: scheme, Key: k.id, Unauthenticated: true}
	if !k.idless {
		end--
		res.KID = uint64(frame[end])
	}
	n, ok := k.clearBytes(m.Kind, k.sealedType(frame[:end], m))
	// Senders that leave ten bytes alone fail on shorter frames.
	if !ok || k.clear == clearTen && end < n {
		return refused, decrypt.ErrFormat
	}
	n = min(n, end)
	res.Plain = append(dst, frame[:end]...)
	k.xor(res.Plain[len(dst)+n:], n)
	res.Adopted = !k.used
	k.used = true
	o.tries++
	return res, nil
}

// choose finds the key for a frame, given without its trailer but with its
// key id if it has one.
func (o *Opener) choose(frame []byte, m decrypt.Meta) (*key, error) {
	var unnamed, idless *key
	for _, k := range o.keys {
		switch {
		case k.ssrc != nil && *k.ssrc != m.SSRC:
		case k.idless:
			idless = first(idless, k)
		case len(frame) == 0:
		case k.index == nil:
			unnamed = first(unnamed, k)
		case *k.index%ids == uint64(frame[len(frame)-1]):
			return k, nil
		}
	}
	switch k := first(unnamed, idless); {
	case k != nil:
		return k, nil
	case len(frame) == 0:
		return nil, decrypt.ErrFormat
	}
	return nil, o.noKey(frame[len(frame)-1])
}

func first(a, b *key) *key {
	if a != nil {
		return a
	}
	return b
}

func (o *Opener) noKey(id byte) error {
	if o.noKeys[id] == nil {
		e := &decrypt.NoKeyError{Scheme: scheme, ID: uint64(id)}
		for _, k := range o.keys {
			const most = 16
			if k.index != nil && !slices.Contains(e.Have, *k.index) && len(e.Have) < most {
				e.Have = append(e.Have, *k.index)
			}
		}
		o.noKeys[id] = e
	}
	return o.noKeys[id]
}
