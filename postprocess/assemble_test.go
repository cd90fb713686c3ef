package postprocess

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

// packets is a stream in memory.
type packets []stream.Packet

func (p *packets) ReadPacket() (stream.Packet, error) {
	if len(*p) == 0 {
		return stream.Packet{}, io.EOF
	}
	first := (*p)[0]
	*p = (*p)[1:]
	return first, nil
}

// pk is a packet in short.
type pk struct {
	at      int64 // timestamp
	payload string
	marker  bool
	missing int64 // packets lost before it
	source  int
}

func inMemory(all []pk) *packets {
	var p packets
	for i, k := range all {
		p = append(p, stream.Packet{
			Header:  rtp.Header{Version: 2, Marker: k.marker, Timestamp: uint32(k.at), SSRC: 7, PayloadType: 96},
			Payload: []byte(k.payload),
			Seq:     int64(i),
			Missing: k.missing,
			Time:    k.at,
			Source:  k.source,
		})
	}
	return &p
}

// assembled is what comes out of the packets of a codec, the frames in short.
func assembled(t *testing.T, codec string, src stream.Reader, in Input, o Options) (string, FrameReport) {
	t.Helper()
	c, ok := findCodec(codec)
	if !ok {
		t.Fatalf("no codec %q", codec)
	}
	var report FrameReport
	var s frameReader = newAssembler(src, c, mjr.Header{Kind: mjr.Video}, in, o, &report)
	if c.layers {
		s = &pictures{src: s, report: &report, max: 1 << 20}
	}
	var out []string
	for {
		f, err := s.readFrame()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		lost := ""
		if f.lost {
			lost = "!"
		}
		out = append(out, lost+string(f.data))
		report.Written++
	}
	if report.Begun != report.accounted() {
		t.Errorf("%d frames begun, %d accounted for: %+v", report.Begun, report.accounted(), report)
	}
	return strings.Join(out, " "), report
}

const (
	s8 = "\x10" // VP8: the start of a frame
	c8 = "\x00" // and what follows
)

func TestAssembleVP8(t *testing.T) {
	for _, c := range []struct {
		sin        string
		packets    []pk
		want       string // frames; "!" where something is missing before
		incomplete int64
	}{
		{"none", []pk{{at: 1, payload: s8 + "a"}, {at: 1, payload: c8 + "b", marker: true}, {at: 2, payload: s8 + "c", marker: true}}, "ab c", 0},
		{"marker lost with its packet", []pk{{at: 1, payload: s8 + "a"}, {at: 2, payload: s8 + "c", marker: true, missing: 1}}, "!c", 1},
		{"marker never set", []pk{{at: 1, payload: s8 + "a"}, {at: 1, payload: c8 + "b"}, {at: 2, payload: s8 + "c"}, {at: 3, payload: s8 + "d", marker: true}}, "ab c d", 0},
		{"marker never set, next frame at the same time", []pk{{at: 1, payload: s8 + "a"}, {at: 1, payload: s8 + "b", marker: true}}, "a b", 0},
		{"last frame without its end", []pk{{at: 1, payload: s8 + "a", marker: true}, {at: 2, payload: s8 + "b"}}, "a", 1},
		{"beginning lost", []pk{{at: 1, payload: s8 + "a", marker: true}, {at: 2, payload: c8 + "b", missing: 1}, {at: 2, payload: c8 + "b", marker: true}, {at: 3, payload: s8 + "c", marker: true}}, "a !c", 1},
		{"middle lost", []pk{{at: 1, payload: s8 + "a"}, {at: 1, payload: c8 + "b", missing: 1}, {at: 1, payload: c8 + "b", marker: true}}, "", 1},
		{"several holes in one frame", []pk{{at: 1, payload: c8 + "a", missing: 1}, {at: 1, payload: c8 + "b", missing: 1}, {at: 1, payload: c8 + "c", missing: 1}, {at: 2, payload: s8 + "d", marker: true, missing: 1}}, "!d", 1},
		{"whole frames lost", []pk{{at: 1, payload: s8 + "a", marker: true}, {at: 9, payload: s8 + "b", marker: true, missing: 5}}, "a !b", 0},
		{"recording begins inside a frame", []pk{{at: 1, payload: c8 + "a", marker: true}, {at: 2, payload: s8 + "b", marker: true}}, "!b", 1},
		{"start of a later partition", []pk{{at: 1, payload: "\x11a", marker: true}}, "", 1},
		{"another sender inside a frame", []pk{{at: 1, payload: s8 + "a"}, {at: 1, payload: c8 + "b", marker: true, source: 1}, {at: 2, payload: s8 + "c", marker: true, source: 1}}, "!c", 2},
		{"another sender", []pk{{at: 1, payload: s8 + "a", marker: true}, {at: 5, payload: s8 + "b", marker: true, source: 1}}, "a !b", 0},
		{"descriptor cut short", []pk{{at: 1, payload: "\x90\x80", marker: true}, {at: 2, payload: s8 + "b", marker: true}}, "!b", 1},
		{"descriptor cut short inside a frame", []pk{{at: 1, payload: s8 + "a"}, {at: 1, payload: "\x80"}, {at: 1, payload: c8 + "b", marker: true}}, "", 1},
		{"none: as large as allowed", []pk{{at: 1, payload: s8 + "aaaa"}, {at: 1, payload: c8 + "aaaa", marker: true}}, "aaaaaaaa", 0},
		{"larger than allowed", []pk{{at: 1, payload: s8 + "aaaaa"}, {at: 1, payload: c8 + "aaaaa"}, {at: 1, payload: c8 + "a", marker: true}, {at: 2, payload: s8 + "b", marker: true}}, "!b", 1},
	} {
		t.Run(c.sin, func(t *testing.T) {
			got, report := assembled(t, "vp8", inMemory(c.packets), Input{}, Options{MaxFrame: 8})
			if got != c.want || report.Incomplete+report.Unfit != c.incomplete {
				t.Errorf("got %q and %d incomplete, want %q and %d", got, report.Incomplete+report.Unfit, c.want, c.incomplete)
			}
		})
	}
}

func TestAssembleAudio(t *testing.T) {
	got, report := assembled(t, "opus", inMemory([]pk{{at: 1, payload: "12345678"}, {at: 2, payload: "123456789"}, {at: 3, payload: "c"}, {at: 9, payload: "d", missing: 2}}), Input{}, Options{MaxFrame: 8})
	if got != "12345678 !c !d" || report.Incomplete+report.Unfit != 1 {
		t.Errorf("got %q and %d incomplete", got, report.Incomplete+report.Unfit)
	}
}

func TestREDTypes(t *testing.T) {
	row, _ := findCodec("opus")
	for typ, want := range map[int]uint8{0: 0, 63: 63, 127: 127, 128: 0, 256 + 63: 0, -1: 0} {
		if got := newAssembler(nil, row, mjr.Header{REDType: typ}, Input{}, Options{}, nil).red; got != want {
			t.Errorf("header says %d: got %d, want %d", typ, got, want)
		}
	}
}

func TestAssembleEmptyFrame(t *testing.T) {
	got, report := assembled(t, "vp8", inMemory([]pk{{at: 1, payload: s8, marker: true}, {at: 2, payload: s8 + "b", marker: true}}), Input{}, Options{})
	if got != "b" || report.Empty != 1 {
		t.Errorf("got %q and %d empty", got, report.Empty)
	}
}

// injector takes payloads that end with X for the server's.
type injector struct{}

func (injector) Injected(payload []byte, m decrypt.Meta) bool {
	return m.SSRC == 7 && m.Codec != "" && bytes.HasSuffix(payload, []byte("X"))
}

func TestAssembleInjected(t *testing.T) {
	for _, c := range []struct {
		sin, want string
		packets   []pk
	}{
		{"whole frame", "a c", []pk{{at: 1, payload: s8 + "a", marker: true}, {at: 2, payload: s8 + "X", marker: true}, {at: 3, payload: s8 + "c", marker: true}}},
		{"only its last packet is known", "c", []pk{{at: 2, payload: s8 + "a"}, {at: 2, payload: c8 + "X", marker: true}, {at: 3, payload: s8 + "c", marker: true}}},
		{"only its first packet is known", "c", []pk{{at: 2, payload: s8 + "X"}, {at: 2, payload: c8 + "b", marker: true}, {at: 3, payload: s8 + "c", marker: true}}},
		{"no payload of its codec", "c", []pk{{at: 2, payload: "\x80X", marker: true}, {at: 3, payload: s8 + "c", marker: true}}},
	} {
		got, report := assembled(t, "vp8", inMemory(c.packets), Input{Filter: injector{}}, Options{})
		if got != c.want || report.Injected != 1 || report.Incomplete+report.Unfit != 0 {
			t.Errorf("%s: got %q, %d injected, %d incomplete", c.sin, got, report.Injected, report.Incomplete+report.Unfit)
		}
	}
	got, report := assembled(t, "opus", inMemory([]pk{{at: 1, payload: "a"}, {at: 2, payload: "X"}}), Input{Filter: injector{}}, Options{})
	if got != "a" || report.Injected != 1 {
		t.Errorf("audio: got %q, %d injected", got, report.Injected)
	}
}

func TestAssembleH264(t *testing.T) {
	const code = "\x00\x00\x00\x01"
	for _, c := range []struct {
		sin, want  string
		incomplete int64
		packets    []pk
	}{
		{"none: single units", code + "\x41a" + code + "\x41b", 0, []pk{{at: 1, payload: "\x41a"}, {at: 1, payload: "\x41b", marker: true}}},
		{"none: aggregate", code + "\x67a" + code + "\x68", 0, []pk{{at: 1, payload: "\x78\x00\x02\x67a\x00\x01\x68", marker: true}}},
		{"none: fragments", code + "\x65abc" + code + "\x06d", 0, []pk{{at: 1, payload: "\x7c\x85a"}, {at: 1, payload: "\x7c\x05b"}, {at: 1, payload: "\x7c\x45c"}, {at: 1, payload: "\x06d", marker: true}}},
		{"fragment without a beginning", "", 1, []pk{{at: 1, payload: "\x7c\x05a"}, {at: 1, payload: "\x7c\x45b", marker: true}}},
		{"fragment that begins twice", "", 1, []pk{{at: 1, payload: "\x7c\x85a"}, {at: 1, payload: "\x7c\x85b"}, {at: 1, payload: "\x7c\x45c", marker: true}}},
		{"frame ends inside a fragment", "", 1, []pk{{at: 1, payload: "\x7c\x85a", marker: true}}},
		{"another unit inside a fragment", "", 1, []pk{{at: 1, payload: "\x7c\x85a"}, {at: 1, payload: "\x41b"}, {at: 1, payload: "\x7c\x45c", marker: true}}},
		{"fragment of one byte", "", 1, []pk{{at: 1, payload: "\x7c", marker: true}}},
		{"unit longer than its aggregate", "", 1, []pk{{at: 1, payload: "\x78\x00\x03\x67a", marker: true}}},
		{"aggregate ends in half a length", "", 1, []pk{{at: 1, payload: "\x78\x00\x02\x67a\x00", marker: true}}},
		{"unit without bytes in an aggregate", "", 1, []pk{{at: 1, payload: "\x78\x00\x00", marker: true}}},
		{"STAP-B", "", 1, []pk{{at: 1, payload: "\x79\x00\x00\x00\x02\x67a", marker: true}}},
		{"MTAP16", "", 1, []pk{{at: 1, payload: "\x7a\x00\x00\x00\x05\x00\x00\x00\x67a", marker: true}}},
		{"MTAP24", "", 1, []pk{{at: 1, payload: "\x7b\x00\x00\x00\x05\x00\x00\x00\x00\x67a", marker: true}}},
		{"FU-B", "", 1, []pk{{at: 1, payload: "\x7d\xc5\x00\x00a", marker: true}}},
		{"type 0", "", 1, []pk{{at: 1, payload: "\x00a", marker: true}}},
		{"slice after a gap", code + "\x41a", 1, []pk{{at: 1, payload: "\x41a", marker: true}, {at: 2, payload: "\x41b", marker: true, missing: 1}}},
		{"parameter sets after a gap", "!" + code + "\x67b", 0, []pk{{at: 2, payload: "\x67b", marker: true, missing: 1}}},
		{"aggregated parameter sets after a gap", "!" + code + "\x67b", 0, []pk{{at: 2, payload: "\x78\x00\x02\x67b", marker: true, missing: 1}}},
		{"aggregate of one byte after a gap", "", 1, []pk{{at: 2, payload: "\x78", marker: true, missing: 1}}},
		{"aggregate of a length after a gap", "", 1, []pk{{at: 2, payload: "\x78\x00\x01", marker: true, missing: 1}}},
		{"delimiter after a gap", "!" + code + "\x09b", 0, []pk{{at: 2, payload: "\x09b", marker: true, missing: 1}}},
	} {
		t.Run(c.sin, func(t *testing.T) {
			all := c.packets
			if all[0].missing > 0 { // a gap needs a packet before it
				all = append([]pk{{at: 0, payload: "\x79", marker: true}}, all...)
				c.incomplete++
			}
			got, report := assembled(t, "h264", inMemory(all), Input{}, Options{})
			if got != c.want || report.Incomplete+report.Unfit != c.incomplete {
				t.Errorf("got %q and %d incomplete, want %q and %d", got, report.Incomplete+report.Unfit, c.want, c.incomplete)
			}
		})
	}
}

func TestAssembleAV1(t *testing.T) {
	const delimiter = "\x12\x00"
	long := strings.Repeat("x", 130)
	for _, c := range []struct {
		sin, want  string
		incomplete int64
		packets    []pk
	}{
		{"none: one OBU", delimiter + "\x32\x02ab", 0, []pk{{at: 1, payload: "\x10\x30ab", marker: true}}},
		{"none: two OBUs, the last without a length", delimiter + "\x0a\x01a\x32\x01b", 0, []pk{{at: 1, payload: "\x20\x02\x08a\x30b", marker: true}}},
		{"none: all with lengths", delimiter + "\x0a\x01a\x32\x01b", 0, []pk{{at: 1, payload: "\x00\x02\x08a\x02\x30b", marker: true}}},
		{"none: OBU over three packets", delimiter + "\x32\x03abc\x32\x01d", 0, []pk{{at: 1, payload: "\x50\x30a"}, {at: 1, payload: "\xd0b"}, {at: 1, payload: "\xa0\x01c\x30d", marker: true}}},
		{"none: size of two bytes, extension", delimiter + "\x36\x08\x82\x01" + long, 0, []pk{{at: 1, payload: "\x10\x34\x08" + long, marker: true}}},
		{"none: the longest size of one byte", delimiter + "\x32\x7f" + long[:127], 0, []pk{{at: 1, payload: "\x10\x30" + long[:127], marker: true}}},
		{"none: OBU with its size", delimiter + "\x32\x02ab", 0, []pk{{at: 1, payload: "\x10\x32\x02ab", marker: true}}},
		{"none: temporal delimiter was sent", delimiter + "\x32\x01a", 0, []pk{{at: 1, payload: "\x20\x02\x12\x00\x30a", marker: true}}},
		{"none: temporal delimiter without its size", delimiter + "\x32\x01a", 0, []pk{{at: 1, payload: "\x20\x01\x10\x30a", marker: true}}},
		{"goes on with nothing", "", 1, []pk{{at: 1, payload: "\x90a", marker: true}}},
		{"does not go on", "", 1, []pk{{at: 1, payload: "\x50\x30a"}, {at: 1, payload: "\x10\x30b", marker: true}}},
		{"frame ends inside an OBU", "", 1, []pk{{at: 1, payload: "\x50\x30a", marker: true}}},
		{"element longer than the packet", "", 1, []pk{{at: 1, payload: "\x20\x09\x08a", marker: true}}},
		{"length without an end", "", 1, []pk{{at: 1, payload: "\x20\xff\xff", marker: true}}},
		{"fewer elements than told", "", 1, []pk{{at: 1, payload: "\x30\x02\x08a\x02\x30b", marker: true}}},
		{"element without bytes", "", 1, []pk{{at: 1, payload: "\x20\x00\x30a", marker: true}}},
		{"extension cut off", "", 1, []pk{{at: 1, payload: "\x10\x34", marker: true}}},
		{"size that lies", "", 1, []pk{{at: 1, payload: "\x10\x32\x05ab", marker: true}}},
		{"nothing behind the header", "", 1, []pk{{at: 1, payload: "\x10", marker: true}}},
		{"after a gap", "", 1, []pk{{at: 1, payload: "\x10\x30a", marker: true, missing: 1}}},
		{"new sequence after a gap", "!" + delimiter + "\x0a\x01a", 0, []pk{{at: 1, payload: "\x18\x08a", marker: true, missing: 1}}},
	} {
		t.Run(c.sin, func(t *testing.T) {
			all := c.packets
			if all[0].missing > 0 {
				all = append([]pk{{at: 0, payload: "\x10", marker: true}}, all...)
				c.incomplete++
			}
			got, report := assembled(t, "av1", inMemory(all), Input{}, Options{})
			if got != c.want || report.Incomplete+report.Unfit != c.incomplete {
				t.Errorf("got %q and %d incomplete, want %q and %d", got, report.Incomplete+report.Unfit, c.want, c.incomplete)
			}
		})
	}
}
