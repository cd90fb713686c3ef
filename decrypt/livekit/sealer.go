package livekit

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/mjrkit/mjrkit/decrypt"
)

// SealerOptions of a Sealer. The zero value is what the library does.
type SealerOptions struct {
	// Step is how many times the sender has ratcheted its key.
	Step int
	// Count is the send counter of each SSRC's first frame; 0 draws one.
	Count uint32
}

// countLimit is what the library's send counter is taken modulo.
const countLimit = 0xffff

// What a Sealer refuses: the first two as the library does.
var (
	ErrCodec = errors.New("AV1 cannot be encrypted")
	ErrShort = errors.New("frame shorter than what of it stays clear")
	ErrNonce = errors.New("65,535 frames with one SSRC and timestamp: the IV would repeat")
)

// Sealer encrypts frames as livekit-client 2.23 does. Its methods are those of
// decrypt.Sealer.
//
// The IV is made of Meta.SSRC and Meta.Timestamp, so they have to be right.
type Sealer struct {
	id     string
	aead   cipher.AEAD
	index  byte
	count  uint32
	tracks map[uint32]*sent // by SSRC
	iv     [ivLen]byte
	inner  []byte // a frame's end before it is escaped
}

// sent is what a Sealer knows of the frames of one SSRC.
type sent struct {
	next      uint32 // send counter
	timestamp uint32
	row       uint32 // frames in a row with that timestamp
}

// NewSealer makes a Sealer that names the key by its key_index, 0 if it has
// none.
func NewSealer(key decrypt.Key, o SealerOptions) (*Sealer, error) {
	if !Handles(key.Alg) {
		return nil, fmt.Errorf("livekit: alg is %.40q", key.Alg)
	}
	src, err := sourceOf(key)
	if err != nil {
		return nil, fmt.Errorf("livekit: key %.64q: %w", key.ID, err)
	}
	c := chain{source: src}
	aead, err := c.aead(max(o.Step, 0), keyLen(key.Alg))
	if err != nil {
		return nil, fmt.Errorf("livekit: key %.64q: %w", key.ID, err)
	}
	s := &Sealer{id: key.ID, aead: aead, count: o.Count, tracks: make(map[uint32]*sent)}
	if key.Index != nil {
		s.index = byte(*key.Index)
	}
	return s, nil
}

// Format prints nothing of the key, whatever the verb.
func (s *Sealer) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "livekit: key %.64q", s.id) }

// Seal encrypts a frame; see decrypt.Sealer. Empty frames stay empty. AV1 is
// refused with ErrCodec, video of fewer than 3 bytes, or 10 of a key frame,
// with ErrShort.
//
// H.264 and H.265 frames are Annex B; start codes before the first slice
// become 4 bytes long.
func (s *Sealer) Seal(dst, frame []byte, m decrypt.Meta) ([]byte, error) {
	codec := codecOf(m)
	switch {
	case len(frame) == 0:
		return dst, nil
	case codec == av1:
		return dst, ErrCodec
	}
	n, escape := codecClear(frame, codec, m.Type)
	if n > len(frame) {
		return dst, ErrShort
	}
	count, err := s.next(m)
	if err != nil {
		return dst, err
	}
	start := len(dst)
	dst = slices.Grow(dst, len(frame)+added)
	if escape {
		dst = appendLong(dst, frame[:n])
	} else {
		dst = append(dst, frame[:n]...)
	}
	clear := dst[start:]

	binary.BigEndian.PutUint32(s.iv[0:], m.SSRC)
	binary.BigEndian.PutUint32(s.iv[4:], m.Timestamp)
	binary.BigEndian.PutUint32(s.iv[8:], m.Timestamp-count)

	if !escape {
		return s.appendTail(s.aead.Seal(dst, s.iv[:], frame[n:], clear)), nil
	}
	s.inner = s.appendTail(s.aead.Seal(s.inner[:0], s.iv[:], frame[n:], clear))
	return appendEscaped(dst, s.inner), nil
}

func (s *Sealer) appendTail(dst []byte) []byte {
	dst = append(dst, s.iv[:]...)
	return append(dst, ivLen, s.index)
}

// next is the send counter of the next frame, modulo 65,535.
func (s *Sealer) next(m decrypt.Meta) (uint32, error) {
	t := s.tracks[m.SSRC]
	if t == nil {
		t = &sent{next: s.count % countLimit}
		if s.count == 0 {
			var b [4]byte
			rand.Read(b[:])
			t.next = binary.BigEndian.Uint32(b[:]) % countLimit
		}
		s.tracks[m.SSRC] = t
	}
	if t.timestamp != m.Timestamp {
		t.timestamp, t.row = m.Timestamp, 0
	}
	if t.row == countLimit {
		return 0, ErrNonce
	}
	t.row++
	count := t.next
	t.next = (count + 1) % countLimit
	return count, nil
}
