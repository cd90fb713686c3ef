package jitsi

import (
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/pbkdf2"
	"crypto/sha256"
	"fmt"
)

// The texts that lib-jitsi-meet passes to HKDF as salt; info is empty.
const (
	encryptionSalt     = "JFrameEncryptionKey"
	authenticationSalt = "JFrameAuthenticationKey"
	counterSalt        = "JFrameSaltKey"
	ratchetSalt        = "JFrameRatchetKey"
)

const (
	// WebCrypto makes HMAC keys as long as the hash's block where it is not
	// told a length.
	hmacKeyLen    = sha256.BlockSize
	ratchetLen    = 32
	defaultRounds = 100_000 // of PBKDF2
)

// suite is what opens and seals the frames under one key at one step.
type suite struct {
	key, step int // as the Opener counts them

	aead   cipher.AEAD // GCM and HIPS
	jframe *ctrHMAC    // JFrame
}

// suite derives the ciphers of a ratchet step.
func (n *key) suite(step int) *suite {
	switch {
	case n.direct:
		return &suite{aead: newGCM(n.secret)}
	case n.format == hips:
		return &suite{aead: newGCM(n.stretch())}
	case n.format == jframe:
		secret := n.chain.at(step)
		return &suite{jframe: newCTRHMAC(
			derive(secret, []byte(encryptionSalt), n.keyLen),
			derive(secret, []byte(authenticationSalt), hmacKeyLen),
			derive(secret, []byte(counterSalt), aes.BlockSize))}
	}
	return &suite{aead: newGCM(derive(n.chain.at(step), n.salt, n.keyLen))}
}

// stretch runs PBKDF2, once: it costs as much as opening ten thousands of
// frames.
func (n *key) stretch() []byte {
	if n.stretched == nil {
		rounds := n.rounds
		if rounds == 0 {
			rounds = defaultRounds
		}
		b, err := pbkdf2.Key(sha256.New, string(n.secret), n.salt, rounds, n.keyLen)
		n.stretched = must(b, err)
	}
	return n.stretched
}

func derive(secret, salt []byte, size int) []byte {
	b, err := hkdf.Key(sha256.New, secret, salt, "", size)
	return must(b, err)
}

func newBlock(key []byte) cipher.Block {
	b, err := aes.NewCipher(key)
	return must(b, err)
}

func newGCM(key []byte) cipher.AEAD {
	a, err := cipher.NewGCM(newBlock(key))
	return must(a, err)
}

// derivable tries what deriving takes: where it was told to keep to FIPS 140,
// the standard library refuses short secrets and salts, and this use of GCM.
func (n *key) derivable() error {
	var gcm, kdf error
	if n.format != jframe {
		_, gcm = cipher.NewGCM(newBlock(make([]byte, n.keyLen)))
	}
	switch {
	case n.format == hips:
		_, kdf = pbkdf2.Key(sha256.New, string(n.secret), n.salt, 1, n.keyLen)
	case !n.direct:
		_, kdf = hkdf.Key(sha256.New, n.secret, nil, "", n.keyLen)
	}
	return cmp.Or(gcm, kdf)
}

// must is for what cannot fail once derivable was asked: all sizes are
// constants, or were checked.
func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("jitsi: a bug: %v", err))
	}
	return v
}

// chain is a secret and those that it is ratcheted to. It keeps every 32nd,
// so that it costs little wherever a search stands, and 1 kB at step 1024.
type chain struct {
	secret []byte // of step 0
	salt   []byte
	marks  [][]byte // of steps 32, 64, …
	last   []byte   // the latest one asked for
	lastAt int
}

const markEvery = 32

// at is the secret of a step.
func (c *chain) at(step int) []byte {
	if step == 0 {
		return c.secret
	}
	s, n := c.secret, 0
	if m := min(step/markEvery, len(c.marks)); m > 0 {
		s, n = c.marks[m-1], m*markEvery
	}
	if c.last != nil && c.lastAt <= step && c.lastAt > n {
		s, n = c.last, c.lastAt
	}
	for n < step {
		s = derive(s, c.salt, ratchetLen)
		n++
		if n == (len(c.marks)+1)*markEvery {
			c.marks = append(c.marks, s)
		}
	}
	c.last, c.lastAt = s, step
	return s
}
