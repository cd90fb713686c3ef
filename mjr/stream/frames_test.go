package stream

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// The descriptors of real recordings, put to the one test that counts: do the
// bytes behind them make up the frames that left the sender's encoder?
func TestFramesOfRecordings(t *testing.T) {
	for _, c := range []struct {
		name, codec string
		frames      int
		keys        bool // the descriptors tell key frames
	}{
		{"plain-vp8-identity", "vp8", 241, false},
		{"plain-vp8-loss", "vp8", 235, false},
		{"sframe-vp8", "vp8", 242, false},
		{"rfc9605-vp8-mls", "vp8", 242, false},
		{"plain-vp9", "vp9", 240, true},
		{"plain-h264", "h264", 239, true},
		{"livekit-h264", "h264", 238, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := corpus.Load(t, c.name)
			truth := rec.Encrypted("video")
			all, _ := drain(t, &slice{packets: load(t, rec.File(t, "video"))}, Options{})
			var frame []byte
			var key KeyHint
			frames, keys := 0, 0
			for i, p := range all {
				d, err := ParseDescriptor(c.codec, p.payload, p.Header.Marker)
				if err != nil {
					t.Fatalf("packet %d: %v", i, err)
				}
				first := i == 0 || all[i-1].Header.Marker
				if first && !d.Start || !first && d.Start && c.codec != "h264" {
					t.Fatalf("packet %d: start %v, after a marker %v", i, d.Start, first)
				}
				if d.End != p.Header.Marker {
					t.Fatalf("packet %d: end %v, marker %v", i, d.End, p.Header.Marker)
				}
				if first {
					frame, key = frame[:0], KeyUnknown
				}
				frame = media(frame, d, p.payload)
				key = key.with(d.Key)
				if !d.End {
					continue
				}
				frames++
				sum := sha256.Sum256(frame)
				want, ok := truth[hex.EncodeToString(sum[:])]
				if !ok {
					t.Fatalf("frame %d of %d bytes, up to packet %d, is none that was sent", frames, len(frame), i)
				}
				if wantKey := want.Type == "key"; c.keys && (key == IsKey) != wantKey {
					t.Errorf("frame %d: key hint %d, but its type is %q", frames, key, want.Type)
				} else if !c.keys && key != KeyUnknown {
					t.Errorf("frame %d: key hint %d from a codec that has none", frames, key)
				}
				if want.Type == "key" {
					keys++
				}
			}
			if frames != c.frames || c.keys && keys == 0 {
				t.Errorf("%d frames, %d of them keys; want %d", frames, keys, c.frames)
			}
		})
	}
}

// media appends what lies behind a descriptor; of H.264, in the form that
// encoders give out.
func media(frame []byte, d Descriptor, payload []byte) []byte {
	startCode := []byte{0, 0, 0, 1}
	rest := payload[d.Len:]
	switch d.Unit {
	case UnitSingle:
		frame = append(frame, startCode...)
	case UnitFragment:
		if !d.Continues {
			frame = append(append(frame, startCode...), byte(d.NALHeader))
		}
	case UnitAggregate:
		for len(rest) > 0 {
			n := int(binary.BigEndian.Uint16(rest))
			frame = append(append(frame, startCode...), rest[2:2+n]...)
			rest = rest[2+n:]
		}
	}
	return append(frame, rest...)
}

func TestAV1Recording(t *testing.T) {
	rec := corpus.Load(t, "plain-av1")
	types := make(map[uint32]string) // by place in the call
	var video []corpus.Truth
	for _, f := range rec.Truth {
		if f.Kind == "video" {
			video = append(video, f)
		}
	}
	for _, f := range video {
		types[f.RTPTime-video[0].RTPTime] = f.Type
	}
	all, _ := drain(t, &slice{packets: load(t, rec.File(t, "video"))}, Options{})
	frames, keys := 0, 0
	for i, p := range all {
		d, err := ParseDescriptor("av1", p.payload, p.Header.Marker)
		if err != nil {
			t.Fatalf("packet %d: %v", i, err)
		}
		if i == 0 || all[i-1].Header.Marker {
			frames++
			want, ok := types[p.Header.Timestamp]
			if !ok {
				t.Fatalf("frame %d was not sent", frames)
			}
			if (d.Key == IsKey) != (want == "key") {
				t.Errorf("frame %d: key hint %d, but its type is %q", frames, d.Key, want)
			}
			if d.Key == IsKey {
				keys++
			}
			if !d.Start || d.Continues {
				t.Errorf("frame %d starts inside an OBU", frames)
			}
		} else if last, _ := ParseDescriptor("av1", all[i-1].payload, false); d.Continues != last.Continued {
			t.Errorf("packet %d: continues %v, but the one before says %v", i, d.Continues, last.Continued)
		}
	}
	if frames != 241 || keys == 0 {
		t.Errorf("%d frames, %d keys, want 241", frames, keys)
	}
}

// Picture ids of real recordings rise by one from frame to frame, and stand
// where the offsets say.
func TestPictureIDsOfRecordings(t *testing.T) {
	for _, c := range []struct{ name, codec string }{{"plain-vp8-identity", "vp8"}, {"plain-vp9", "vp9"}} {
		t.Run(c.name, func(t *testing.T) {
			all, _ := drain(t, &slice{packets: load(t, corpus.Load(t, c.name).File(t, "video"))}, Options{})
			var last Descriptor
			seen := 0
			for i, p := range all {
				d, err := ParseDescriptor(c.codec, p.payload, p.Header.Marker)
				if err != nil {
					t.Fatal(err)
				}
				if d.PictureID < 0 {
					t.Fatalf("packet %d: no picture id: %x", i, p.payload[:4])
				}
				if got := binary.BigEndian.Uint16(p.payload[d.PictureIDAt:]); d.PictureIDLen != 2 || got != uint16(d.PictureID)|0x8000 {
					t.Fatalf("packet %d: %04x at %d, want picture id %d", i, got, d.PictureIDAt, d.PictureID)
				}
				want := last.PictureID
				if d.Start {
					want = (want + 1) & 0x7FFF
				}
				if i > 0 && d.PictureID != want {
					t.Fatalf("packet %d: picture id %d, want %d", i, d.PictureID, want)
				}
				if d.TL0PICIDX >= 0 && int32(p.payload[d.TL0PICIDXAt]) != d.TL0PICIDX {
					t.Fatalf("packet %d: %d at %d, want %d", i, p.payload[d.TL0PICIDXAt], d.TL0PICIDXAt, d.TL0PICIDX)
				}
				last = d
				seen++
			}
			if seen < 400 {
				t.Errorf("only %d picture ids", seen)
			}
		})
	}
}

func ExampleParseDescriptor() {
	payload := []byte{0x90, 0x80, 0x92, 0x34, 0x10, 0x02}
	d, err := ParseDescriptor("vp8", payload, false)
	if err != nil {
		panic(err)
	}
	fmt.Printf("media %x, first packet of picture %d\n", payload[d.Len:], d.PictureID)
	// Output: media 1002, first packet of picture 4660
}
