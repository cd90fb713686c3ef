package sframejs

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

var sizes = []struct {
	n int
	m decrypt.Meta
}{{80, audio}, {1000, video}, {10_000, video}}

func BenchmarkOpen(b *testing.B) {
	for _, size := range sizes {
		b.Run(fmt.Sprint(size.n), func(b *testing.B) {
			k := keyOf("a", "secret", 5)
			s, o := mustSealer(b, k, SealerOptions{}), mustOpener(b, []decrypt.Key{k})
			frame, err := s.Seal(nil, make([]byte, size.n), size.m)
			if err != nil {
				b.Fatal(err)
			}
			dst := make([]byte, 0, len(frame))
			b.ReportAllocs()
			b.SetBytes(int64(size.n))
			for b.Loop() {
				if _, err := o.Open(dst, frame, size.m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSeal(b *testing.B) {
	for _, size := range sizes {
		b.Run(fmt.Sprint(size.n), func(b *testing.B) {
			s := mustSealer(b, keyOf("a", "secret", 5), SealerOptions{})
			frame, dst := make([]byte, size.n), make([]byte, 0, size.n+100)
			b.ReportAllocs()
			b.SetBytes(int64(size.n))
			for b.Loop() {
				if _, err := s.Seal(dst, frame, size.m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRaw is the cipher alone, with what the standard library has.
func BenchmarkRaw(b *testing.B) {
	for _, size := range sizes {
		b.Run(fmt.Sprint(size.n), func(b *testing.B) {
			block, err := aes.NewCipher(make([]byte, 16))
			if err != nil {
				b.Fatal(err)
			}
			mac := hmac.New(sha256.New, make([]byte, 32))
			frame, sum, iv := make([]byte, size.n), make([]byte, 0, 32), make([]byte, 16)
			b.ReportAllocs()
			b.SetBytes(int64(size.n))
			for b.Loop() {
				mac.Reset()
				mac.Write(frame)
				sum = mac.Sum(sum[:0])
				cipher.NewCTR(block, iv).XORKeyStream(frame, frame)
			}
		})
	}
}
