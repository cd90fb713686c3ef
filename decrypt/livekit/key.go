package livekit

import (
	"crypto/cipher"
	"fmt"
	"slices"

	"github.com/mjrkit/mjrkit/decrypt"
)

// keyLen is the length of the AES key in bytes.
func keyLen(alg string) int {
	switch alg {
	case "LIVEKIT-A128GCM":
		return 16
	case "LIVEKIT-A256GCM":
		return 32
	}
	return 0
}

// key is one entry of the key file.
type key struct {
	id      string
	index   *uint64
	kind    string
	ssrc    *uint32
	chain   *chain
	keyLen  int
	maxStep int
	// now is the ratchet step that opened a frame last; opened tells whether
	// there was one.
	now    int
	opened bool
	// warm are the ciphers of steps that opened frames, latest first.
	warm []warmCipher
}

type warmCipher struct {
	step int
	aead cipher.AEAD
}

// maxWarm is how many ciphers a key keeps. A call is under one step at a
// time, or two while a change is on its way.
const maxWarm = 4

// sourceOf takes from a key what its derivation needs.
func sourceOf(k decrypt.Key) (source, error) {
	s := source{secret: k.Secret, salt: defaultSalt}
	switch {
	case len(k.Secret) == 0:
		return s, fmt.Errorf("no key material")
	case k.Salt != nil && k.RatchetSalt != nil && *k.Salt != *k.RatchetSalt:
		return s, fmt.Errorf("salt and ratchet_salt differ, LiveKit has one for both")
	case k.RatchetSalt != nil:
		s.salt = *k.RatchetSalt
	case k.Salt != nil:
		s.salt = *k.Salt
	}
	switch k.KDF {
	case "HKDF":
	case "PBKDF2":
		s.iterations = k.Iterations
		if s.iterations == 0 {
			s.iterations = defaultIterations
		}
	default:
		return s, fmt.Errorf("kdf is %q: a passphrase needs PBKDF2, raw bytes need HKDF", k.KDF)
	}
	return s, nil
}

// cipher is the key's cipher at a ratchet step, nil if it cannot be made.
func (k *key) cipher(step int) cipher.AEAD {
	for _, w := range k.warm {
		if w.step == step {
			return w.aead
		}
	}
	aead, err := k.chain.aead(step, k.keyLen)
	if err != nil { // a FIPS module may refuse short keys and salts
		return nil
	}
	return aead
}

// keep notes that a step opened a frame.
func (k *key) keep(step int, aead cipher.AEAD) {
	if k.opened && k.now == step {
		return
	}
	k.now, k.opened = step, true
	k.warm = slices.DeleteFunc(k.warm, func(w warmCipher) bool { return w.step == step })
	if len(k.warm) == maxWarm {
		k.warm = k.warm[:maxWarm-1]
	}
	k.warm = slices.Insert(k.warm, 0, warmCipher{step, aead})
}
