package record_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// link is a way to put UDP into a frame.
type link struct {
	name  string
	link  layers.LinkType
	frame func(ip []byte) []byte
}

func before(head ...byte) func([]byte) []byte {
	return func(ip []byte) []byte { return append(bytes.Clone(head), ip...) }
}

func zeros(n int, tail ...byte) []byte { return append(make([]byte, n), tail...) }

var links = []link{
	{"Ethernet", 1, before(zeros(12, 8, 0)...)},
	{"VLAN", 1, before(zeros(12, 0x81, 0, 0, 7, 8, 0)...)},
	{"QinQ", 1, before(zeros(12, 0x88, 0xA8, 0, 7, 0x81, 0, 0, 9, 8, 0)...)},
	{"raw IP", 101, before()},
	{"raw IP of BSD", 12, before()},
	{"loopback of BSD", 0, before(2, 0, 0, 0)},
	{"loopback of OpenBSD", 108, before(0, 0, 0, 2)},
	{"Linux cooked", 113, before(zeros(14, 8, 0)...)},
	{"Linux cooked, VLAN", 113, before(zeros(14, 0x81, 0, 0, 7, 8, 0)...)},
	{"Linux cooked, version 2", 276, before(append([]byte{8, 0}, zeros(18)...)...)},
}

func udp(payload []byte) []byte {
	b := []byte{0x13, 0x8C, 0x13, 0x8C, 0, 0, 0, 0} // port 5004
	binary.BigEndian.PutUint16(b[4:], uint16(8+len(payload)))
	return append(b, payload...)
}

func ipv4(payload []byte, options int) []byte {
	b := zeros(20 + options)
	b[0], b[9] = 0x40|byte(len(b)/4), 17
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)+len(payload)))
	return append(b, payload...)
}

func ipv6(payload []byte, next byte, extensions ...byte) []byte {
	b := zeros(40, extensions...)
	b[0], b[6] = 0x60, next
	binary.BigEndian.PutUint16(b[4:], uint16(len(extensions)+len(payload)))
	return append(b, payload...)
}

func pcapOf(t testing.TB, link layers.LinkType, frames ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := pcapgo.NewWriterNanos(&b)
	if err := w.WriteFileHeader(65536, link); err != nil {
		t.Fatal(err)
	}
	for i, f := range frames {
		ci := gopacket.CaptureInfo{Timestamp: time.Unix(1700000000, int64(i)*1e6), CaptureLength: len(f), Length: len(f)}
		if err := w.WritePacket(ci, f); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func opus111(t testing.TB) record.Media {
	t.Helper()
	m, err := record.ParseMedia(mjr.Audio, "opus@111")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestLinks(t *testing.T) {
	p := rtp(1, 1, 30)
	for _, l := range links {
		frame := append(l.frame(ipv4(udp(p), 0)), 0, 0, 0) // the network card's padding
		report, counts, err := recordCapture(t, pcapOf(t, l.link, frame), opus111(t))
		if err != nil || report.Files[0].Stored != 1 || counts.Frames != 1 || counts.RTP != 1 {
			t.Errorf("%s: %v, %+v, %+v", l.name, err, report.Files[0], counts)
			continue
		}
		if rec := read(t, report.Files[0].Paths[0]); !bytes.Equal(rec.packets[0].Data, p) {
			t.Errorf("%s: packet %x", l.name, rec.packets[0].Data)
		}
		for n := range frame[:len(frame)-3] { // captured without its end
			report, counts, err := recordCapture(t, pcapOf(t, l.link, frame[:n]), opus111(t))
			if err != nil || report.Files[0].Stored != 0 || counts.Cut != 1 {
				t.Fatalf("%s: first %d bytes: %v, %+v", l.name, n, err, counts)
			}
		}
	}
}

func TestIP(t *testing.T) {
	p := rtp(1, 1, 30)
	fragmented := ipv4(udp(p), 0)
	fragmented[6] = 0x20
	last := ipv4(udp(p), 0)
	last[7] = 1
	tcp := ipv4(udp(p), 0)
	tcp[9] = 6
	offloaded := ipv4(udp(p), 0)
	offloaded[2], offloaded[3] = 0, 0
	hop, destination, routing := zeros(8), zeros(16), zeros(8)
	hop[0], destination[0], destination[1], routing[0] = 60, 43, 1, 17
	for name, c := range map[string]struct {
		ip   []byte
		want record.CaptureReport
	}{
		"options":               {ipv4(udp(p), 40), record.CaptureReport{RTP: 1}},
		"length left to a card": {offloaded, record.CaptureReport{RTP: 1}},
		"first fragment":        {fragmented, record.CaptureReport{Fragments: 1}},
		"last fragment":         {last, record.CaptureReport{Fragments: 1}},
		"TCP":                   {tcp, record.CaptureReport{NotUDP: 1}},
		"IP version 5":          {append([]byte{0x50}, fragmented[1:]...), record.CaptureReport{NotUDP: 1}},
		"IPv6":                  {ipv6(udp(p), 17), record.CaptureReport{RTP: 1}},
		"extension headers":     {ipv6(udp(p), 0, bytes.Join([][]byte{hop, destination, routing}, nil)...), record.CaptureReport{RTP: 1}},
		"whole fragment":        {ipv6(udp(p), 44, 17, 0, 0, 0, 0, 0, 0, 1), record.CaptureReport{RTP: 1}},
		"fragment of IPv6":      {ipv6(udp(p), 44, 17, 0, 0, 1, 0, 0, 0, 1), record.CaptureReport{Fragments: 1}},
		"hop by hop":            {ipv6(udp(p), 0, append([]byte{17, 1}, zeros(14)...)...), record.CaptureReport{RTP: 1}},
		"authentication":        {ipv6(udp(p), 51, append([]byte{17, 4}, zeros(22)...)...), record.CaptureReport{RTP: 1}},
		"ICMPv6":                {ipv6(udp(p), 58), record.CaptureReport{NotUDP: 1}},
		"STUN":                  {ipv4(udp(zeros(20)), 0), record.CaptureReport{NotRTP: 1}},
		"RTCP":                  {ipv4(udp([]byte{0x80, 201, 0, 1, 0, 0, 0, 1}), 0), record.CaptureReport{RTCP: 1}},
	} {
		c.want.Frames = 1
		_, got, err := recordCapture(t, pcapOf(t, layers.LinkTypeRaw, c.ip), opus111(t))
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
	}
}
