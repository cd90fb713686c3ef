package xor

import (
	"bytes"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

// FuzzOpen: what opens is sealed to the same bytes again, and a frame that is
// sealed opens to what it was.
func FuzzOpen(f *testing.F) {
	codecs := []string{"opus", "vp8", "vp9", "h264", "h265", "av1", ""}
	no := false
	keys := []decrypt.Key{
		testKey("XOR-DEMO-JANUS", "mysecret", index(1), nil),
		testKey("XOR-DEMO-WEBRTC", "secret", index(1), nil),
		testKey("XOR-DEMO-WEBRTC", "secret", index(1), &no),
		testKey("XOR-DEMO-WEBRTC", "secret", nil, &no),
	}
	seeds := 0
	for _, v := range decrypttest.Vectors(f, "xor-demo.json") {
		if v.Encrypted == nil {
			continue
		}
		for which := range keys {
			f.Add([]byte(v.Encrypted), uint8(v.Meta.Kind), uint8(v.Meta.Type), uint8(seeds), uint8(which))
		}
		seeds++
	}
	if seeds < 80 {
		f.Fatalf("%d seeds", seeds)
	}
	f.Fuzz(func(t *testing.T, frame []byte, kind, frameType, codec, which uint8) {
		k := keys[int(which)%len(keys)]
		m := decrypt.Meta{
			Kind:  decrypt.Kind(kind % 3),
			Type:  decrypt.FrameType(frameType % 3),
			Codec: codecs[int(codec)%len(codecs)],
		}
		before := bytes.Clone(frame)
		res, err := newOpener(t, k).Open([]byte("dst"), frame, m)
		plain, ok := bytes.CutPrefix(res.Plain, []byte("dst"))
		switch {
		case !ok || !bytes.Equal(frame, before):
			t.Fatal("dst or the frame was changed")
		case err != nil && len(plain) > 0:
			t.Fatalf("%v, and %d bytes of plaintext", err, len(plain))
		case err == nil && !res.Unauthenticated:
			t.Fatal("called authentic")
		}
		// The start code of H.26x decides over what RTP says, so those frames
		// are sealed again only if they are what they seem.
		if err == nil && m.Codec != "h264" && m.Codec != "h265" {
			if again, err := newSealer(t, k).Seal(nil, plain, m); err != nil || !bytes.Equal(again, frame) {
				t.Fatalf("%x opens to %x, and that is sealed to %x (%v)", frame, plain, again, err)
			}
		}
	})
}
