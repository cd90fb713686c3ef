package detect_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/detect"
	"github.com/mjrkit/mjrkit/decrypt/livekit"
)

// sender makes n frames of noise, each finished by its scheme.
func sender(n int, finish func(n int, noise []byte) []byte) []shown {
	rnd := rand.New(rand.NewPCG(5, 5))
	var frames []shown
	for i := range n {
		noise := make([]byte, 80)
		for j := range noise {
			noise[j] = byte(rnd.Uint32())
		}
		frames = append(frames, shown{finish(i, noise), decrypt.Meta{Kind: decrypt.Audio, Codec: "opus", Timestamp: uint32(960 * i)}})
	}
	return frames
}

func gcmTrailer(ssrc, ts, count uint32, index byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, ssrc)
	b = binary.BigEndian.AppendUint32(b, ts)
	return append(binary.BigEndian.AppendUint32(b, count), 12, index)
}

func jitsiFrame(n int, noise []byte) []byte {
	return append(noise, gcmTrailer(77, uint32(960*n), uint32(100+n), 3)...)
}

func inClear(_ int, noise []byte) []byte { return noise }

func TestGuessOfTooLittle(t *testing.T) {
	var d detect.Detector
	if g := d.Guess(); g.Scheme != "" {
		t.Errorf("nothing seen: %+v", g)
	}
	frames := sender(8, jitsiFrame)
	if g := guess(nil, frames[:7]); g.Scheme != "" {
		t.Errorf("7 frames: %+v", g)
	}
	if g := guess(nil, frames); g.Scheme != "jitsi-gcm" || g.Sure {
		t.Errorf("8 frames: %+v, want a guess that is not sure", g)
	}
}

func TestTrackBeginsInClear(t *testing.T) {
	for _, clear := range []int{1, 30, 50, 64, 100, 128, 300} {
		frames := append(sender(clear, inClear), sender(100, jitsiFrame)...)
		g := guess(nil, frames)
		if g.Scheme != "jitsi-gcm" || g.Detail != "key index 3" || !g.Sure {
			t.Errorf("%d frames in clear, then 100 encrypted: %+v", clear, g)
		}
	}
	frames := append(sender(30, inClear), sender(20, jitsiFrame)...)
	if g := guess(nil, frames); g.Scheme != "jitsi-gcm" {
		t.Errorf("30 frames in clear and 20 encrypted: %+v", g)
	}
	frames = append(sender(50, jitsiFrame), sender(300, inClear)...)
	if g := guess(nil, frames); g.Scheme != "jitsi-gcm" {
		t.Errorf("50 frames encrypted, then in clear: %+v", g)
	}
}

func TestChangesOfKeyAndLoss(t *testing.T) {
	frames := sender(120, func(n int, noise []byte) []byte {
		return append(noise, gcmTrailer(77, uint32(960*n), uint32(100+n), byte(n/8))...)
	})
	g := guess(nil, frames)
	want := make([]uint64, 15)
	for i := range want {
		want[i] = uint64(i)
	}
	if g.Scheme != "jitsi-gcm" || !slices.Equal(g.IDs, want) {
		t.Errorf("15 keys: %+v", g)
	}
	if want := "key indexes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14"; g.Detail != want {
		t.Errorf("got %q, want %q", g.Detail, want)
	}
	frames = sender(120, func(n int, noise []byte) []byte {
		return append(noise, gcmTrailer(77, uint32(960*n), uint32(960*n-100-n), byte(n))...)
	})
	if g := guess(nil, frames); g.Scheme != "livekit" || len(g.IDs) != 16 {
		t.Errorf("120 keys: %+v, want 16 of them", g)
	}
	var lossy []shown
	for n, f := range sender(300, jitsiFrame) {
		if n%7 != 3 && n%11 != 5 {
			lossy = append(lossy, f)
		}
	}
	if g := guess(nil, lossy); g.Scheme != "jitsi-gcm" || !g.Sure {
		t.Errorf("with loss: %+v", g)
	}
	for n := range lossy {
		if n%9 == 4 {
			lossy[n].data = []byte{0xf8, 0xff, 0xfe} // blank frames of a server
		}
	}
	if g := guess(nil, lossy); g.Scheme != "jitsi-gcm" || !g.Sure {
		t.Errorf("with foreign frames in between: %+v", g)
	}
}

func TestSmallThings(t *testing.T) {
	for _, tt := range []struct {
		name   string
		finish func(n int, noise []byte) []byte
		want   detect.Guess
	}{
		{"XOR of the first demonstration", func(_ int, b []byte) []byte { return append(b, 0xde, 0xad, 0xbe, 0xef) },
			detect.Guess{Scheme: "xor-demo", Sure: true}},
		{"XOR, two keys", func(n int, b []byte) []byte { return append(b, byte(1+n/40), 0xde, 0xad, 0xbe, 0xef) },
			detect.Guess{Scheme: "xor-demo", Detail: "key ids 1, 2", IDs: []uint64{1, 2}, Sure: true}},
		{"DAVE", func(n int, b []byte) []byte { return append(b, byte(n), 12, 0xfa, 0xfa) },
			detect.Guess{Scheme: "dave", Sure: true}},
		{"DAVE, silence in clear", func(n int, b []byte) []byte {
			if n%3 != 0 {
				return []byte{0xf8, 0xff, 0xfe}
			}
			return append(b, byte(n), 12, 0xfa, 0xfa)
		}, detect.Guess{Scheme: "dave"}},
		{"FA FA with a length longer than the frame", func(n int, b []byte) []byte { return append(b, byte(n), 200, 0xfa, 0xfa) },
			detect.Guess{}},
		{"LiveKit with metadata", func(n int, b []byte) []byte {
			b = append(b, gcmTrailer(1, uint32(9*n), uint32(9*n-5-n), 2)...)
			return append(b, 0x55, 0x66, 0xff^7, 'L', 'K', 'T', 'S')
		}, detect.Guess{Scheme: "livekit", Detail: "key index 2", IDs: []uint64{2}, Sure: true}},
		{"metadata and nothing before it", func(int, []byte) []byte { return []byte{0xff ^ 5, 'L', 'K', 'T', 'S'} },
			detect.Guess{}},
		{"Jitsi's trailer with an index beyond its ring", func(n int, b []byte) []byte {
			return append(b, gcmTrailer(77, uint32(960*n), uint32(100+n), 16)...)
		}, detect.Guess{}},
		{"the same frame again and again", func(int, []byte) []byte { return jitsiFrame(1, make([]byte, 80)) },
			detect.Guess{}},
		{"the same with the end of DAVE", func(int, []byte) []byte { return append(make([]byte, 80), 12, 0xfa, 0xfa) },
			detect.Guess{}},
	} {
		g := guess(nil, sender(60, tt.finish))
		if fmt.Sprint(g) != fmt.Sprint(tt.want) {
			t.Errorf("%s: got %+v, want %+v", tt.name, g, tt.want)
		}
	}
}

// TestEscapedTrailer: LiveKit's trailer in H.264 with so many zeros that all
// of it is escaped.
func TestEscapedTrailer(t *testing.T) {
	index := uint64(1)
	s, err := livekit.NewSealer(key("LIVEKIT-A128GCM", func(k *decrypt.Key) { k.KDF, k.Index = "HKDF", &index }), livekit.SealerOptions{Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	frames := sender(50, func(n int, noise []byte) []byte {
		sealed, err := s.Seal(nil, append([]byte{0, 0, 0, 1, 0x41, 0x9a}, noise...), decrypt.Meta{Kind: decrypt.Video, Codec: "h264", Timestamp: uint32(n)})
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	})
	for i := range frames {
		frames[i].meta.Kind, frames[i].meta.Codec = decrypt.Video, "h264"
	}
	if g := guess(nil, frames); g.Scheme != "livekit" || g.Detail != "key index 1" {
		t.Errorf("%+v", g)
	}
}

// perc makes an RTP packet's payload that of PERC Lite.
func perc(packet []byte, noise []byte) []byte {
	header := packet[:12]
	payload := append([]byte{header[1]}, header[2:12]...)
	return append(bytes.Clone(header), append(payload, noise...)...)
}

func TestPackets(t *testing.T) {
	noise := sender(400, inClear)
	packet := func(n int) []byte {
		b := []byte{0x80, 96, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}
		binary.BigEndian.PutUint16(b[2:], uint16(65500+n))
		binary.BigEndian.PutUint32(b[4:], uint32(3000*(n/3)))
		if n%3 == 2 {
			b[1] |= 0x80
		}
		return b
	}
	for _, tt := range []struct {
		name string
		make func(n int) []byte
		want detect.Guess
	}{
		{"PERC Lite", func(n int) []byte { return perc(packet(n), noise[n].data) }, detect.Guess{Scheme: "perc-lite", Sure: true}},
		{"PERC Lite, headers rewritten", func(n int) []byte {
			b := perc(packet(n), noise[n].data)
			binary.BigEndian.PutUint16(b[2:], uint16(n+1))
			binary.BigEndian.PutUint32(b[4:], uint32(3000*(n/3)+77))
			binary.BigEndian.PutUint32(b[8:], 9)
			b[1] ^= 5
			return b
		}, detect.Guess{Scheme: "perc-lite", Sure: true}},
		{"PERC Lite, with extension, CSRC and padding", func(n int) []byte {
			b := perc(packet(n), noise[n].data)
			b[0] |= 0x31
			b = append(b, 0, 0, 0, 4) // padding
			extra := []byte{8, 8, 8, 8, 0xbe, 0xde, 0, 1, 1, 2, 3, 4}
			return slices.Insert(b, 12, extra...)
		}, detect.Guess{Scheme: "perc-lite", Sure: true}},
		{"double encryption, sequence number rewritten", func(n int) []byte {
			b := append(packet(n), noise[n].data...)
			b = append(b, b[2], b[3], 1)
			binary.BigEndian.PutUint16(b[2:], uint16(n+1))
			return b
		}, detect.Guess{Scheme: "srtp-double", Sure: true}},
		{"noise", func(n int) []byte { return append(packet(n), noise[n].data...) }, detect.Guess{}},
		{"no RTP", func(n int) []byte { return perc(packet(n), noise[n].data)[1:] }, detect.Guess{}},
		{"no payload", packet, detect.Guess{}},
	} {
		for _, packets := range []int{50, 400} {
			var d detect.Detector
			for n := range packets {
				d.AddPacket(tt.make(n))
			}
			if g := d.Guess(); fmt.Sprint(g) != fmt.Sprint(tt.want) {
				t.Errorf("%s, %d packets: got %+v, want %+v", tt.name, packets, g, tt.want)
			}
		}
	}
}

func TestAddKeepsNothing(t *testing.T) {
	var d detect.Detector
	buf := make([]byte, 0, 4096)
	for _, f := range sender(60, jitsiFrame) {
		buf = append(buf[:0], f.data...)
		d.Add(buf, f.meta)
		for i := range buf {
			buf[i] = 0xee
		}
	}
	if g := d.Guess(); g.Scheme != "jitsi-gcm" {
		t.Errorf("%+v, after the frames' buffer was written over", g)
	}
}

func TestAddIsBounded(t *testing.T) {
	var d detect.Detector
	frames := sender(200, jitsiFrame)
	for _, f := range frames {
		d.Add(f.data, f.meta)
	}
	if n := testing.AllocsPerRun(100, func() { d.Add(frames[0].data, frames[0].meta) }); n != 0 {
		t.Errorf("%v allocations for a frame after 200", n)
	}
}
