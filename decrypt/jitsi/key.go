package jitsi

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"fmt"

	"github.com/mjrkit/mjrkit/decrypt"
)

// The values of "alg" in a key file.
const (
	algGCM    = "JITSI-GCM"
	algDirect = "JITSI-GCM-DIRECT"
	algJFrame = "JITSI-JFRAME-CTR"
	algHIPS   = "JITSI-HIPS"

	algVerify = "ES521-SHA256" // of the keys that verify JFrame's signatures
)

// Handles reports whether keys of this alg are for this package.
func Handles(alg string) bool {
	switch alg {
	case algGCM, algDirect, algJFrame, algHIPS:
		return true
	}
	return false
}

// format is the shape of a frame: what stands behind its ciphertext.
type format uint8

const (
	gcm format = iota
	hips
	jframe
	formats // how many there are
)

func (f format) String() string {
	return [formats]string{"jitsi-gcm", "jitsi-hips", "jitsi-jframe-ctr"}[f]
}

// indexes is how many key indexes the last byte of a frame can name.
const indexes = 16

// hipsRing is how many indexes senders used in eras C and D; before, there was
// one key, and its index 0.
const hipsRing = 3

// key is one entry of the key file, and what was derived of it.
type key struct {
	id        string
	format    format
	direct    bool // the secret is the AES key
	eraD      bool
	index     *uint64
	verify    *ecdsa.PublicKey
	secret    []byte
	salt      []byte // of the first derivation
	keyLen    int    // of the AES key
	rounds    int    // of PBKDF2
	ratchets  bool
	chain     chain
	stretched []byte // PBKDF2's result
}

// newKey takes over one entry. Of signers it picks the key that verifies
// signatures, if it is there: without it they are decrypt.Unverified.
func newKey(k decrypt.Key, signers map[string]decrypt.Key) (*key, error) {
	n := &key{id: k.ID, index: k.Index, secret: k.Secret, keyLen: 16}
	switch k.Alg {
	case algGCM:
		n.salt, n.ratchets = text(k.Salt, encryptionSalt), true
		n.chain = chain{secret: n.secret, salt: text(k.RatchetSalt, ratchetSalt)}
		if k.KeyBits == 256 {
			n.keyLen = 32
		}
	case algDirect:
		n.direct = true
	case algJFrame:
		n.format, n.eraD = jframe, k.Era == "D"
		n.ratchets = !n.eraD
		n.chain = chain{secret: n.secret, salt: []byte(ratchetSalt)}
	case algHIPS:
		n.format, n.rounds = hips, k.Iterations
		n.salt = text(k.Salt, "")
		if k.Sender != "" {
			n.salt = append(append(n.salt, 0), k.Sender...)
		}
	}
	signer := signers[k.Verify]
	if n.format == jframe {
		n.verify = signer.Public
	}
	if err := n.check(k, signer.Alg); err != nil {
		return nil, fmt.Errorf("jitsi: key %q: %w", k.ID, err)
	}
	return n, nil
}

// text is a parameter of the key file, or its default.
func text(s *string, otherwise string) []byte {
	if s != nil {
		return []byte(*s)
	}
	return []byte(otherwise)
}

func (n *key) check(k decrypt.Key, signer string) error {
	size := len(n.secret)
	switch {
	case !Handles(k.Alg):
		return fmt.Errorf("alg %q is of another scheme", k.Alg)
	case size == 0:
		return errors.New("k is empty")
	case n.direct && size != 16 && size != 32:
		return fmt.Errorf("k has %d bytes, %s takes 16 or 32", size, k.Alg)
	case n.format == hips && k.Salt == nil:
		return errors.New("salt is missing: it is the name of the room")
	case k.KeyBits != 0 && k.KeyBits != 128 && k.KeyBits != 256:
		return fmt.Errorf("key_bits %d is neither 128 nor 256", k.KeyBits)
	case n.verify != nil && n.verify.Curve != elliptic.P521():
		return errors.New("verify names a key that is not of the curve P-521")
	case n.verify != nil && signer != "" && signer != algVerify: // browsers export none
		return fmt.Errorf("verify names a key for %s, want %s", signer, algVerify)
	}
	return n.derivable()
}

// fits reports whether frames that name id can be under the key, and whether
// the key file says so.
func (n *key) fits(id uint64) (fits, named bool) {
	// Era D has 3 bits for a ring of 3: the number in the file may have been
	// taken from either.
	switch {
	case n.eraD && n.index != nil:
		named = *n.index%hipsRing == id || *n.index%8 == id
	case n.eraD:
		return id < 8, false
	case n.format == hips && n.index == nil:
		return id < hipsRing, false
	case n.format == hips:
		named = *n.index%hipsRing == id
	case n.index == nil:
		return true, false
	default:
		named = *n.index%indexes == id
	}
	return named, named
}
