package rtc

import "testing"

// TestChange: three packets in a row of another codec are a change; fewer, and
// those of no medium, are left out and counted.
func TestChange(t *testing.T) {
	vp8, vp9, rtx, red, opus := codec{pt: 96, name: "vp8"}, codec{pt: 98, name: "vp9"}, codec{pt: 97, name: "rtx"}, codec{pt: 63, name: "red", fmtp: "111/111"}, codec{pt: 111, name: "opus"}
	for _, c := range []struct {
		name    string
		types   []byte // 96 is the track's own
		change  string // to what
		foreign int64
	}{
		{"three in a row", []byte{96, 98, 98, 98}, "vp9", 0},
		{"two, and the codec goes on", []byte{98, 98, 96}, "", 2},
		{"two, and the end", []byte{98, 98}, "", 2},
		{"latecomers", []byte{98, 96, 98, 98, 96, 98, 98, 98}, "vp9", 3},
		{"of another each", []byte{98, 111, 98, 111}, "", 4},
		{"of none", []byte{77, 97, 77, 97}, "", 4},
		{"RED is what is in it", []byte{63, 111, 63}, "opus", 0},
	} {
		in := &InTrack{peer: new(Peer), line: &line{codecs: []codec{vp8, vp9, rtx, red, opus}}}
		in.use(vp8)
		settled := false
		for i, pt := range c.types {
			if settled {
				t.Fatalf("%s: settled before packet %d", c.name, i)
			}
			if pt == in.PayloadType {
				in.forget()
			} else {
				settled = in.changes([]byte{0x80, 0x80 | pt, 0, byte(i)})
			}
		}
		if !settled {
			in.forget()
		}
		if got := in.Foreign(); got != c.foreign {
			t.Errorf("%s: %d packets left out, want %d", c.name, got, c.foreign)
		}
		if got := in.change(2); got != settled || settled != (c.change != "") {
			t.Fatalf("%s: settled %v, changed %v", c.name, settled, got)
		}
		if settled && (in.Codec != c.change || len(in.first) != changedAfter || in.Index != 2 || in.Changes != 1) {
			t.Errorf("%s: %s, %d packets read, index %d", c.name, in.Codec, len(in.first), in.Index)
		}
	}
	in := &InTrack{peer: new(Peer), line: &line{codecs: []codec{vp8, vp9}}, Changes: maxChanges}
	in.use(vp8)
	for range 10 {
		if in.changes([]byte{0x80, 98}) {
			t.Error("one change too many")
		}
	}
}
