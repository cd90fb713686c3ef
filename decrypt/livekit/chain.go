package livekit

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/mjrkit/mjrkit/decrypt"
)

// What LiveKit derives keys with, unless the application says otherwise.
const (
	defaultSalt       = "LKFrameEncryptionKey"
	defaultIterations = 100_000 // of PBKDF2: about 15 ms

	chainKeyLen = 32
)

// hkdfInfo is 128 zero bytes: an ArrayBuffer that the library never fills.
var hkdfInfo = string(make([]byte, 128))

// Cache holds derived keys, so that the Openers of one session (its audio and
// its video) derive each of them once. The zero Cache is ready; it may be
// used from several goroutines.
type Cache struct {
	mu     sync.Mutex
	chains map[[sha256.Size]byte]*chain
}

// Format prints nothing of the keys, whatever the verb.
func (c *Cache) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[keys]") }

// source is where a chain begins.
type source struct {
	secret     decrypt.Secret
	salt       string
	iterations int // of PBKDF2; 0 is HKDF
}

// chain finds or begins the chain of a source.
func (c *Cache) chain(s source) *chain {
	h := sha256.New()
	binary.Write(h, binary.BigEndian, []uint64{uint64(s.iterations), uint64(len(s.salt))})
	h.Write([]byte(s.salt))
	h.Write(s.secret)
	id := [sha256.Size]byte(h.Sum(nil))

	c.mu.Lock()
	defer c.mu.Unlock()
	if c.chains == nil {
		c.chains = make(map[[sha256.Size]byte]*chain)
	}
	if c.chains[id] == nil {
		c.chains[id] = &chain{source: s}
	}
	return c.chains[id]
}

// chain is the keys that follow from one key of the key file by ratcheting.
type chain struct {
	source
	mu   sync.Mutex
	keys []decrypt.Secret // chain keys 1, 2, … as far as they were asked for
}

// aead makes the cipher of a ratchet step, deriving what is missing on the
// way. Whoever needs the same step meanwhile waits.
func (c *chain) aead(step, keyLen int) (cipher.AEAD, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.keys) <= step {
		last := c.secret
		if n := len(c.keys); n > 0 {
			last = c.keys[n-1]
		}
		next, err := c.derive(last)
		if err != nil {
			return nil, err
		}
		c.keys = append(c.keys, next)
	}
	block, err := aes.NewCipher(c.keys[step][:keyLen])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// derive makes the chain key that follows a secret. A shorter key that the
// library derives is the beginning of this one, with either function.
func (c *chain) derive(secret decrypt.Secret) (decrypt.Secret, error) {
	if c.iterations > 0 {
		return pbkdf2.Key(sha256.New, string(secret), []byte(c.salt), c.iterations, chainKeyLen)
	}
	return hkdf.Key(sha256.New, secret, []byte(c.salt), hkdfInfo, chainKeyLen)
}
