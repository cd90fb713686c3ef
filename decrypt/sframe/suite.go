package sframe

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"strings"
)

// prefix is what the "alg" of a key says before the suite's registered name.
const prefix = "SFRAME-"

// suite is a row of IANA's registry "SFrame Cipher Suites" (RFC 9605,
// section 8.1).
type suite struct {
	id   uint16
	name string
	hash func() hash.Hash
	size int // Nh: bytes of a hash
	enc  int // Nka, or Nk of the GCM suites: bytes of the AES key
	auth int // bytes of the HMAC key; 0 is a GCM suite
	tag  int // Nt
}

const nonceSize = 12 // Nn of all suites

var suites = [...]suite{
	{1, "AES_128_CTR_HMAC_SHA256_80", sha256.New, 32, 16, 32, 10},
	{2, "AES_128_CTR_HMAC_SHA256_64", sha256.New, 32, 16, 32, 8},
	{3, "AES_128_CTR_HMAC_SHA256_32", sha256.New, 32, 16, 32, 4},
	{4, "AES_128_GCM_SHA256_128", sha256.New, 32, 16, 0, 16},
	{5, "AES_256_GCM_SHA512_128", sha512.New, 64, 32, 0, 16},
	{6, "AES_256_CTR_HMAC_SHA512_80", sha512.New, 64, 32, 64, 10},
	{7, "AES_256_CTR_HMAC_SHA512_64", sha512.New, 64, 32, 64, 8},
	{8, "AES_256_CTR_HMAC_SHA512_32", sha512.New, 64, 32, 64, 4},
}

const (
	minTag   = 4 // the shortest tag of any suite
	shortTag = 8 // a tag under 8 bytes is met by chance in a long search
)

// Handles reports whether alg, of a key file, is one of this package.
func Handles(alg string) bool { return suiteOf(alg) != nil }

func suiteOf(alg string) *suite {
	name, ok := strings.CutPrefix(alg, prefix)
	if !ok {
		return nil
	}
	for i := range suites {
		if suites[i].name == name {
			return &suites[i]
		}
	}
	return nil
}

// short reports whether one match of a tag proves little.
func (s *suite) short() bool { return s.tag < shortTag }

// aead makes the suite's cipher from a key of enc+auth bytes.
func (s *suite) aead(key []byte) (cipher.AEAD, error) {
	if len(key) != s.enc+s.auth {
		return nil, fmt.Errorf("sframe: key of %d bytes, %s has %d", len(key), s.name, s.enc+s.auth)
	}
	block, err := aes.NewCipher(key[:s.enc])
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil || s.auth == 0 {
		return gcm, err
	}
	return newCTRHMAC(s, block, gcm, key[s.enc:]), nil
}
