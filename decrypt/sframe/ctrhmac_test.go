package sframe

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"testing"
)

// TestKeyStream compares the key stream with the standard library's, for
// every length around the seams between blocks and GCM.
func TestKeyStream(t *testing.T) {
	for _, s := range []*suite{&suites[0], &suites[5]} {
		key := pattern(s.enc+s.auth, 1)
		aead, err := s.aead(key)
		if err != nil {
			t.Fatal(err)
		}
		block, err := aes.NewCipher(key[:s.enc])
		if err != nil {
			t.Fatal(err)
		}
		nonce := pattern(nonceSize, 2)
		for n := range 400 {
			plain := pattern(n, 3)
			want := make([]byte, n)
			cipher.NewCTR(block, append(bytes.Clone(nonce), 0, 0, 0, 0)).XORKeyStream(want, plain)
			sealed := aead.Seal(nil, nonce, plain, nil)
			if !bytes.Equal(sealed[:n], want) || len(sealed) != n+s.tag {
				t.Fatalf("%s: %d bytes are encrypted to %x, want %x", s.name, n, sealed, want)
			}
			opened, err := aead.Open(nil, nonce, sealed, nil)
			if err != nil || !bytes.Equal(opened, plain) {
				t.Fatalf("%s: %d bytes are decrypted to %x, %v", s.name, n, opened, err)
			}
		}
	}
}

// TestKeyStreamStaysInItsBytes: the tag of the GCM that makes the key stream
// must not fall behind the frame, where the caller's bytes are.
func TestKeyStreamStaysInItsBytes(t *testing.T) {
	aead, err := suites[0].aead(pattern(48, 1))
	if err != nil {
		t.Fatal(err)
	}
	nonce := pattern(nonceSize, 2)
	for n := range 200 {
		sealed := aead.Seal(nil, nonce, pattern(n, 3), nil)
		buf := bytes.Repeat([]byte{0xaa}, n+64)
		if _, err := aead.Open(buf[:0], nonce, sealed, nil); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(buf[n:], bytes.Repeat([]byte{0xaa}, 64)) {
			t.Fatalf("%d bytes: wrote behind them: %x", n, buf[n:])
		}
	}
}

// pattern is n bytes that no part of the code makes by accident.
func pattern(n int, seed byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = seed*31 + byte(i)*7 + byte(i>>8)
	}
	return b
}
