package jitsi

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"hash"
)

// ctrHMAC is JFrame's AES-CTR with HMAC-SHA256 under one key.
type ctrHMAC struct {
	block cipher.Block
	mac   hash.Hash
	salt  []byte // the counter block of counter 0

	counter, stream [aes.BlockSize]byte
	sum             [sha256.Size]byte
}

func newCTRHMAC(encryption, authentication, salt []byte) *ctrHMAC {
	return &ctrHMAC{
		block: newBlock(encryption),
		mac:   hmac.New(sha256.New, authentication),
		salt:  salt,
	}
}

// blank stands for the tag and the signature in what the tag is made of.
var blank [sigLen]byte

// tag is the HMAC of a frame, cut to the length of its tag. It is valid until
// the next call.
func (c *ctrHMAC) tag(frame []byte, p *parts) []byte {
	ctr := p.end + p.tag
	c.mac.Reset()
	c.mac.Write(frame[:p.end])
	c.mac.Write(blank[:p.tag])
	c.mac.Write(frame[ctr : ctr+p.ctr])
	c.mac.Write(blank[:p.sig])
	c.mac.Write(frame[ctr+p.ctr+p.sig:])
	return c.mac.Sum(c.sum[:0])[:p.tag]
}

func (c *ctrHMAC) authentic(frame []byte, p *parts) bool {
	return subtle.ConstantTimeCompare(c.tag(frame, p), p.tagOf(frame)) == 1
}

// xor adds the keystream of a frame's counter to b, in place.
//
// It is not crypto/cipher's CTR: WebCrypto was told to count in the low 64
// bits only, and this one allocates nothing.
func (c *ctrHMAC) xor(b []byte, counter uint64) {
	copy(c.counter[:], c.salt)
	low := c.counter[8:]
	n := binary.BigEndian.Uint64(low) ^ counter
	for ; len(b) > 0; n++ {
		binary.BigEndian.PutUint64(low, n)
		c.block.Encrypt(c.stream[:], c.counter[:])
		b = b[subtle.XORBytes(b, b, c.stream[:]):]
	}
}
