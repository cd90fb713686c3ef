package livekit

import (
	"bytes"
	"crypto/cipher"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

const benchLen = 1200 // bytes of plaintext

// BenchmarkAEAD is the cipher alone, with which BenchmarkOpen compares: the
// same bytes at the same places, since alignment counts.
func BenchmarkAEAD(b *testing.B) {
	for codec, n := range map[string]int{"opus": 1, "vp8": 10, "vp9": 0, "h264": 6} {
		b.Run(codec, func(b *testing.B) {
			aead, frame := benchCipher(b), benchFrame(codec)
			iv := make([]byte, ivLen)
			sealed := aead.Seal(frame[:n:n], iv, frame[n:], frame[:n])
			dst := append(make([]byte, 0, benchLen), frame[:n]...)
			b.SetBytes(benchLen)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := aead.Open(dst, iv, sealed[n:], dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchCipher(b *testing.B) cipher.AEAD {
	k := rawKey("k", 0)
	c := chain{source: source{secret: k.Secret, salt: defaultSalt}}
	aead, err := c.aead(0, 16)
	if err != nil {
		b.Fatal(err)
	}
	return aead
}

func benchFrame(codec string) []byte {
	frame := append(make([]byte, 10), bytes.Repeat([]byte{0x5a}, benchLen-10)...)
	if strings.HasPrefix(codec, "h26") {
		copy(frame, "\x00\x00\x00\x01\x41\x9a\x01\x02\x03\x04")
	}
	return frame
}

func BenchmarkOpen(b *testing.B) {
	for _, codec := range []string{"opus", "vp8", "vp9", "h264"} {
		b.Run(codec, func(b *testing.B) {
			k := rawKey("k", 0)
			m := videoMeta(codec, 1)
			m.SSRC, m.Timestamp = 0x11223344, 0x55667788 // few zeros to escape, as in a call
			if codec == "opus" {
				m.Kind = decrypt.Audio
			}
			sealed := seal(b, k, 0, benchFrame(codec), m)
			o := newOpener(b, []decrypt.Key{k}, 0)
			dst := make([]byte, 0, len(sealed))
			b.SetBytes(benchLen)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := o.Open(dst, sealed, m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSeal(b *testing.B) {
	for _, codec := range []string{"vp8", "h264"} {
		b.Run(codec, func(b *testing.B) {
			s, err := NewSealer(rawKey("k", 0), SealerOptions{})
			if err != nil {
				b.Fatal(err)
			}
			frame, dst := benchFrame(codec), make([]byte, 0, 2*benchLen)
			m := videoMeta(codec, 1)
			b.SetBytes(benchLen)
			b.ReportAllocs()
			for b.Loop() {
				m.Timestamp++ // no IV twice
				if _, err := s.Seal(dst, frame, m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestOpenAllocatesNothing(t *testing.T) {
	for _, codec := range []string{"opus", "vp8", "vp9", "h264", "h265"} {
		k := rawKey("k", 0)
		m := videoMeta(codec, 0) // a timestamp of zeros: escaped
		sealed := seal(t, k, 0, benchFrame("h264"), m)
		o := newOpener(t, []decrypt.Key{k}, 0)
		dst := make([]byte, 0, len(sealed))
		if n := testing.AllocsPerRun(100, func() {
			if _, err := o.Open(dst, sealed, m); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations a frame", codec, n)
		}
	}
}
