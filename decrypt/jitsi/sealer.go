package jitsi

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"slices"

	"github.com/mjrkit/mjrkit/decrypt"
)

// SealerOptions are what a key file does not say of a sender.
type SealerOptions struct {
	// Step is how often the key was ratcheted.
	Step int
	// First is the send count of the first frame, below 65535, or JFrame's
	// counter, above 0. Nil is a random count, and counter 1, as browsers do.
	First *uint64
	// Sign signs every frame as era F did: JFrame only, P-521.
	Sign *ecdsa.PrivateKey
}

// Sealer encrypts the frames of one sender as lib-jitsi-meet did. It is a
// decrypt.Sealer.
//
// The nonce of GCM frames is made of Meta.SSRC and Meta.Timestamp, so they
// have to be right. Video of other codecs than VP8 and VP9 needs Meta.Type.
type Sealer struct {
	key   *key
	suite *suite
	sign  *ecdsa.PrivateKey
	last  byte   // key index
	next  uint64 // send count or counter
	// What a repeated nonce is noticed by: the frames in a row with the same
	// SSRC and timestamp.
	ssrc, timestamp uint32
	row             int
}

// NewSealer makes a Sealer of one key of the key file.
func NewSealer(key decrypt.Key, o SealerOptions) (*Sealer, error) {
	k, err := newKey(key, nil)
	if err != nil {
		return nil, err
	}
	s := &Sealer{key: k, sign: o.Sign, last: k.sends()}
	switch {
	case o.Step != 0 && !k.ratchets, o.Step < 0:
		return nil, fmt.Errorf("jitsi: key %q: no ratchet step %d", k.id, o.Step)
	case o.Sign != nil && (k.format != jframe || k.eraD || o.Sign.Curve != elliptic.P521()):
		return nil, fmt.Errorf("jitsi: key %q: signatures are for JFrame, and of the curve P-521", k.id)
	}
	if s.next, err = k.first(o.First); err != nil {
		return nil, err
	}
	s.suite = k.suite(o.Step)
	return s, nil
}

// Format prints nothing of the key, whatever the verb.
func (s *Sealer) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "jitsi: key %q", s.key.id) }

// sends is the index that frames carry.
func (n *key) sends() byte {
	ring := uint64(indexes)
	if n.eraD || n.format == hips {
		ring = hipsRing
	}
	if n.index == nil {
		return 0
	}
	return byte(*n.index % ring)
}

// first is the send count or counter to begin with.
func (n *key) first(want *uint64) (uint64, error) {
	switch {
	case want != nil && n.format == jframe && *want == 0:
		return 0, fmt.Errorf("jitsi: key %q: counters begin with 1", n.id)
	case want != nil && n.format != jframe && *want >= maxCount:
		return 0, fmt.Errorf("jitsi: key %q: send count %d, want one below %d", n.id, *want, maxCount)
	case want != nil:
		return *want, nil
	case n.format == jframe:
		return 1, nil
	}
	r, err := rand.Int(rand.Reader, big.NewInt(maxCount))
	if err != nil {
		return 0, err
	}
	return r.Uint64(), nil
}

// Seal implements decrypt.Sealer. Frames shorter than their clear bytes are an
// error, as they are in the browser.
func (s *Sealer) Seal(dst, frame []byte, m decrypt.Meta) ([]byte, error) {
	n, _ := clearBytes(frame, m)
	unknown := m.Codec != "vp8" && typeOf(frame, m) == decrypt.Unknown
	switch {
	case m.Kind != decrypt.Audio && unknown:
		return dst, errors.New("jitsi: type of frame unknown, and the clear bytes depend on it")
	case len(frame) < n:
		return dst, fmt.Errorf("jitsi: frame of %d bytes, %d are in clear", len(frame), n)
	case s.key.format == jframe:
		return s.sealJFrame(dst, frame, n, m)
	}
	return s.sealGCM(dst, frame, n, m)
}

func (s *Sealer) sealGCM(dst, frame []byte, n int, m decrypt.Meta) ([]byte, error) {
	if m.SSRC != s.ssrc || m.Timestamp != s.timestamp {
		s.ssrc, s.timestamp, s.row = m.SSRC, m.Timestamp, 0
	}
	if s.row == maxCount {
		return dst, fmt.Errorf("jitsi: nonce of SSRC %08x and timestamp %d used up", m.SSRC, m.Timestamp)
	}
	s.row++
	iv := make([]byte, 0, ivLen)
	iv = binary.BigEndian.AppendUint32(iv, m.SSRC)
	iv = binary.BigEndian.AppendUint32(iv, m.Timestamp)
	iv = binary.BigEndian.AppendUint32(iv, uint32(s.next))
	s.next = (s.next + 1) % maxCount

	dst = append(dst, frame[:n]...)
	dst = s.suite.aead.Seal(dst, iv, frame[n:], frame[:n])
	dst = append(dst, iv...)
	if s.key.format == gcm {
		dst = append(dst, ivMark)
	}
	return append(dst, s.last), nil
}

func (s *Sealer) sealJFrame(dst, frame []byte, n int, m decrypt.Meta) ([]byte, error) {
	if s.next == 0 {
		return dst, errors.New("jitsi: counter used up")
	}
	counter := s.next
	s.next++
	size := max(1, (bits.Len64(counter)+7)/8)
	last, tag, signature := s.last|byte(size-1)<<4, videoTag, 0
	if m.Kind == decrypt.Audio {
		tag = audioTag
	}
	if s.sign != nil {
		last, signature = last|0x80, sigLen
	}
	at := len(dst)
	dst = slices.Grow(dst, len(frame)+tag+size+signature+1)
	dst = append(dst, frame...)
	s.suite.jframe.xor(dst[at+n:], counter)
	dst = append(dst, blank[:tag]...)
	var ctr [8]byte
	binary.BigEndian.PutUint64(ctr[:], counter)
	dst = append(dst, ctr[8-size:]...)
	dst = append(dst, blank[:signature]...)
	dst = append(dst, last)

	sealed := dst[at:]
	p := parts{end: len(frame), tag: tag, ctr: size, sig: signature}
	copy(p.tagOf(sealed), s.suite.jframe.tag(sealed, &p))
	if s.sign == nil {
		return dst, nil
	}
	if err := p.sign(sealed, s.sign); err != nil {
		return dst[:at], fmt.Errorf("jitsi: signing: %w", err)
	}
	return dst, nil
}
