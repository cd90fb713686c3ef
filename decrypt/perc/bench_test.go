package perc

import (
	"bytes"
	"testing"
)

// BenchmarkOpenPacket opens packets of video under a known key.
func BenchmarkOpenPacket(b *testing.B) {
	for _, prefix := range prefixes {
		for i := range profiles {
			alg := prefix + profiles[i].name
			if !Handles(alg) {
				continue
			}
			b.Run(alg, func(b *testing.B) {
				k := testKey(alg, 1)
				s, o := newSealer(b, k), newOpener(b, k)
				var packet []byte
				for seq := range uint16(2) { // a short tag wants two
					var err error
					if packet, err = s.SealPacket(nil, rtpPacket(5, seq, bytes.Repeat([]byte{1}, 1200))); err != nil {
						b.Fatal(err)
					}
					o.OpenPacket(nil, packet)
				}
				dst := make([]byte, 0, 1500)
				b.SetBytes(1200)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := o.OpenPacket(dst, packet); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkSealPacket(b *testing.B) {
	s := newSealer(b, testKey("PERC-LITE-AEAD_AES_256_GCM", 1))
	packet, dst := rtpPacket(5, 0, bytes.Repeat([]byte{1}, 1200)), make([]byte, 0, 1500)
	b.SetBytes(1200)
	b.ReportAllocs()
	for b.Loop() {
		packet[3]++
		if packet[3] == 0 {
			packet[2]++
		}
		if _, err := s.SealPacket(dst, packet); err != nil {
			b.Fatal(err)
		}
	}
}
