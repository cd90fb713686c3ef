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
	sum := sha512.Sum512(signed)
	sig := frame[len(frame)-sigSize:]
	var x, y big.Int // r and s of ECDSA, IEEE P1363
	x.SetBytes(sig[:sigSize/2])
	y.SetBytes(sig[sigSize/2:])
	if ecdsa.Verify(k.verify, sum[:], &x, &y) {
		return decrypt.Verified
	}
	return decrypt.BadSignature
}

// signedPart is the slice that the library signs.
func signedPart(frame []byte, r *reading) []byte {
	end := (r.older + 1) * r.tagLen
	if end <= r.tag {
		return nil
	}
	return frame[r.tag:min(end, len(frame))]
}
