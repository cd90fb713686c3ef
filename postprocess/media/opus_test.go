package media

import (
	"bytes"
	"testing"
	"time"
)

const ms = time.Millisecond

func TestOpusDuration(t *testing.T) {
	for _, tt := range []struct {
		name   string
		packet []byte
		want   time.Duration
	}{
		{"SILK 10 ms, one frame", []byte{0 << 3, 1, 2, 3}, 10 * ms},
		{"SILK 60 ms, one frame", []byte{3 << 3, 1}, 60 * ms},
		{"hybrid 20 ms", []byte{15 << 3, 1}, 20 * ms},
		{"hybrid 10 ms", []byte{14<<3 | 4, 1}, 10 * ms},
		{"CELT 2.5 ms", []byte{16 << 3, 1}, 2500 * time.Microsecond},
		{"CELT 5 ms", []byte{29 << 3, 1}, 5 * ms},
		{"CELT 20 ms stereo, as WebRTC sends it", []byte{0xfc, 1}, 20 * ms},
		{"TOC alone: a lost frame", []byte{0x78}, 20 * ms},
		{"two frames of the same size", []byte{31<<3 | 1, 1, 2}, 40 * ms},
		{"two empty frames", []byte{3<<3 | 1}, 120 * ms},
		{"two frames of different sizes", []byte{31<<3 | 2, 1, 9, 8, 7}, 40 * ms},
		{"code 2, second frame empty", []byte{31<<3 | 2, 1, 9}, 40 * ms},
		{"code 2, two-byte size", append([]byte{31<<3 | 2, 252, 1}, make([]byte, 257)...), 40 * ms},
		{"code 3, six CBR frames", []byte{31<<3 | 3, 6, 1, 2, 3, 4, 5, 6}, 120 * ms},
		{"code 3, 48 empty frames", []byte{16<<3 | 3, 48}, 120 * ms},
		{"code 3, CBR, padded", []byte{31<<3 | 3, 0x42, 1, 9, 9, 0}, 40 * ms},
		{"code 3, padding of 254 and more", append([]byte{31<<3 | 3, 0x41, 255, 3, 9}, make([]byte, 257)...), 20 * ms},
		{"code 3, VBR", []byte{31<<3 | 3, 0x83, 1, 2, 9, 8, 8, 7}, 60 * ms},
		{"largest frame", append([]byte{31 << 3}, make([]byte, 1275)...), 20 * ms},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := OpusDuration(tt.packet)
			if !ok || got != tt.want {
				t.Errorf("got %v, %v, want %v", got, ok, tt.want)
			}
		})
	}
}

func TestOpusDurationRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		packet []byte
	}{
		{"no bytes", nil},
		{"frame larger than 1275 bytes", append([]byte{31 << 3}, make([]byte, 1276)...)},
		{"two equal frames in an odd number of bytes", []byte{31<<3 | 1, 1, 2, 3}},
		{"two equal frames larger than 1275 bytes", append([]byte{31<<3 | 1}, make([]byte, 2552)...)},
		{"code 2 without a size", []byte{31<<3 | 2}},
		{"code 2 with half a size", []byte{31<<3 | 2, 252}},
		{"code 2, first frame longer than the packet", []byte{31<<3 | 2, 3, 1, 2}},
		{"code 2, second frame larger than 1275 bytes", append([]byte{31<<3 | 2, 0}, make([]byte, 1276)...)},
		{"code 3 without a count", []byte{31<<3 | 3}},
		{"code 3 without frames", []byte{31<<3 | 3, 0}},
		{"code 3 longer than 120 ms", []byte{31<<3 | 3, 7, 1, 2, 3, 4, 5, 6, 7}},
		{"code 3, bytes not a multiple of the count", []byte{31<<3 | 3, 2, 1, 2, 3}},
		{"code 3, CBR frame larger than 1275 bytes", append([]byte{31<<3 | 3, 1}, make([]byte, 1276)...)},
		{"code 3, padding longer than the packet", []byte{31<<3 | 3, 0x41, 4, 1, 2, 3}},
		{"code 3, padding without an end", []byte{31<<3 | 3, 0x41, 255}},
		{"code 3, VBR, a size missing", []byte{31<<3 | 3, 0x83, 1}},
		{"code 3, VBR, frames longer than the packet", []byte{31<<3 | 3, 0x83, 1, 5, 9, 8}},
		{"code 3, VBR, last frame larger than 1275 bytes", append([]byte{31<<3 | 3, 0x81}, make([]byte, 1276)...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := OpusDuration(tt.packet); ok {
				t.Errorf("taken as a packet of %v", got)
			}
		})
	}
}

// Every configuration and code has a duration that Opus knows.
func FuzzOpusDuration(f *testing.F) {
	for toc := range 256 {
		f.Add([]byte{byte(toc), 3, 1, 2, 3})
	}
	f.Add(append([]byte{31<<3 | 3, 0xc2, 255, 1, 3}, bytes.Repeat([]byte{7}, 300)...))
	f.Fuzz(func(t *testing.T, packet []byte) {
		d, ok := OpusDuration(packet)
		if !ok {
			return
		}
		if d < 2500*time.Microsecond || d > 120*ms || d%(2500*time.Microsecond) != 0 {
			t.Errorf("%x lasts %v", packet, d)
		}
	})
}
