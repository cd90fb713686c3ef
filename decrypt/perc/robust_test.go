package perc

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

// TestEveryBitFlipIsHarmless flips every bit of the vectors' packets. A server
// may change the header that nothing protects; what comes out must be what the
// sender had made, or nothing.
func TestEveryBitFlipIsHarmless(t *testing.T) {
	flipped := 0
	for _, v := range decrypttest.Vectors(t, vectorFile) {
		if !v.Expect.OK || v.ID == oldRevision {
			continue
		}
		for _, p := range recorded(v) {
			flipped++
			flipEveryBit(t, v.ID, keyOf(t, v), p[0], withoutExtension(t, p[1]))
		}
	}
	if flipped != 70 {
		t.Errorf("%d packets, want 70", flipped)
	}
}

func flipEveryBit(t *testing.T, name string, k decrypt.Key, packet, want []byte) {
	t.Helper()
	o, err := NewOpener([]decrypt.Key{k}, Options{MaxROC: 1})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		o.OpenPacket(nil, packet)
	}
	stride := 1 + len(packet)/400 // one bit of three for the packets of video
	opened := 0
	for bit := 0; bit < 8*len(packet); bit += stride {
		altered := bytes.Clone(packet)
		altered[bit/8] ^= 1 << (bit % 8)
		res, err := o.OpenPacket(nil, altered)
		if err == nil && !bytes.Equal(res.Plain, want) {
			t.Errorf("%s: bit %d flipped, opens to %x, want %x", name, bit, res.Plain, want)
		}
		if err == nil {
			opened++
		}
	}
	if opened > 8*30 {
		t.Errorf("%s: %d bits do not matter", name, opened)
	}
}

// TestFlippedPacketsUnderTheWholeSearch: among many keys and rollover
// counters, 1,000 packets with a wrong bit each open to nothing else.
func TestFlippedPacketsUnderTheWholeSearch(t *testing.T) {
	const packets = 1000
	random := rand.New(rand.NewPCG(8723, 1))
	var keys []decrypt.Key
	var sealers []*Sealer
	for f, prefix := range prefixes {
		for i := range profiles {
			if alg := prefix + profiles[i].name; Handles(alg) {
				k := testKey(alg, byte(f*10+i))
				keys = append(keys, k)
				sealers = append(sealers, newSealer(t, k))
			}
		}
	}
	o := newOpener(t, keys...)
	for n := range packets {
		original := rtpPacket(uint32(n%len(keys)), uint16(n), bytes.Repeat([]byte{byte(n)}, random.IntN(100)))
		packet, err := sealers[n%len(keys)].SealPacket(nil, original)
		if err != nil {
			t.Fatal(err)
		}
		bit := random.IntN(8 * len(packet))
		packet[bit/8] ^= 1 << (bit % 8)
		if res, err := o.OpenPacket(nil, packet); err == nil && !bytes.Equal(res.Plain, original) {
			t.Errorf("packet %d, bit %d flipped, opens under %s to %x", n, bit, res.Key, res.Plain)
		}
	}
	if got := o.Tries(); got < 5*packets || got > 10*packets {
		t.Errorf("%d tries for %d packets, want 5 to 10 each", got, packets)
	}
}

func TestOpenPacketAllocatesNothing(t *testing.T) {
	for f, prefix := range prefixes {
		for i := range profiles {
			alg := prefix + profiles[i].name
			if !Handles(alg) {
				continue
			}
			k := testKey(alg, byte(f))
			packets := track(t, k, span(0, 20, 1))
			o := newOpener(t, k)
			var dst []byte
			for range 3 {
				for _, p := range packets {
					res, _ := o.OpenPacket(dst[:0], p)
					dst = res.Plain
				}
			}
			opened := 0
			run := func() {
				for _, p := range packets {
					if _, err := o.OpenPacket(dst[:0], p); err == nil {
						opened++
					}
				}
			}
			if n := testing.AllocsPerRun(5, run); n != 0 || opened != 6*len(packets) {
				t.Errorf("%s: %v allocations for %d packets, %d opened", alg, n, len(packets), opened)
			}
		}
	}
}
