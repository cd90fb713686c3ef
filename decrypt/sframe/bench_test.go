package sframe

import (
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/decrypt"
)

const benchFrame = 1200 // about one RTP packet of video

// openable is an Opener that knows the key of the frame beside it.
func openable(b *testing.B, suite int) (*Opener, []byte) {
	k := testKey(suite, 1, decrypt.E2EE{KeyID: new(uint64(0x123))})
	frame := sealed(b, newSealer(b, k, SealerOptions{Counter: 0x4567}), string(pattern(benchFrame, 1)), decrypt.Meta{})
	return newOpener(b, k), frame
}

// BenchmarkOpen opens frames under a known key, suite by suite.
func BenchmarkOpen(b *testing.B) {
	for i := range suites {
		b.Run(suites[i].name, func(b *testing.B) {
			o, frame := openable(b, i+1)
			dst := make([]byte, 0, benchFrame)
			b.SetBytes(benchFrame)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := o.Open(dst, frame, decrypt.Meta{Kind: decrypt.Video, SSRC: 7}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOpenBesideGCM opens frames and, turn by turn, the same bytes with
// crypto/cipher alone. The best batch of each makes the share of its speed
// that is reached, on a machine that does other work as well. It must be 80 %.
func BenchmarkOpenBesideGCM(b *testing.B) {
	for _, suite := range []int{4, 5} {
		b.Run(suites[suite-1].name, func(b *testing.B) {
			o, frame := openable(b, suite)
			_, n, err := ParseHeader(frame)
			if err != nil {
				b.Fatal(err)
			}
			raw, err := suites[suite-1].aead(pattern(suites[suite-1].enc, 1))
			if err != nil {
				b.Fatal(err)
			}
			nonce := pattern(nonceSize, 2)
			body := raw.Seal(nil, nonce, pattern(benchFrame, 1), frame[:n])
			dst := make([]byte, 0, benchFrame)
			const batch = 100
			best := [2]time.Duration{time.Hour, time.Hour}
			for b.Loop() {
				start := time.Now()
				for range batch {
					if _, err := o.Open(dst, frame, decrypt.Meta{}); err != nil {
						b.Fatal(err)
					}
				}
				middle := time.Now()
				for range batch {
					if _, err := raw.Open(dst, nonce, body, frame[:n]); err != nil {
						b.Fatal(err)
					}
				}
				best[0] = min(best[0], middle.Sub(start))
				best[1] = min(best[1], time.Since(middle))
			}
			b.ReportMetric(100*float64(best[1])/float64(best[0]), "%-of-raw")
			b.ReportMetric(float64(best[0])/batch, "ns/open")
			b.ReportMetric(float64(best[1])/batch, "ns/raw")
		})
	}
}

func BenchmarkSeal(b *testing.B) {
	for i := range suites {
		b.Run(suites[i].name, func(b *testing.B) {
			s := newSealer(b, testKey(i+1, 1, decrypt.E2EE{}), SealerOptions{})
			frame, dst := pattern(benchFrame, 1), make([]byte, 0, benchFrame+64)
			b.SetBytes(benchFrame)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Seal(dst, frame, decrypt.Meta{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDerive is what a try costs under a key that is not known yet.
func BenchmarkDerive(b *testing.B) {
	for _, i := range []int{3, 4} {
		b.Run(suites[i].name, func(b *testing.B) {
			base := pattern(32, 1)
			for b.Loop() {
				if _, err := suites[i].box(base, 0x123); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
