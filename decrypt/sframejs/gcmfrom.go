package sframejs

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"math/bits"
)

// gcmFrom is AES-GCM counting from any block that it is told.
//
// Out of a nonce N of 16 bytes GCM makes the block before the first it uses,
//
//	J = N·H² + L·H
//
// where H is the encrypted zero block and L the nonce's length in bits (NIST
// SP 800-38D, section 7.1). Here N is sought for a given J. The equation is
// linear: where two J differ in bit i, their N differ by xⁱ·H⁻². From one
// frame to the next a counter changes in few bits, so few additions are made.
type gcmFrom struct {
	aead  cipher.AEAD
	bits  [128]element // xⁱ·H⁻²
	j, n  element      // the last pair
	nonce [aes.BlockSize]byte
}

// newGCMFrom returns nil where there is no such GCM: FIPS mode has none with
// nonces of 16 bytes, and a zero H has no inverse.
func newGCMFrom(block cipher.Block) *gcmFrom {
	aead, err := cipher.NewGCMWithNonceSize(block, aes.BlockSize)
	var zero [aes.BlockSize]byte
	block.Encrypt(zero[:], zero[:])
	h := element{binary.BigEndian.Uint64(zero[:8]), binary.BigEndian.Uint64(zero[8:])}
	if err != nil || h == (element{}) {
		return nil
	}
	g := &gcmFrom{aead: aead}
	bit := h.times(h).inverse()
	for i := range g.bits {
		g.bits[i] = bit
		bit = bit.timesX()
	}
	g.j = h.times(element{lo: 8 * aes.BlockSize}) // of nonce 0
	return g
}

// seal encrypts from block hi, lo on. Only the low 32 bits are counted.
func (g *gcmFrom) seal(hi, lo uint64, dst, src []byte) {
	j := element{hi, lo&^(gcmCount-1) | (lo-1)%gcmCount}
	for w, d := range [2]uint64{j.hi ^ g.j.hi, j.lo ^ g.j.lo} {
		for d != 0 {
			i := bits.LeadingZeros64(d)
			g.n = g.n.plus(g.bits[64*w+i])
			d &^= 1 << (63 - i)
		}
	}
	g.j = j
	binary.BigEndian.PutUint64(g.nonce[:8], g.n.hi)
	binary.BigEndian.PutUint64(g.nonce[8:], g.n.lo)
	g.aead.Seal(dst[:0], g.nonce[:], src, nil)
}

// element is of GCM's field: x⁰ is the highest bit of hi, x¹²⁷ the lowest of
// lo (NIST SP 800-38D, section 6.3).
type element struct{ hi, lo uint64 }

func (e element) plus(f element) element { return element{e.hi ^ f.hi, e.lo ^ f.lo} }

func (e element) timesX() element {
	const polynomial = 0xE1 << 56 // 1 + x + x² + x⁷, for x¹²⁸
	return element{e.hi>>1 ^ polynomial&-(e.lo&1), e.lo>>1 | e.hi<<63}
}

func (e element) times(f element) (product element) {
	for _, w := range [2]uint64{e.hi, e.lo} {
		for range 64 {
			m := -(w >> 63) // no branch: both may be secret
			product = product.plus(element{f.hi & m, f.lo & m})
			f = f.timesX()
			w <<= 1
		}
	}
	return product
}

// inverse is e to the power of 2¹²⁸-2.
func (e element) inverse() element {
	power, inverse := e, element{hi: 1 << 63}
	for range 127 {
		power = power.times(power)
		inverse = inverse.times(power)
	}
	return inverse
}
