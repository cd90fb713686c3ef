package postprocess

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/mjr"
)

// vp9 is a packet of a spatial layer: L and the bits B and E in the first
// byte, then the layer and whether it needs the one below, then TL0PICIDX.
func vp9(at int64, layer byte, above bool, data string, last bool) pk {
	d := []byte{0x20 | 0x08 | 0x04, layer << 1, 0}
	if above {
		d[1] |= 1
	}
	return pk{at: at, payload: string(d) + data, marker: last}
}

func TestSuperframe(t *testing.T) {
	lost := func(p pk) pk { p.missing = 1; return p }
	half := func(p pk) pk { // its first half: no E
		p.payload = string([]byte{p.payload[0] &^ 0x04}) + p.payload[1:]
		p.marker = false
		return p
	}
	middle := func(p pk) pk { // neither B nor E
		p.payload = string([]byte{p.payload[0] &^ 0x0c}) + p.payload[1:]
		return p
	}
	long := strings.Repeat("y", 300)
	for _, c := range []struct {
		sin, want          string
		merged, incomplete int64
		packets            []pk
	}{
		{"none: one layer", "a b", 0, 0, []pk{vp9(1, 0, false, "a", true), vp9(2, 0, false, "b", true)}},
		{"none: two layers", "abb\xc1\x01\x02\xc1 c", 1, 0, []pk{vp9(1, 0, false, "a", false), vp9(1, 1, true, "bb", true), vp9(2, 0, false, "c", true)}},
		{"none: three layers, one of 300 bytes", "a" + long + "c\xca\x01\x00\x2c\x01\x01\x00\xca", 2, 0, []pk{vp9(1, 0, false, "a", false), vp9(1, 1, true, long, false), vp9(1, 2, true, "c", true)}},
		{"none: a layer of 256 bytes", "a" + long[:256] + "\xc9\x01\x00\x00\x01\xc9", 1, 0, []pk{vp9(1, 0, false, "a", false), vp9(1, 1, true, long[:256], true)}},
		{"picture lost before one of two layers", "a !bc\xc1\x01\x01\xc1", 1, 0, []pk{vp9(1, 0, false, "a", true), lost(vp9(3, 0, false, "b", false)), vp9(3, 1, true, "c", true)}},
		{"layer lost between two that do not need it", "ab\xc1\x01\x01\xc1 !c", 1, 0, []pk{vp9(1, 0, false, "a", false), lost(vp9(1, 2, false, "b", true)), vp9(2, 0, false, "c", true)}},
		{"none: layers that do not need each other", "ab\xc1\x01\x01\xc1", 1, 0, []pk{vp9(1, 0, false, "a", false), vp9(1, 1, false, "b", true)}},
		{"marker never set", "ab\xc1\x01\x01\xc1 cd\xc1\x01\x01\xc1", 2, 0, []pk{vp9(1, 0, false, "a", false), vp9(1, 1, true, "b", false), vp9(2, 0, false, "c", false), vp9(2, 1, true, "d", false)}},
		{"top layer lost", "a !c", 0, 0, []pk{vp9(1, 0, false, "a", false), lost(vp9(2, 0, false, "c", true))}},
		{"top layer incomplete", "a !c", 0, 1, []pk{vp9(1, 0, false, "a", false), half(vp9(1, 1, true, "b", true)), lost(vp9(2, 0, false, "c", true))}},
		{"middle layer lost", "a !d", 0, 1, []pk{vp9(1, 0, false, "a", false), lost(vp9(1, 2, true, "c", true)), vp9(2, 0, false, "d", true)}},
		{"middle layer incomplete", "a !d", 0, 2, []pk{vp9(1, 0, false, "a", false), half(vp9(1, 1, true, "b", false)), lost(vp9(1, 2, true, "c", true)), vp9(2, 0, false, "d", true)}},
		{"middles of two layers", "!d", 0, 2, []pk{middle(vp9(1, 0, false, "a", false)), lost(middle(vp9(1, 0, false, "a", false))), lost(middle(vp9(1, 1, true, "b", true))), vp9(2, 0, false, "d", true)}},
		{"base layer lost", "!d", 0, 2, []pk{vp9(1, 1, true, "b", false), vp9(1, 2, true, "c", true), vp9(2, 0, false, "d", true)}},
		{"the frames begin with an upper layer alone", "b", 0, 0, []pk{vp9(1, 1, false, "b", true)}},
		{"recording ends inside a picture", "a", 0, 0, []pk{vp9(1, 0, false, "a", false)}},
		{"more layers than a superframe holds", "aaaaaaaa\xc7\x01\x01\x01\x01\x01\x01\x01\x01\xc7", 7, 1, []pk{
			vp9(1, 0, false, "a", false), vp9(1, 1, false, "a", false), vp9(1, 2, false, "a", false), vp9(1, 3, false, "a", false),
			vp9(1, 4, false, "a", false), vp9(1, 5, false, "a", false), vp9(1, 6, false, "a", false), vp9(1, 7, false, "a", false),
			vp9(1, 7, false, "b", true)}},
	} {
		t.Run(c.sin, func(t *testing.T) {
			got, report := assembled(t, "vp9", inMemory(c.packets), Input{}, Options{})
			if got != c.want || report.Merged != c.merged || report.Incomplete != c.incomplete {
				t.Errorf("got %q, %d merged, %d incomplete, want %q, %d, %d", got, report.Merged, report.Incomplete, c.want, c.merged, c.incomplete)
			}
		})
	}
}

// The size of a picture is that of its highest layer, which its header tells,
// or the scalability structure of the descriptor.
func TestSuperframeSize(t *testing.T) {
	small, large := "", ""
	for _, h := range heads(t) {
		switch {
		case h.Codec != "vp9" || !h.Key:
		case h.Width == 322:
			small = string(unhex(t, h.Head))
		case h.Width == 1920:
			large = string(unhex(t, h.Head))
		}
	}
	// N_S 2 layers, Y; 640x360 and 1280x720.
	structure := "\x30\x02\x80\x01\x68\x05\x00\x02\xd0"
	with := func(p pk) pk { // V
		p.payload = string([]byte{p.payload[0] | 0x02}) + p.payload[1:3] + structure + p.payload[3:]
		return p
	}
	for _, c := range []struct {
		sin           string
		width, height int
		packets       []pk
	}{
		{"none: one layer, read later", 0, 0, []pk{vp9(1, 0, false, small, true)}},
		{"none: two layers", 1920, 1080, []pk{vp9(1, 0, false, small, false), vp9(1, 1, true, large, true)}},
		{"none: the larger one first", 1920, 1080, []pk{vp9(1, 0, false, large, false), vp9(1, 1, true, small, true)}},
		{"none: structure, one layer", 640, 360, []pk{with(vp9(1, 0, false, "a", true))}},
		{"none: structure of the upper layer", 1280, 720, []pk{vp9(1, 0, false, small, false), with(vp9(1, 1, true, "b", true))}},
		{"none: structure of the lower layer", 1920, 1080, []pk{with(vp9(1, 0, false, "a", false)), vp9(1, 1, true, large, true)}},
	} {
		row, _ := findCodec("vp9")
		report := new(FrameReport)
		s := &pictures{src: newAssembler(inMemory(c.packets), row, mjr.Header{}, Input{}, Options{}, report), report: report, max: 1 << 20}
		if f, err := s.readFrame(); err != nil || f.width != c.width || f.height != c.height {
			t.Errorf("%s: got %dx%d, %v, want %dx%d", c.sin, f.width, f.height, err, c.width, c.height)
		}
	}
}

func TestPrimary(t *testing.T) {
	for _, c := range []struct {
		sin, payload, want string
		ok                 bool
	}{
		{"none: primary alone", "\x6fabc", "abc", true},
		{"none: one copy", "\xef\x0f\x00\x02\x6fxxabc", "abc", true},
		{"none: two copies", "\xef\x1e\x00\x01\xef\x0f\x00\x02\x6fxyyabc", "abc", true},
		{"no primary data", "\xef\x0f\x00\x02\x6fxx", "", true},
		{"nothing", "", "", false},
		{"header cut", "\xef\x0f\x00", "", false},
		{"no header of the primary block", "\xef\x0f\x00\x02", "", false},
		{"copy longer than the payload", "\xef\x0f\x00\x03\x6fxx", "", false},
		{"copy of 1023 bytes", "\xef\x0f\x03\xff\x6f" + strings.Repeat("x", 1022), "", false},
	} {
		got, ok := primary([]byte(c.payload))
		if ok != c.ok || !bytes.Equal(got, []byte(c.want)) {
			t.Errorf("%s: got %q, %v, want %q, %v", c.sin, got, ok, c.want, c.ok)
		}
	}
}
