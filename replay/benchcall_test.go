package replay

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/mjr"
)

// megabit writes a call of 20 s, and returns the names of its files.
func megabit(b *testing.B) []string {
	b.Helper()
	dir := b.TempDir()
	write := func(name, codec string, kind mjr.Kind, packets func(put func(at time.Duration, h rtp.Header, payload []byte))) string {
		var all []mjr.Packet
		packets(func(at time.Duration, h rtp.Header, payload []byte) {
			h.Version, h.SequenceNumber = 2, uint16(len(all))
			data, err := (&rtp.Packet{Header: h, Payload: payload}).Marshal()
			if err != nil {
				b.Fatal(err)
			}
			all = append(all, mjr.Packet{Data: data, Arrival: at, HasArrival: true})
		})
		began := time.Unix(1_700_000_000, 0)
		data := rebuild(b, mjr.Header{Kind: kind, Codec: codec, Created: began, FirstFrame: began}, all)
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, data, 0o666); err != nil {
			b.Fatal(err)
		}
		return name
	}
	const seconds = 20
	audio := write("call-audio-0.mjr", "opus", mjr.Audio, func(put func(time.Duration, rtp.Header, []byte)) {
		for i := range seconds * 50 {
			put(time.Duration(i)*20*time.Millisecond, rtp.Header{PayloadType: 111, Timestamp: uint32(960 * i)}, bytes.Repeat([]byte{0x78}, 160))
		}
	})
	video := write("call-video-1.mjr", "vp8", mjr.Video, func(put func(time.Duration, rtp.Header, []byte)) {
		for i := range seconds * 30 {
			for k := range 4 {
				payload := make([]byte, 1030)
				payload[0], payload[1] = 0x80, 0x80
				binary.BigEndian.PutUint16(payload[2:], 0x8000|uint16(i))
				if k == 0 {
					payload[0] |= 0x10
					if copy(payload[4:], []byte{0x01, 0, 0, 0x9D, 0x01, 0x2A}); i%60 == 0 {
						payload[4] = 0
					}
				}
				put(time.Duration(i)*time.Second/30, rtp.Header{PayloadType: 96, Timestamp: uint32(3000 * i), Marker: k == 3}, payload)
			}
		}
	})
	return []string{audio, video}
}
