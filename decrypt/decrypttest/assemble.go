package decrypttest

import (
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// Encrypted is one frame as its RTP packets carried it.
type Encrypted struct {
	Meta decrypt.Meta
	Data []byte
}

// assemble makes frames of the packets of one track: in order, once each, a
// frame for every RTP timestamp. Frames with a packet missing come out wrong;
// the callers' files have none.
func assemble(t testing.TB, packets [][]byte, m decrypt.Meta) []Encrypted {
	t.Helper()
	type numbered struct {
		packet
		n int64 // the sequence number without its wrap
	}
	var all []numbered
	last := int64(0)
	for i, b := range packets {
		p, err := readPacket(b)
		if err != nil {
			t.Fatalf("packet %d: %v", i, err)
		}
		if i == 0 {
			last = int64(p.seq)
		}
		last += int64(int16(p.seq - uint16(last)))
		if len(p.payload) > 0 {
			all = append(all, numbered{p, last})
		}
	}
	slices.SortStableFunc(all, func(a, b numbered) int { return int(a.n - b.n) })
	all = slices.CompactFunc(all, func(a, b numbered) bool { return a.n == b.n })
	var frames []Encrypted
	for i, p := range all {
		if i == 0 || p.timestamp != all[i-1].timestamp {
			m.SSRC, m.Timestamp = p.ssrc, p.timestamp
			frames = append(frames, Encrypted{Meta: m})
		}
		f := &frames[len(frames)-1]
		data, err := depacketize(f.Data, m.Codec, p.payload)
		if err != nil {
			t.Fatalf("packet %d: %v", i, err)
		}
		f.Data = data
	}
	return frames
}
