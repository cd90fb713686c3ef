package jitsi

import (
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// benchFrame is what a video frame of 1.2 kB is sealed to, and what a cipher
// alone would be given of it.
func benchFrame(b *testing.B, s scheme) (*Opener, []byte, decrypt.Meta) {
	b.Helper()
	k := s.key("bench", 1, index(1))
	m := decrypt.Meta{Kind: decrypt.Video, Codec: "vp8", SSRC: 1, Timestamp: 2}
	frame := make([]byte, 1200)
	frame[0] = 1 // no key frame
	sealed, err := newSealer(b, k, SealerOptions{}).Seal(nil, frame, m)
	if err != nil {
		b.Fatal(err)
	}
	return newOpener(b, []decrypt.Key{k}), sealed, m
}

// BenchmarkOpen is to be read beside BenchmarkCipher, which is AES-GCM of
// crypto/cipher alone on the same bytes.
func BenchmarkOpen(b *testing.B) {
	for _, s := range schemes() {
		if s.signed {
			continue // P-521 is all that would be seen
		}
		b.Run(s.String(), func(b *testing.B) {
			o, sealed, m := benchFrame(b, s)
			dst := make([]byte, 0, len(sealed))
			b.SetBytes(1200)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := o.Open(dst, sealed, m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCipher(b *testing.B) {
	for _, s := range []scheme{{alg: "JITSI-GCM", size: 32}, {alg: "JITSI-GCM-DIRECT", size: 32}} {
		b.Run(s.String(), func(b *testing.B) {
			o, sealed, m := benchFrame(b, s)
			aead := o.keys[0].suite(0).aead
			var p parts
			if !p.read(gcm, sealed, m) {
				b.Fatal("not a frame")
			}
			n := p.clear[0]
			dst := make([]byte, 0, len(sealed))
			b.SetBytes(1200)
			b.ReportAllocs()
			for b.Loop() {
				out := append(dst, sealed[:n]...)
				if _, err := aead.Open(out, p.iv(sealed), sealed[n:p.end], sealed[:n]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
