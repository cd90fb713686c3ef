package jitsi

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"math/big"

	"github.com/mjrkit/mjrkit/decrypt"
)

// state is what became of a frame's signature. It covers the tag alone, as
// it stands in the frame.
func (p *parts) state(k *ecdsa.PublicKey) decrypt.SigState {
	switch {
	case p.signature == nil:
		return decrypt.Unsigned
	case k == nil:
		return decrypt.Unverified
	}
	digest := sha256.Sum256(p.tag)
	r := new(big.Int).SetBytes(p.signature[:coordinate])
	s := new(big.Int).SetBytes(p.signature[coordinate:])
	if ecdsa.Verify(k, digest[:], r, s) {
		return decrypt.Verified
	}
	return decrypt.BadSignature
}

// sign fills in the signature.
func (p *parts) sign(k *ecdsa.PrivateKey) error {
	digest := sha256.Sum256(p.tag)
	r, s, err := ecdsa.Sign(rand.Reader, k, digest[:])
	if err != nil {
		return err
	}
	r.FillBytes(p.signature[:coordinate])
	s.FillBytes(p.signature[coordinate:])
	return nil
}
