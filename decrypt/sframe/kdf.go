package sframe

import (
	"crypto/cipher"
	"crypto/hkdf"
	"encoding/binary"
)

// The labels of the key derivations. The first two end in a space.
const (
	labelKey     = "SFrame 1.0 Secret key "  // RFC 9605, section 4.4.2
	labelSalt    = "SFrame 1.0 Secret salt " // RFC 9605, section 4.4.2
	labelRatchet = "SFrame 1.0 Ratchet"      // RFC 9605, section 5.1
	labelStream  = "SFrame 1.0 RTP Stream"   // draft-ietf-avtcore-rtp-sframe
)

// box seals and opens under one derived key.
type box struct {
	aead  cipher.AEAD
	salt  [nonceSize]byte
	nonce [nonceSize]byte // of the frame at hand
}

// box derives the key and salt that a base key gives for a key id.
func (s *suite) box(base []byte, kid uint64) (*box, error) {
	key, salt, err := s.derive(base, kid)
	if err != nil {
		return nil, err
	}
	aead, err := s.aead(key)
	if err != nil {
		return nil, err
	}
	return &box{aead: aead, salt: [nonceSize]byte(salt)}, nil
}

// derive is RFC 9605, section 4.4.2.
func (s *suite) derive(base []byte, kid uint64) (key, salt []byte, err error) {
	secret, err := hkdf.Extract(s.hash, base, nil)
	if err != nil {
		return nil, nil, err
	}
	info := binary.BigEndian.AppendUint64(nil, kid)
	info = binary.BigEndian.AppendUint16(info, s.id)
	key, err = hkdf.Expand(s.hash, secret, labelKey+string(info), s.enc+s.auth)
	if err != nil {
		return nil, nil, err
	}
	salt, err = hkdf.Expand(s.hash, secret, labelSalt+string(info), nonceSize)
	return key, salt, err
}

// ratchet is the base key one step after base (RFC 9605, section 5.1).
func (s *suite) ratchet(base []byte) ([]byte, error) {
	return hkdf.Key(s.hash, base, nil, labelRatchet, s.size)
}

// stream is the base key of one SSRC (draft-ietf-avtcore-rtp-sframe).
func (s *suite) stream(base []byte, ssrc uint32) ([]byte, error) {
	return hkdf.Key(s.hash, base, binary.BigEndian.AppendUint32(nil, ssrc), labelStream, s.size)
}

// member is the base key that cisco/sframe's MLSContext gives a sender: it
// expands the epoch's secret itself, where RFC 9605 takes it as base key.
func (s *suite) member(epoch []byte, sender uint64) ([]byte, error) {
	return hkdf.Expand(s.hash, epoch, string(binary.BigEndian.AppendUint64(nil, sender)), s.size)
}

// open appends the plaintext of sealed to dst, and says whether it is
// authentic.
func (b *box) open(dst, sealed []byte, counter uint64, aad []byte) ([]byte, bool) {
	b.setNonce(counter)
	plain, err := b.aead.Open(dst, b.nonce[:], sealed, aad)
	return plain, err == nil
}

func (b *box) seal(dst, plain []byte, counter uint64, aad []byte) []byte {
	b.setNonce(counter)
	return b.aead.Seal(dst, b.nonce[:], plain, aad)
}

// setNonce is RFC 9605, section 4.4.3: the salt XOR the counter in 12 bytes.
func (b *box) setNonce(counter uint64) {
	b.nonce = b.salt
	low := b.nonce[nonceSize-8:]
	binary.BigEndian.PutUint64(low, binary.BigEndian.Uint64(low)^counter)
}
