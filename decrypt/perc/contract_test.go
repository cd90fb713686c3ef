package perc

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

// testKey is a key of an alg; each seed is another secret.
func testKey(alg string, seed byte) decrypt.Key {
	_, p := parseAlg(alg)
	k := decrypt.Key{ID: alg, Type: "oct", Use: "enc", Alg: alg, Secret: make(decrypt.Secret, p.key+p.salt)}
	for i := range k.Secret {
		k.Secret[i] = seed*31 + byte(i)*7
	}
	return k
}

// rtpPacket is a packet without CSRCs and extension.
func rtpPacket(ssrc uint32, seq uint16, payload []byte) []byte {
	p := []byte{version, marker | 96}
	p = binary.BigEndian.AppendUint16(p, seq)
	p = binary.BigEndian.AppendUint32(p, 3000*uint32(seq))
	return append(binary.BigEndian.AppendUint32(p, ssrc), payload...)
}

// The kit knows frames, and that all bytes of a sealed one are protected.
// Those of the header that a server may rewrite are not, so they stay outside:
// frames are payloads, and what is sealed is what the header does not show.
type (
	payloadOpener struct {
		*Opener
		buf []byte
	}
	payloadSealer struct {
		*Sealer
		seq uint16
	}
)

var outerHeader = rtpPacket(7, 1, nil)

func (o *payloadOpener) Open(dst, frame []byte, _ decrypt.Meta) (decrypt.Result, error) {
	packet := append(append(o.buf[:0], outerHeader...), frame...)
	res, err := o.OpenPacket(packet[len(packet):], packet)
	if err != nil {
		res.Plain = dst
		return res, err
	}
	o.buf = slices.Grow(packet, 2*len(packet)) // room for the next one to open
	res.Plain = append(dst, res.Plain[fixedHeader:]...)
	return res, nil
}

func (s *payloadSealer) Seal(dst, frame []byte, _ decrypt.Meta) ([]byte, error) {
	sealed, err := s.SealPacket(nil, rtpPacket(decrypttest.SSRC, s.seq, frame))
	s.seq++
	return append(dst, sealed[fixedHeader:]...), err
}

func TestContract(t *testing.T) {
	for i := range profiles {
		alg := prefixes[lite] + profiles[i].name
		t.Run(alg, func(t *testing.T) {
			named := testKey(alg, 4)
			named.SSRC = new(uint32(decrypttest.SSRC))
			keys := []decrypt.Key{testKey(alg, 1), testKey(alg, 2), testKey(prefixes[lite]+profiles[2].name, 3), named}
			var secrets [][]byte
			for _, k := range keys {
				secrets = append(secrets, k.Secret)
			}
			decrypttest.Run(t, decrypttest.Config{
				Opener:   func(t testing.TB) decrypt.Opener { return &payloadOpener{Opener: newOpener(t, keys[0])} },
				Stranger: func(t testing.TB) decrypt.Opener { return &payloadOpener{Opener: newOpener(t, keys[1:]...)} },
				Sealer:   func(t testing.TB) decrypt.Sealer { return &payloadSealer{Sealer: newSealer(t, keys[0])} },
				Frames:   decrypttest.Frames(t, "opus", "vp8"),
				Secrets:  secrets,
			})
		})
	}
}
