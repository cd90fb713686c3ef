package xor

import (
	"errors"
	"fmt"

	"github.com/mjrkit/mjrkit/decrypt"
)

// SealerOptions are none: a key file says all there is.
type SealerOptions struct{}

// Sealer XORs the frames of one sender. It is a decrypt.Sealer, and protects
// nothing.
type Sealer struct {
	key *key
	id  byte
}

// NewSealer makes a Sealer of one key of the key file. Without a key_index its
// key id is 1, as for the first text that is typed in.
func NewSealer(k decrypt.Key, _ SealerOptions) (*Sealer, error) {
	n, err := newKey(k)
	if err != nil {
		return nil, err
	}
	s := &Sealer{key: n, id: 1}
	if n.index != nil {
		s.id = byte(*n.index % ids)
	}
	return s, nil
}

// Format prints nothing of the key, whatever the verb.
func (s *Sealer) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "xor: key %q", s.key.id) }

// Seal implements decrypt.Sealer.
func (s *Sealer) Seal(dst, frame []byte, m decrypt.Meta) ([]byte, error) {
	n, ok := s.key.clearBytes(m.Kind, typeOf(frame, m))
	switch {
	case !ok:
		return dst, errors.New("xor: type of frame unknown, and the clear bytes depend on it")
	case s.key.clear == clearTen && len(frame) < n:
		return dst, fmt.Errorf("xor: frame of %d bytes, the demonstration fails under %d", len(frame), n)
	}
	n = min(n, len(frame))
	at := len(dst)
	dst = append(dst, frame...)
	s.key.xor(dst[at+n:], n)
	if !s.key.idless {
		dst = append(dst, s.id)
	}
	return append(dst, trailer...), nil
}
