package detect_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/detect"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

var schemes = []string{"", "sframe", "medooze", "jitsi-gcm", "jitsi-jframe-ctr", "jitsi-hips", "livekit", "xor-demo", "dave", "perc-lite", "srtp-double"}

// FuzzDetector feeds frames and packets, each with a length of two bytes
// before it whose highest bit tells packets. Nothing panics, and a guess stays
// the same if nothing is added.
func FuzzDetector(f *testing.F) {
	seeds := 0
	for _, name := range corpus.Names(f) {
		r := corpus.Load(f, name)
		packets, frames := recorded(f, r.File(f, "audio"))
		var seed []byte
		for i := range 20 {
			seed = append(binary.BigEndian.AppendUint16(seed, uint16(len(frames[i].data))), frames[i].data...)
			seed = append(binary.BigEndian.AppendUint16(seed, 0x8000|uint16(len(packets[i]))), packets[i]...)
		}
		f.Add(seed, byte(0))
		f.Add(seed, byte(3))
		seeds++
	}
	if seeds < 20 {
		f.Fatalf("only %d seeds", seeds)
	}
	f.Fuzz(func(t *testing.T, b []byte, how byte) {
		m := decrypt.Meta{Kind: decrypt.Kind(how % 3), Codec: []string{"opus", "vp8", "h264"}[how%3]}
		var d detect.Detector
		for len(b) >= 2 {
			n := int(binary.BigEndian.Uint16(b))
			data := b[2 : 2+min(n&0x7fff, len(b)-2)]
			b = b[2+len(data):]
			if n&0x8000 != 0 {
				d.AddPacket(data)
			} else {
				d.Add(data, m)
			}
		}
		g := d.Guess()
		if !slices.Contains(schemes, g.Scheme) || len(g.IDs) > 16 || g.Scheme == "" && (g.Sure || g.Detail != "" || g.IDs != nil) {
			t.Errorf("%+v", g)
		}
		if again := d.Guess(); fmt.Sprint(again) != fmt.Sprint(g) {
			t.Errorf("first %+v, then %+v", g, again)
		}
	})
}
