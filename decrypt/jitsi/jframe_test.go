package jitsi

import (
	"bytes"
	"crypto/cipher"
	"encoding/binary"
	"testing"
)

// TestKeyStream compares with crypto/cipher, at lengths around the blocks and
// the buffer. That one carries beyond the low 64 bits, where it has to be
// started afresh.
func TestKeyStream(t *testing.T) {
	salt := []byte("salt of 16 bytes")
	c := newCTRHMAC([]byte("0123456789abcdef"), []byte("any"), salt)
	low := binary.BigEndian.Uint64(salt[8:])
	for _, start := range []uint64{0, 1, low, 1<<64 - 1, 1<<64 - 16, 1<<64 - 17} {
		for _, n := range []int{0, 1, 15, 16, 17, 255, 256, 257, 1000} {
			got, want := bytes.Repeat([]byte{0x5A}, n), bytes.Repeat([]byte{0x5A}, n)
			c.xor(got, start^low)
			for i, block := 0, start; i < n; i, block = i+16, block+1 {
				iv := binary.BigEndian.AppendUint64(bytes.Clone(salt[:8]), block)
				b := want[i:min(i+16, n)]
				cipher.NewCTR(c.block, iv).XORKeyStream(b, b)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%d bytes from block %#x: got %x, want %x", n, start, got, want)
			}
		}
	}
}
