package sframe

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/subtle"
	"encoding/binary"
	"hash"
	"slices"

	"github.com/mjrkit/mjrkit/decrypt"
)

// ctrHMAC is AES-CTR with a truncated HMAC over everything, as a cipher.AEAD
// (RFC 9605, section 4.5.1). It has buffers of its own: one goroutine.
type ctrHMAC struct {
	block cipher.Block
	gcm   cipher.AEAD // makes the key stream, see xor
	mac   hash.Hash
	tag   int

	// What the HMAC covers before the AAD: three lengths and the nonce.
	head    [8 + 8 + 8 + nonceSize]byte
	sum     []byte
	counter [blockSize]byte
	stream  [blockSize]byte
}

const blockSize = 16 // of AES

func newCTRHMAC(s *suite, block cipher.Block, gcm cipher.AEAD, auth []byte) *ctrHMAC {
	return &ctrHMAC{block: block, gcm: gcm, mac: hmac.New(s.hash, auth), tag: s.tag}
}

func (c *ctrHMAC) NonceSize() int { return nonceSize }
func (c *ctrHMAC) Overhead() int  { return c.tag }

func (c *ctrHMAC) Seal(dst, nonce, plain, aad []byte) []byte {
	n := len(dst)
	dst = slices.Grow(dst, len(plain)+c.tag)[:n+len(plain)]
	c.xor(dst[n:], plain, nonce)
	return append(dst, c.authenticate(nonce, dst[n:], aad)...)
}

func (c *ctrHMAC) Open(dst, nonce, sealed, aad []byte) ([]byte, error) {
	if len(sealed) < c.tag {
		return nil, decrypt.ErrFormat
	}
	text, tag := sealed[:len(sealed)-c.tag], sealed[len(sealed)-c.tag:]
	if subtle.ConstantTimeCompare(tag, c.authenticate(nonce, text, aad)) == 0 {
		return nil, decrypt.ErrAuth
	}
	n := len(dst)
	dst = slices.Grow(dst, len(text))[:n+len(text)]
	c.xor(dst[n:], text, nonce)
	return dst, nil
}

// authenticate returns the tag of a ciphertext; it stands in c until the next.
func (c *ctrHMAC) authenticate(nonce, text, aad []byte) []byte {
	binary.BigEndian.PutUint64(c.head[0:], uint64(len(aad)))
	binary.BigEndian.PutUint64(c.head[8:], uint64(len(text)))
	binary.BigEndian.PutUint64(c.head[16:], uint64(c.tag))
	copy(c.head[24:], nonce)
	c.mac.Reset()
	c.mac.Write(c.head[:])
	c.mac.Write(aad)
	c.mac.Write(text)
	c.sum = c.mac.Sum(c.sum[:0])
	return c.sum[:c.tag]
}

// xor writes src XOR the key stream that starts at nonce || 00000000 to out.
//
// GCM is the same key stream from nonce || 00000002 on, so it does the middle
// of long frames: 1,200 bytes take 0.29 µs, against 1.44 µs block by block,
// and 0.24 µs with cipher.NewCTR, which allocates 512 bytes for each frame.
// Its tag, which nobody needs, falls on bytes that are written after it.
func (c *ctrHMAC) xor(out, src, nonce []byte) {
	const first = 2 * blockSize
	if len(src) < first+2*blockSize {
		c.blocks(out, src, nonce, 0)
		return
	}
	last := (len(src) - blockSize) &^ (blockSize - 1)
	c.gcm.Seal(out[:first], nonce, src[first:last], nil)
	c.blocks(out[:first], src[:first], nonce, 0)
	c.blocks(out[last:], src[last:], nonce, uint32(last/blockSize))
}

// blocks does the same block by block, from a block number on.
func (c *ctrHMAC) blocks(out, src, nonce []byte, number uint32) {
	copy(c.counter[:], nonce)
	for len(src) > 0 {
		binary.BigEndian.PutUint32(c.counter[nonceSize:], number)
		c.block.Encrypt(c.stream[:], c.counter[:])
		n := subtle.XORBytes(out, src, c.stream[:])
		out, src = out[n:], src[n:]
		number++
	}
}
