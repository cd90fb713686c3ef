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
func (p *parts) state(frame []byte, k *ecdsa.PublicKey) decrypt.SigState {
	switch {
	case p.sig == 0:
		return decrypt.Unsigned
	case k == nil:
		return decrypt.Unverified
	}
	digest, signature := sha256.Sum256(p.tagOf(frame)), p.signature(frame)
	r := new(big.Int).SetBytes(signature[:coordinate])
	s := new(big.Int).SetBytes(signature[coordinate:])
	if ecdsa.Verify(k, digest[:], r, s) {
		return decrypt.Verified
	}
	return decrypt.BadSignature
}

// sign fills in the signature.
func (p *parts) sign(frame []byte, k *ecdsa.PrivateKey) error {
	digest, signature := sha256.Sum256(p.tagOf(frame)), p.signature(frame)
	r, s, err := ecdsa.Sign(rand.Reader, k, digest[:])
	if err != nil {
		return err
	}
	r.FillBytes(signature[:coordinate])
	s.FillBytes(signature[coordinate:])
	return nil
}
