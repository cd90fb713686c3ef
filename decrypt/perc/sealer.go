package perc

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/mjrkit/mjrkit/decrypt"
)

// Sealer seals the RTP packets of senders under one key, in the order of their
// sequence numbers. It serves one goroutine.
type Sealer struct {
	key    *key
	latest map[uint32]int64 // packet indexes by SSRC
	header []byte
}

// NewSealer makes a Sealer. Its rollover counters start from "roc" of the key,
// or 0.
func NewSealer(k decrypt.Key) (*Sealer, error) {
	if !Handles(k.Alg) {
		return nil, fmt.Errorf("perc: alg %q is not of this scheme", k.Alg)
	}
	e, err := newKey(k)
	if err != nil {
		return nil, err
	}
	return &Sealer{key: e, latest: make(map[uint32]int64)}, nil
}

// Format prints no key, whatever the verb.
func (s *Sealer) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "perc: key %q", s.key.name) }

// SealPacket appends the sealed form of an RTP packet to dst, which must not
// overlap packet. It refuses packets that do not follow the ones before of the
// same SSRC, whose key stream they would share, and under PERC Lite packets
// with padding.
func (s *Sealer) SealPacket(dst, packet []byte) ([]byte, error) {
	header, payload, err := parseRTP(packet)
	if err != nil {
		return dst, err
	}
	if s.key.form == lite && packet[0]&padding != 0 {
		return dst, fmt.Errorf("perc: PERC Lite has no padding")
	}
	x, err := s.next(ssrcOf(header), binary.BigEndian.Uint16(header[2:]))
	if err != nil {
		return dst, err
	}
	front := packet[:len(packet)-len(payload)] // with the extension
	if s.key.form == lite {
		s.header = append(append(s.header[:0], version), header[1:fixedHeader]...)
		dst = append(append(dst, front...), s.header[1:]...)
		return s.key.session.seal(dst, s.header, payload, x), nil
	}
	s.header = append(s.header[:0], header...)
	s.header[0] &^= extension
	dst = s.key.session.seal(append(dst, front...), s.header, payload, x)
	return append(dst, 0), nil // nothing was changed yet
}

// next is the packet index of a sender's next packet.
func (s *Sealer) next(ssrc uint32, seq uint16) (index, error) {
	last, seen := s.latest[ssrc]
	ext := int64(s.key.start)<<16 | int64(seq)
	if seen {
		ext = last + int64(int16(seq-uint16(last)))
		if ext <= last {
			return index{}, fmt.Errorf("perc: sequence number %d after %d", seq, uint16(last))
		}
	}
	if ext>>16 > math.MaxUint32 {
		return index{}, fmt.Errorf("perc: the rollover counter is used up: take a new key")
	}
	s.latest[ssrc] = ext
	return index{ssrc: ssrc, roc: uint32(ext >> 16), seq: seq}, nil
}
