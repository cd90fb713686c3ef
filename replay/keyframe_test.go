package replay

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

// invisible are the recordings in which all of a VP8 frame is cipher text.
var invisible = []string{"rfc9605-vp8-gcm", "rfc9605-vp8-mls", "sframe-vp8"}

// The key frames found without a key are those that the encoder made.
func TestKeyFramesOfRecordings(t *testing.T) {
	files := 0
	for _, name := range corpus.Names(t) {
		rec := corpus.Load(t, name)
		var offsets map[string]struct {
			TS []int64 `json:"ts_offset_main"`
		}
		b, err := os.ReadFile(filepath.Join(rec.Dir, "verify.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &offsets); err != nil {
			t.Fatal(err)
		}
		for _, r := range call(t, name).Tracks() {
			if r.Codec.Kind != mjr.Video {
				continue
			}
			files++
			hidden := slices.Contains(invisible, name)
			if r.KeyFramesVisible() == hidden {
				t.Errorf("%s: key frames visible: %v", r.Name, !hidden)
			}
			if hidden {
				continue
			}
			var want []int64
			last := r.index[len(r.index)-1].time
			for _, f := range rec.Truth {
				at := int64(f.RTPTime - uint32(offsets[r.Name].TS[0]))
				if f.Kind == "video" && f.Type == "key" && !f.Dropped && at <= last {
					want = append(want, at)
				}
			}
			var got []int64
			for _, k := range r.keys {
				got = append(got, r.index[k].time)
			}
			if name == "plain-vp8-pause" {
				// The recorder closed the pause: only what is behind it can be compared.
				got = got[max(0, len(got)-len(want)):]
				if slices.Equal(got, want) && len(want) > 0 {
					continue
				}
			}
			if !slices.Equal(got, want) || len(want) < 2 {
				t.Errorf("%s: key frames at %v, want %v", r.Name, got, want)
			}
		}
	}
	if files < 18 {
		t.Errorf("only %d files", files)
	}
}

func TestKeyHint(t *testing.T) {
	tag := []byte{0x10, 0x50, 0, 0, 0x9D, 0x01, 0x2A, 0x40, 0x01} // behind a descriptor of one byte
	with := func(at int, b byte) []byte {
		c := slices.Clone(tag)
		c[at] = b
		return c
	}
	for _, c := range []struct {
		name       string
		codec      string
		payload    []byte
		dependency []byte
		want       stream.KeyHint
	}{
		{"VP8 key frame", "vp8", tag, nil, stream.IsKey},
		{"VP8 with a wrong start code", "vp8", with(5, 2), nil, stream.KeyUnknown},
		{"VP8 delta that looks like a start code", "vp8", with(1, 0x51), nil, stream.KeyUnknown},
		{"VP8 packet that does not start a frame", "vp8", with(0, 0), nil, stream.KeyUnknown},
		{"VP8 key frame cut short", "vp8", tag[:6], nil, stream.KeyUnknown},
		{"structure at the start of a frame", "vp8", with(5, 2), []byte{0x80, 0, 1, 0x80}, stream.IsKey},
		{"frame without a structure", "vp8", tag, []byte{0x80, 0, 1}, stream.IsDelta},
		{"second packet of a frame", "av1", []byte{0x00}, []byte{0x00, 0, 1}, stream.KeyUnknown},
		{"dependency descriptor cut short", "vp8", tag, []byte{0x80, 0}, stream.IsKey},
		{"AV1 sequence start", "av1", []byte{0x18, 0}, nil, stream.IsKey},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := stream.ParseDescriptor(c.codec, c.payload, false)
			if err != nil {
				t.Fatal(err)
			}
			if got := keyHint(c.codec, d, c.dependency, c.payload); got != c.want {
				t.Errorf("hint %d, want %d", got, c.want)
			}
		})
	}
}
