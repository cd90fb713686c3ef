package detect

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestReadings: what each scheme sees in a frame, and what it does not take
// for its own.
func TestReadings(t *testing.T) {
	const sealed, tag = "a1a2a3a4a5", "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
	const iv = "11223344 55667788 00000064"   // Jitsi's, count 100
	const ivLK = "11223344 55667788 55667724" // LiveKit's, the same count
	for _, tt := range []struct {
		name        string
		read        func(*frame) reading
		frame       string
		ok          bool
		id, counter uint64
		width       int
	}{
		{"RFC 9605: all in the config byte", rfc9605, "57" + sealed, true, 5, 7, 3},
		{"RFC 9605: counter of a byte", rfc9605, "58 08" + sealed, true, 5, 8, 8},
		{"RFC 9605: counter that would fit the config byte", rfc9605, "58 07" + sealed, false, 0, 0, 0},
		{"RFC 9605: counter with a zero before it", rfc9605, "59 0008" + sealed, false, 0, 0, 0},
		{"RFC 9605: KID of a byte", rfc9605, "87 08" + sealed, true, 8, 7, 3},
		{"RFC 9605: KID that would fit the config byte", rfc9605, "87 07" + sealed, false, 0, 0, 0},
		{"RFC 9605: KID with a zero before it", rfc9605, "97 0008" + sealed, false, 0, 0, 0},
		{"RFC 9605: the longest header", rfc9605, "ff 0102030405060708 1112131415161718" + sealed, true, 0x0102030405060708, 0x1112131415161718, 64},
		{"RFC 9605: no room for a tag", rfc9605, "57 a1a2a3", false, 0, 0, 0},
		{"RFC 9605: cut in the header", rfc9605, "ff 0102", false, 0, 0, 0},

		{"SFrame.js: short key id", medooze, "15 00" + sealed, true, 5, 0, 8},
		{"SFrame.js: counter of two bytes", medooze, "25 0100" + sealed, true, 5, 256, 16},
		{"SFrame.js: counter with a zero before it", medooze, "25 0001" + sealed, false, 0, 0, 0},
		{"SFrame.js: no counter", medooze, "05 00" + sealed, false, 0, 0, 0},
		{"SFrame.js: signed", medooze, "95 00" + sealed, false, 0, 0, 0},
		{"SFrame.js: long key id", medooze, "19 08 00" + sealed, true, 8, 0, 8},
		{"SFrame.js: long key id that would be short", medooze, "19 07 00" + sealed, false, 0, 0, 0},
		{"SFrame.js: long key id with a zero before it", medooze, "1a 0008 00" + sealed, false, 0, 0, 0},
		{"SFrame.js: key id of 5 bytes, its first one wrong", medooze, "1d 0000000100 00" + sealed, true, 256, 0, 8},
		{"SFrame.js: no room for a tag", medooze, "15 00 a1a2a3", false, 0, 0, 0},
		{"SFrame.js behind 3 bytes", medoozeSkip, "010203 15 09" + sealed, true, 5, 9, 8},
		{"SFrame.js behind 10 bytes", medoozeSkip, "00010203040506070809 15 09" + sealed, true, 5, 9, 8},
		{"SFrame.js behind 10 bytes, the longest header", medoozeSkip, "00010203040506070809 7f 01020304050607 11121314151617" + sealed, true, 0x01020304050607, 0x11121314151617, 56},

		{"Jitsi", jitsiGCM, tag + iv + "0c 03", true, 3, 100, 32},
		{"Jitsi: IV of another length", jitsiGCM, tag + iv + "0d 03", false, 0, 0, 0},
		{"Jitsi: index beyond the ring", jitsiGCM, tag + iv + "0c 10", false, 0, 0, 0},
		{"Jitsi: count too high", jitsiGCM, tag + "11223344 55667788 0000ffff 0c 03", false, 0, 0, 0},
		{"Jitsi: no room for a tag", jitsiGCM, tag[2:] + iv + "0c 03", false, 0, 0, 0},
		{"LiveKit", liveKit, tag + ivLK + "0c c8", true, 200, 100, 32},
		{"LiveKit: IV of another length", liveKit, tag + ivLK + "0d c8", false, 0, 0, 0},
		{"LiveKit: count too high", liveKit, tag + iv + "0c 03", false, 0, 0, 0},
		{"LiveKit: no room for a tag", liveKit, tag[2:] + ivLK + "0c c8", false, 0, 0, 0},
		{"LiveKit with metadata", liveKit, tag + ivLK + "0c c8 eeee f8 4c4b5453", true, 200, 100, 32},
		{"LiveKit: metadata longer than the frame", liveKit, tag + ivLK + "0c c8 00 4c4b5453", false, 0, 0, 0},
		{"passphrase", hips, tag + iv + "02", true, 2, 100, 32},
		{"passphrase: index beyond the ring", hips, tag + iv + "10", false, 0, 0, 0},
		{"passphrase: no room for a tag", hips, tag[2:] + iv + "02", false, 0, 0, 0},

		{"JFrame", jframe, sealed + "09 03", true, 3, 9, 8},
		{"JFrame: counter of 8 bytes", jframe, sealed + "0102030405060708 7f", true, 15, 0x0102030405060708, 64},
		{"JFrame: counter with a zero before it", jframe, sealed + "0009 13", false, 0, 0, 0},
		{"JFrame: signed", jframe, sealed + "09" + strings.Repeat("5a", 132) + "83", true, 3, 9, 8},
		{"JFrame: cut in the signature", jframe, strings.Repeat("5a", 132) + "83", false, 0, 0, 0},
		{"JFrame: no room for a tag", jframe, "a1a2a3 09 03", false, 0, 0, 0},

		{"XOR", xor, "01 deadbeef", true, 1, 0, 0},
		{"XOR: nothing but the mark", xor, "deadbeef", false, 0, 0, 0},
		{"XOR: another mark", xor, "01 deadbeee", false, 0, 0, 0},
		{"DAVE", dave, tag[:16] + "05 0c fafa", true, 0, 0, 0},
		{"DAVE: shorter than a tag", dave, tag[:16] + "05 0b fafa", false, 0, 0, 0},
		{"DAVE: longer than the frame", dave, tag[:16] + "05 0d fafa", false, 0, 0, 0},
		{"DAVE: longer than what is kept", dave, strings.Repeat("5a", 300) + "a1 fafa", false, 0, 0, 0},
		{"DAVE: half of its mark", dave, tag[:16] + "05 0c fafb", false, 0, 0, 0},
	} {
		f := newFrame(unhex(t, tt.frame), decrypt.Meta{Kind: decrypt.Video, Codec: "vp8"})
		r := tt.read(&f)
		if !tt.ok {
			r.id, r.counter, r.width = 0, 0, 0
		}
		if r.ok != tt.ok || r.id != tt.id || r.counter != tt.counter || r.width != tt.width {
			t.Errorf("%s: got ok %v, id %d, counter %d, width %d", tt.name, r.ok, r.id, r.counter, r.width)
		}
	}
}

// TestReadingsOfAudio: SFrame.js leaves bytes clear of video only.
func TestReadingsOfAudio(t *testing.T) {
	f := newFrame(unhex(t, "010203 15 09 a1a2a3a4a5"), decrypt.Meta{Kind: decrypt.Audio, Codec: "opus"})
	if medoozeSkip(&f).ok {
		t.Error("audio is read as if bytes of it were clear")
	}
}

// TestStreams: what must stay the same from frame to frame is told apart.
func TestStreams(t *testing.T) {
	for _, tt := range []struct {
		name string
		read func(*frame) reading
		a, b string
		same bool
	}{
		{"RFC 9605, another KID", rfc9605, "57 a1a2a3a4", "67 a1a2a3a4", false},
		{"SFrame.js, another key id", medooze, "15 00 a1a2a3a4", "16 00 a1a2a3a4", false},
		{"JFrame, another index", jframe, "a1a2a3a4 09 03", "a1a2a3a4 09 04", false},
		{"JFrame, signed now", jframe, strings.Repeat("5a", 150) + "03", strings.Repeat("5a", 150) + "83", false},
		{"Jitsi, another SSRC", jitsiGCM, strings.Repeat("5a", 16) + "112233440000000000000064 0c03", strings.Repeat("5a", 16) + "112233450000000000000064 0c03", false},
		{"Jitsi, another index", jitsiGCM, strings.Repeat("5a", 16) + "112233440000000000000064 0c03", strings.Repeat("5a", 16) + "112233440000000000000064 0c04", true},
	} {
		a, b := newFrame(unhex(t, tt.a), decrypt.Meta{}), newFrame(unhex(t, tt.b), decrypt.Meta{})
		if got := tt.read(&a).stream == tt.read(&b).stream; got != tt.same {
			t.Errorf("%s: the same stream is %v", tt.name, got)
		}
	}
}

func TestNewPacket(t *testing.T) {
	const header = "8060 0001 00000002 00000003"
	for _, tt := range []struct {
		sin    string
		packet string
		length int // of the payload; -1 is no packet
	}{
		{"none", header + "aabbcc", 3},
		{"nothing", "", -1},
		{"cut in the header", header[:18], -1},
		{"no payload", header, -1},
		{"version 1", "40" + header[2:] + "aabbcc", -1},
		{"more CSRCs than bytes", "8f" + header[2:] + "aabbcc", -1},
		{"a CSRC", "81" + header[2:] + "00000009 aa", 1},
		{"an extension cut in its header", "90" + header[2:] + "bede00", -1},
		{"an extension longer than the packet", "90" + header[2:] + "bede0009 aa", -1},
		{"an extension", "90" + header[2:] + "bede0001 01020304 aabb", 2},
		{"padding", "a0" + header[2:] + "aabb 000003", 2},
		{"nothing but padding", "a0" + header[2:] + "000003", -1},
		{"more padding than bytes", "a0" + header[2:] + "0000ff", -1},
	} {
		p, ok := newPacket(unhex(t, tt.packet))
		if ok != (tt.length >= 0) || ok && p.length != tt.length {
			t.Errorf("%s: ok %v, payload of %d bytes, want %d", tt.sin, ok, p.length, tt.length)
		}
	}
}

func TestPacketReadings(t *testing.T) {
	const header, ohb, sealed = "8060 0101 00000202 00000303", "60 0105 00000206 00000307", "a1a2a3a4"
	double20 := strings.Repeat("5a", 17)
	for _, tt := range []struct {
		name    string
		read    func(*packet) reading
		payload string
		ok      bool
	}{
		{"PERC Lite", percLite, ohb + sealed, true},
		{"PERC Lite: no room for a tag", percLite, ohb + sealed[2:], false},
		{"double", double, double20 + "0105 01", true},
		{"double: sequence number not changed", double, double20 + "0105 00", false},
		{"double: reserved bits", double, double20 + "0105 11", false},
		{"double: no room for a tag", double, double20[4:] + "0105 01", false},
	} {
		p, ok := newPacket(unhex(t, header+tt.payload))
		if !ok {
			t.Fatal(tt.name)
		}
		if r := tt.read(&p); r.ok != tt.ok {
			t.Errorf("%s: ok %v, want %v", tt.name, r.ok, tt.ok)
		}
	}
	base, _ := newPacket(unhex(t, header+ohb+sealed))
	for name, other := range map[string]string{
		"another payload type":                        header + "61" + ohb[2:] + sealed,
		"another SSRC":                                header + ohb[:len(ohb)-1] + "8" + sealed,
		"a sequence number out of step":               header + strings.Replace(ohb, "0105", "0106", 1) + sealed,
		"a timestamp out of step":                     header + strings.Replace(ohb, "0206", "0207", 1) + sealed,
		"a timestamp out of step with the packet's":   strings.Replace(header, "0202", "0203", 1) + ohb + sealed,
		"a sequence number out of step with packet's": strings.Replace(header, "0101", "0102", 1) + ohb + sealed,
	} {
		p, _ := newPacket(unhex(t, other))
		if percLite(&p).stream == percLite(&base).stream {
			t.Errorf("%s: the same stream", name)
		}
	}
	marked, _ := newPacket(unhex(t, header+"e0"+ohb[2:]+sealed))
	if percLite(&marked).stream != percLite(&base).stream {
		t.Error("the marker makes another stream")
	}
}
