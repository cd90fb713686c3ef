package sframejs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"fmt"

	"github.com/mjrkit/mjrkit/decrypt"
)

// Handles reports whether keys of this "alg" are SFrame.js's.
func Handles(alg string) bool { return alg == "MEDOOZE-SFRAME" }

// key is one entry of the key file, and its ratchet as far as it was walked.
type key struct {
	id       string
	sender   *uint64 // e2ee.key_id
	kind     string
	ssrc     *uint32
	skip     *bool
	order    order
	anyOrder bool // the file does not say
	verify   *ecdsa.PublicKey

	bases [][]byte       // base keys by ratchet step, the first as in the file
	warm  []*cipherState // those used last, latest first
}

// maxWarm is how many ratchet steps a key keeps ciphers of; a sender is in
// one, or in two while it changes. A base key has 32 bytes, its ciphers 1 kB.
const maxWarm = 4

func newKey(k decrypt.Key) (*key, error) {
	n := &key{
		id: k.ID, sender: k.KeyID, kind: k.Kind, ssrc: k.SSRC, skip: k.SkipVP8Header,
		anyOrder: k.IVOrder == "", bases: [][]byte{k.Secret},
	}
	switch k.IVOrder {
	case "", "ctr-kid":
	case "kid-ctr":
		n.order = idFirst
	default:
		return nil, fmt.Errorf("key %.64q: iv_order is neither ctr-kid nor kid-ctr", k.ID)
	}
	if len(k.Secret) == 0 {
		return nil, fmt.Errorf("key %.64q: no key", k.ID)
	}
	if k.KeyID != nil && bytesOf(*k.KeyID) > maxLen {
		return nil, fmt.Errorf("key %.64q: a key_id of %d bytes, a header has room for %d", k.ID, bytesOf(*k.KeyID), maxLen)
	}
	return n, nil
}

// verifier is the key that checks a sender's signatures. The library has 64
// bytes of room for one, so no other curve's ever left a sender.
func verifier(keys []decrypt.Key, kid string) *ecdsa.PublicKey {
	for _, k := range keys {
		if kid != "" && k.ID == kid && k.Public != nil && k.Public.Curve == elliptic.P256() {
			return k.Public
		}
	}
	return nil
}

// at is the cipher of a ratchet step.
func (k *key) at(step int) *cipherState {
	for i, s := range k.warm {
		if s.step == step {
			copy(k.warm[1:i+1], k.warm[:i])
			k.warm[0] = s
			return s
		}
	}
	for len(k.bases) <= step {
		last := k.bases[len(k.bases)-1]
		k.bases = append(k.bases, expand(last, saltRatchet, ratchetSize))
	}
	s, err := newCipherState(k.bases[step], step)
	if err != nil {
		panic("sframejs: " + err.Error()) // AES takes the size that expand makes
	}
	if len(k.warm) == maxWarm {
		k.warm = k.warm[:maxWarm-1]
	}
	k.warm = append([]*cipherState{s}, k.warm...)
	return s
}

// fits reports whether the key is for frames like this.
func (k *key) fits(m decrypt.Meta) bool {
	return (k.kind == "" || k.kind == m.Kind.String()) && (k.ssrc == nil || *k.ssrc == m.SSRC)
}
