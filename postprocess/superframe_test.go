package postprocess

import (
	"bytes"
	"strings"
	"testing"
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
	long := strings.Repeat("y", 300)
	for _, c := range []struct {
		sin, want          string
		merged, incomplete int64
		packets            []pk
	}{
		{"none: one layer", "a b", 0, 0, []pk{vp9(1, 0, false, "a", true), vp9(2, 0, false, "b", true)}},
		{"none: two layers", "abb\xc1\x01\x02\xc1 c", 1, 0, []pk{vp9(1, 0, false, "a", false), vp9(1, 1, true, "bb", true), vp9(2, 0, false, "c", true)}},
		{"none: three layers, one of 300 bytes", "a" + long + "c\xca\x01\x00\x2c\x01\x01\x00\xca", 2, 0, []pk{vp9(1, 0, false, "a", false), vp9(1, 1, true, long, false), vp9(1, 2, true, "c", true)}},
		{"none: layers that do not need each other", "ab\xc1\x01\x01\xc1", 1, 0, []pk{vp9(1, 0, false, "a", false), vp9(1, 1, false, "b", true)}},
		{"marker never set", "ab\xc1\x01\x01\xc1 cd\xc1\x01\x01\xc1", 2, 0, []pk{vp9(1, 0, false, "a", false), vp9(1, 1, true, "b", false), vp9(2, 0, false, "c", false), vp9(2, 1, true, "d", false)}},
		{"top layer lost", "a !c", 0, 0, []pk{vp9(1, 0, false, "a", false), lost(vp9(2, 0, false, "c", true))}},
		{"top layer incomplete", "a !c", 0, 1, []pk{vp9(1, 0, false, "a", false), half(vp9(1, 1, true, "b", true)), lost(vp9(2, 0, false, "c", true))}},
		{"middle layer lost", "a !d", 0, 1, []pk{vp9(1, 0, false, "a", false), lost(vp9(1, 2, true, "c", true)), vp9(2, 0, false, "d", true)}},
		{"middle layer incomplete", "a !d", 0, 2, []pk{vp9(1, 0, false, "a", false), half(vp9(1, 1, true, "b", false)), lost(vp9(1, 2, true, "c", true)), vp9(2, 0, false, "d", true)}},
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
