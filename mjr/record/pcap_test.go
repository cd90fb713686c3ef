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
	tool := corpus.Tool(t, "mjr2pcap")
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
	if got := closeAll(t, r).Files[0]; got.Stored != 10 || got.SSRCs != 1 || got.Others != 10 || len(p.Others()) != 2 {
		t.Errorf("%+v, others %+v", got, p.Others())
	}
	// Who asks for one of them leaves out nothing that was asked for.
	m := opus111(t)
	m.HasSSRC, m.SSRC = true, 7
	if report, _, err := recordCapture(t, b, m); err != nil || report.Files[0].Stored != 10 || report.Files[0].Others != 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestCutCapture cuts a capture of two frames at every byte: each end but those
// behind a frame is told.
func TestCutCapture(t *testing.T) {
	frame := ipv4(udp(rtp(1, 1, 30)), 0)
	one := len(pcapOf(t, layers.LinkTypeRaw, frame))
	b := pcapOf(t, layers.LinkTypeRaw, frame, frame)
	for n := one; n <= len(b); n++ {
		_, counts, err := record.ScanPcap(t.Context(), bytes.NewReader(b[:n]))
		whole := n == one || n == len(b)
		if damage := (*record.CaptureError)(nil); whole != (err == nil) || !whole && (!errors.As(err, &damage) || damage.Frame != 2 || counts.Frames != 1) {
			t.Errorf("%d bytes of %d, a frame ends at %d: %v", n, len(b), one, err)
		}
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
	r := newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call")})
	p, err := record.NewPcap(bytes.NewReader(b), []record.Media{opus111(t)})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(ctx, r); !errors.As(err, &damage) || !errors.Is(err, context.Canceled) {
		t.Errorf("recording interrupted: %v", err)
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
