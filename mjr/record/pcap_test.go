package record_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// recordCapture records media of a capture, and returns the report.
func recordCapture(t testing.TB, capture []byte, media ...record.Media) (record.Report, record.CaptureReport, error) {
	t.Helper()
	r := newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call"), Queue: 512 << 10})
	p, err := record.NewPcap(bytes.NewReader(capture), media)
	if err != nil {
		t.Fatal(err)
	}
	err = p.Run(t.Context(), r)
	return closeAll(t, r), p.Report(), err
}

// mediaOf is a recording as a medium of a capture.
func mediaOf(rec recording, port string) record.Media {
	m, err := record.ParseMedia(rec.header.Kind, rec.header.Codec+"@1,port="+port)
	if err != nil {
		panic(err)
	}
	m.Track.PayloadType = rec.packets[0].Data[1] & 0x7F
	m.Track.REDType = rec.header.REDType
	return m
}

func capture(t testing.TB, rec recording, port uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := record.NewPcapWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range rec.packets {
		if err := w.WriteRTP(port, p.Data, rec.header.FirstFrame.Add(p.Arrival)); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// TestRoundTrip writes all real recordings into captures and records those:
// each packet and each millisecond is the same.
func TestRoundTrip(t *testing.T) {
	files := 0
	for _, name := range corpus.Names(t) {
		for _, path := range corpus.Load(t, name).Files {
			rec := readAny(t, path)
			if rec.header.Kind == mjr.Data || len(rec.packets) == 0 || rec.header.Version < 2 {
				continue
			}
			files++
			report, _, err := recordCapture(t, capture(t, rec, 5004), mediaOf(rec, "5004"))
			if err != nil {
				t.Fatal(err)
			}
			got := report.Files[0]
			if err := samePackets(read(t, got.Paths[0]), rec); err != nil {
				t.Errorf("%s: %v; %+v", filepath.Base(path), err, got)
			}
		}
	}
	if files < 20 {
		t.Errorf("only %d recordings", files)
	}
}

// TestJanusCapture reads a capture that Janus's own tool made of a recording.
func TestJanusCapture(t *testing.T) {
	tool, err := exec.LookPath("mjr2pcap")
	if err != nil {
		if os.Getenv("MJR_CI") != "" {
			t.Fatal("mjr2pcap is not installed")
		}
		t.Skip("mjr2pcap is not installed")
	}
	path := corpus.Load(t, "plain-vp8-loss").File(t, "video")
	rec := read(t, path)
	out := filepath.Join(t.TempDir(), "call.pcap")
	if text, err := exec.Command(tool, path, out).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	m := mediaOf(rec, "0")
	m.Addr = record.Media{}.Addr
	report, _, err := recordCapture(t, b, m)
	if err != nil {
		t.Fatal(err)
	}
	got := read(t, report.Files[0].Paths[0])
	if len(got.packets) != len(rec.packets) {
		t.Fatalf("%d packets, want %d", len(got.packets), len(rec.packets))
	}
	for i, p := range got.packets {
		if !bytes.Equal(p.Data, rec.packets[i].Data) || (p.Arrival-rec.packets[i].Arrival).Abs() > time.Millisecond {
			t.Fatalf("packet %d differs", i)
		}
	}
}

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

// TestPcapng reads several interfaces with a link layer each, packed by gzip.
func TestPcapng(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w, err := pcapgo.NewNgWriter(z, links[0].link)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range links {
		if i > 0 {
			if _, err := w.AddInterface(pcapgo.NgInterface{LinkType: l.link, TimestampResolution: 9}); err != nil {
				t.Fatal(err)
			}
		}
		f := l.frame(ipv4(udp(rtp(uint16(i), 0, 20)), 0))
		ci := gopacket.CaptureInfo{Timestamp: time.Unix(1700000000, int64(i)*1e6), CaptureLength: len(f), Length: len(f), InterfaceIndex: i}
		if err := w.WritePacket(ci, f); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Flush(), z.Close()); err != nil {
		t.Fatal(err)
	}
	report, _, err := recordCapture(t, b.Bytes(), opus111(t))
	if err != nil {
		t.Fatal(err)
	}
	rec := read(t, report.Files[0].Paths[0])
	if n := len(rec.packets); n != len(links) || rec.packets[n-1].Arrival != time.Duration(n-1)*time.Millisecond || rec.header.FirstFrame.Unix() != 1700000000 {
		t.Errorf("%d packets, the last at %v", n, rec.packets[n-1].Arrival)
	}
}

// TestStreamsInACapture: the first SSRC is taken, and the others are named.
func TestStreamsInACapture(t *testing.T) {
	var frames [][]byte
	for i := range 10 {
		p := rtp(uint16(i), 0, 20)
		back := bytes.Clone(p)
		binary.BigEndian.PutUint32(back[8:], 7)
		other := bytes.Clone(p)
		other[1] = 96
		frames = append(frames, ipv4(udp(p), 0), ipv4(udp(back), 0), ipv4(udp(other), 0))
	}
	b := pcapOf(t, layers.LinkTypeRaw, frames...)
	flows, counts, err := record.ScanPcap(t.Context(), bytes.NewReader(b))
	if err != nil || len(flows) != 3 || flows[0].Packets != 10 || flows[0].SSRC != 7 || flows[1].PayloadType != 96 || flows[0].Dst.Port() != 5004 || counts.RTP != 30 {
		t.Errorf("%+v, %+v, %v", flows, counts, err)
	}
	r := newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call")})
	p, err := record.NewPcap(bytes.NewReader(b), []record.Media{opus111(t)})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if got := closeAll(t, r).Files[0]; got.Stored != 10 || got.SSRCs != 1 || len(p.Others()) != 2 {
		t.Errorf("%+v, others %+v", got, p.Others())
	}
}

func TestBadCapture(t *testing.T) {
	for sin, b := range map[string]string{"nothing": "", "a recording": "MJR00002", "gzip of nothing": "\x1f\x8b", "no more than the magic": "\x0a\x0d\x0d\x0a"} {
		if _, err := record.NewPcap(strings.NewReader(b), nil); !errors.Is(err, record.ErrNotCapture) {
			t.Errorf("%s: %v", sin, err)
		}
	}
	if _, err := record.NewPcap(strings.NewReader(""), []record.Media{{AnyType: true}}); err == nil {
		t.Error("no payload type: no error")
	}
	frame := ipv4(udp(rtp(1, 1, 30)), 0)
	b := pcapOf(t, layers.LinkTypeRaw, frame, frame)
	report, counts, err := recordCapture(t, b[:len(b)-1], opus111(t))
	var damage *record.CaptureError
	if !errors.As(err, &damage) || damage.Frame != 2 || report.Files[0].Stored != 1 || counts.Frames != 1 {
		t.Errorf("cut capture: %v, %+v", err, report.Files[0])
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := record.ScanPcap(ctx, bytes.NewReader(b)); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

func TestPcapWriterRefuses(t *testing.T) {
	w, err := record.NewPcapWriter(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteRTP(1, make([]byte, 65508), time.Unix(1, 0)); err == nil {
		t.Error("packet longer than UDP: no error")
	}
	if err := w.WriteRTP(1, nil, time.Unix(-1, 0)); err == nil {
		t.Error("time before 1970: no error")
	}
	if err := w.WriteRTP(1, nil, time.Unix(1<<32, 0)); err == nil {
		t.Error("time after 2106: no error")
	}
}

func FuzzPcap(f *testing.F) {
	seeds := 0
	for _, name := range []string{"plain-opus-red", "plain-vp8-loss"} {
		for _, path := range corpus.Load(f, name).Files {
			rec := read(f, path)
			rec.packets = rec.packets[:5]
			f.Add(capture(f, rec, 5004))
			seeds++
		}
	}
	for _, l := range links {
		f.Add(pcapOf(f, l.link, l.frame(ipv4(udp(rtp(1, 1, 20)), 4)), l.frame(ipv6(udp(rtp(2, 1, 20)), 44, 17, 0, 0, 0, 0, 0, 0, 1))))
		seeds++
	}
	var b bytes.Buffer
	w, err := pcapgo.NewNgWriter(&b, layers.LinkTypeRaw)
	if err != nil {
		f.Fatal(err)
	}
	frame := ipv4(udp(rtp(1, 1, 20)), 0)
	if err := errors.Join(w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(1, 0), CaptureLength: len(frame), Length: len(frame)}, frame), w.Flush()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	if seeds < 10 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		flows, report, err := record.ScanPcap(t.Context(), bytes.NewReader(b))
		if err != nil && !errors.Is(err, record.ErrNotCapture) {
			if damage := (*record.CaptureError)(nil); !errors.As(err, &damage) {
				t.Fatal(err)
			}
		}
		var packets int64
		for _, f := range flows {
			packets += f.Packets
		}
		if sum := report.NotUDP + report.Fragments + report.Cut + report.NotRTP + report.RTCP + report.RTP; sum != report.Frames || packets > report.RTP {
			t.Fatalf("%+v, %d packets in flows", report, packets)
		}
	})
}
