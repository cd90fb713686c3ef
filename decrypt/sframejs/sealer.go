package sframejs

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mjrkit/mjrkit/decrypt"
)

// SealerOptions of a Sealer. The zero value is a sender's first frame.
type SealerOptions struct {
	Counter uint64 // of the first frame
	Step    int    // ratchet steps after the key
}

// Sealer seals the frames of all tracks of one sender, as version 0.1.0 of
// the library does; with iv_order "kid-ctr" as 0.0.3. It does not sign. It is
// a decrypt.Sealer.
type Sealer struct {
	key     *key
	state   *cipherState
	counter uint64
	stream  keyStream
}

// NewSealer makes a Sealer of a key that has a key_id.
func NewSealer(k decrypt.Key, o SealerOptions) (*Sealer, error) {
	if !Handles(k.Alg) {
		return nil, fmt.Errorf("key %.64q: alg is not MEDOOZE-SFRAME", k.ID)
	}
	n, err := newKey(k)
	switch {
	case err != nil:
		return nil, err
	case k.KeyID == nil:
		return nil, fmt.Errorf("key %.64q: no key_id", k.ID)
	case *k.KeyID > maxSender:
		return nil, fmt.Errorf("key %.64q: a key_id of more than 5 bytes", k.ID)
	case o.Step < 0 || o.Step > defaultMaxRatchet:
		return nil, fmt.Errorf("%d ratchet steps", o.Step)
	}
	return &Sealer{key: n, state: n.at(o.Step), counter: o.Counter}, nil
}

const (
	maxSender = 1<<40 - 1 // the library refuses more
	// maxCounter is the last that a header of five bytes tells for sure, as
	// the library mangles it.
	maxCounter = 1<<33 - 1
)

// What a Sealer refuses.
var (
	errShort  = errors.New("shorter than the VP8 payload header to be skipped")
	errUsedUp = errors.New("no counters left under this key")
)

// Seal implements decrypt.Sealer.
func (s *Sealer) Seal(dst, frame []byte, m decrypt.Meta) ([]byte, error) {
	clear := 0
	if s.key.skip != nil && *s.key.skip && m.Kind == decrypt.Video {
		if len(frame) == 0 || len(frame) < clearBytes(frame[0]) {
			return dst, errShort
		}
		clear = clearBytes(frame[0])
	}
	if s.counter > maxCounter {
		return dst, errUsedUp
	}
	dst = append(dst, frame[:clear]...)
	from := len(dst)
	dst = appendHeader(dst, header{id: *s.key.sender, counter: s.counter})
	text := len(dst)
	dst = slices.Grow(dst, len(frame)+tagVideo)[:text+len(frame)]
	s.stream.xor(s.state.block, s.state.iv(s.key.order, *s.key.sender, s.counter), dst[text:], frame)
	s.counter++
	return append(dst, s.state.tag(dst[from:])[:tagSize(m.Kind)]...), nil
}

// Format prints nothing of key and key stream, whatever the verb.
func (s *Sealer) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "medooze: sender %d", *s.key.sender) }
