package sframejs

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"hash"
)

// The library gives HKDF these as salt, and an empty info.
const (
	saltEncryption     = "SFrameEncryptionKey"
	saltAuthentication = "SFrameAuthenticationKey"
	saltSalt           = "SFrameSaltKey"
	saltRatchet        = "SFrameRatchetKey"

	encryptionSize     = 16
	authenticationSize = 32
	ratchetSize        = 32
)

// cipherState is what frames are sealed with between two ratchet steps.
type cipherState struct {
	step  int
	block cipher.Block
	mac   hash.Hash
	salt  [aes.BlockSize]byte
	sum   [sha256.Size]byte
}

func newCipherState(base []byte, step int) (*cipherState, error) {
	block, err := aes.NewCipher(expand(base, saltEncryption, encryptionSize))
	if err != nil {
		return nil, err
	}
	s := &cipherState{step: step, block: block}
	s.mac = hmac.New(sha256.New, expand(base, saltAuthentication, authenticationSize))
	copy(s.salt[:], expand(base, saltSalt, len(s.salt)))
	return s, nil
}

// expand is one of the library's four derivations.
func expand(base []byte, salt string, size int) []byte {
	b, err := hkdf.Key(sha256.New, base, []byte(salt), "", size)
	if err != nil {
		panic("sframejs: " + err.Error()) // our sizes are all within HKDF's
	}
	return b
}

// tag is the HMAC of header and ciphertext. It is valid until the next.
func (s *cipherState) tag(sealed []byte) []byte {
	s.mac.Reset()
	s.mac.Write(sealed)
	return s.mac.Sum(s.sum[:0])
}

func (s *cipherState) authentic(sealed, tag []byte) bool {
	return subtle.ConstantTimeCompare(s.tag(sealed)[:len(tag)], tag) == 1
}

// order is which of counter and key id comes first in the IV.
type order bool

const (
	counterFirst order = false // as of 0.1.0
	idFirst      order = true  // up to 0.0.3
)

// iv is the counter block that a frame begins with.
func (s *cipherState) iv(o order, id, counter uint64) [aes.BlockSize]byte {
	var iv [aes.BlockSize]byte
	first, second := counter, id
	if o == idFirst {
		first, second = id, counter
	}
	binary.BigEndian.PutUint64(iv[:8], first)
	binary.BigEndian.PutUint64(iv[8:], second)
	subtle.XORBytes(iv[:], iv[:], s.salt[:])
	return iv
}
