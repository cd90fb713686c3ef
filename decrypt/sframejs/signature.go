package sframejs

import (
	"crypto/ecdsa"
	"crypto/sha512"
	"math/big"

	"github.com/mjrkit/mjrkit/decrypt"
)

// signature checks what a signed frame has behind its tag.
//
// The library means to sign all tags of the frame, its own and the older
// ones. What it signs is a slice from the frame's tag to an end that counts
// from the beginning of the frame, so that in a longer frame it misses the
// last of the older tags, then the frame's own, and is empty at last. Such a
// signature is true of nothing; it is Unverified unless it covers the frame's
// own tag.
func (k *key) signature(frame []byte, r *reading) decrypt.SigState {
	signed := signedPart(frame, r)
	if k.verify == nil || len(signed) < r.tagLen {
		return decrypt.Unverified
	}
	if verified(k.verify, signed, frame[len(frame)-sigSize:]) {
		return decrypt.Verified
	}
	return decrypt.BadSignature
}

// verified checks r and s of ECDSA, as long as the curve each (IEEE P1363).
func verified(pub *ecdsa.PublicKey, signed, sig []byte) bool {
	sum := sha512.Sum512(signed)
	r := new(big.Int).SetBytes(sig[:sigSize/2])
	s := new(big.Int).SetBytes(sig[sigSize/2:])
	return ecdsa.Verify(pub, sum[:], r, s)
}

// signedPart is the slice that the library signs.
func signedPart(frame []byte, r *reading) []byte {
	end := (r.older + 1) * r.tagLen
	if end <= r.tag {
		return nil
	}
	return frame[r.tag:min(end, len(frame))]
}
