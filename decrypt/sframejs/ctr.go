package sframejs

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
)

// keyStream is AES-CTR with a counter of 128 bits, as WebCrypto was told.
//
// crypto/cipher's CTR allocates 512 bytes each time it begins, that is for
// every frame. This one takes 42 ns for 80 bytes and 4.7 µs for 10,000, that
// one 155 ns and 0.9 µs; beside the HMAC's 6.5 µs that is the lesser part.
// The counters are all written before the first is encrypted: a processor
// that reads 16 bytes just written as two times eight waits, which would
// halve the speed.
type keyStream struct {
	blocks [64 * aes.BlockSize]byte
}

// xor writes src XOR the key stream from counter on to dst.
func (k *keyStream) xor(block cipher.Block, counter [aes.BlockSize]byte, dst, src []byte) {
	hi, lo := binary.BigEndian.Uint64(counter[:8]), binary.BigEndian.Uint64(counter[8:])
	for len(src) > 0 {
		n := min(len(src), len(k.blocks))
		for i := 0; i < n; i += aes.BlockSize {
			b := k.blocks[i : i+aes.BlockSize]
			binary.BigEndian.PutUint64(b, hi)
			binary.BigEndian.PutUint64(b[8:], lo)
			if lo++; lo == 0 {
				hi++
			}
		}
		for i := 0; i < n; i += aes.BlockSize {
			b := k.blocks[i : i+aes.BlockSize]
			block.Encrypt(b, b)
		}
		subtle.XORBytes(dst, src[:n], k.blocks[:n])
		dst, src = dst[n:], src[n:]
	}
}
