package sframejs

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"testing"
)

// TestKeyStreamIsAESCTR compares with crypto/cipher, at lengths around the
// blocks and the buffer, and where the counter carries.
func TestKeyStreamIsAESCTR(t *testing.T) {
	block, err := aes.NewCipher([]byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	var k keyStream
	for _, first := range []string{
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"a counter block.",
		"\x00\x00\x00\x00\x00\x00\x00\x07\xff\xff\xff\xff\xff\xff\xff\xfe",
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe",
	} {
		for _, n := range []int{0, 1, 15, 16, 17, 1023, 1024, 1025, 5000} {
			src := bytes.Repeat([]byte{0x5A}, n)
			got, want := make([]byte, n), make([]byte, n)
			k.xor(block, [16]byte([]byte(first)), got, src)
			cipher.NewCTR(block, []byte(first)).XORKeyStream(want, src)
			if !bytes.Equal(got, want) {
				t.Errorf("%d bytes from %x: got %x, want %x", n, first, got, want)
			}
		}
	}
}
