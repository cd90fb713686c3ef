package decrypttest

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

// SSRC and Timestamp are those of all vectors that name no others.
const (
	SSRC      = 0x11223344
	Timestamp = 0x55667788
)

// Frame is one encoded frame before encryption.
type Frame struct {
	Name string
	Meta decrypt.Meta
	Data []byte
}

// Frames are the frames of testdata/vectors/frames.json by name: 27, of 1 to
// 3000 bytes. With codecs given, those of other codecs are left out.
func Frames(t testing.TB, codecs ...string) []Frame {
	t.Helper()
	var file struct {
		Frames map[string]struct {
			Kind, Codec, Type string
			Data              Hex
		}
	}
	corpus.Vectors(t, "frames.json", &file)
	var frames []Frame
	for name, f := range file.Frames {
		if len(codecs) > 0 && !slices.Contains(codecs, f.Codec) {
			continue
		}
		frames = append(frames, Frame{name, meta(t, f.Kind, f.Codec, f.Type), f.Data})
	}
	if len(frames) == 0 {
		t.Fatalf("no frames of %q in frames.json", codecs)
	}
	slices.SortFunc(frames, func(a, b Frame) int { return strings.Compare(a.Name, b.Name) })
	return frames
}

// meta is what a vector says of a frame, in the terms of the contract.
func meta(t testing.TB, kind, codec, frameType string) decrypt.Meta {
	t.Helper()
	m := decrypt.Meta{Codec: codec, SSRC: SSRC, Timestamp: Timestamp}
	switch kind {
	case "audio":
		m.Kind = decrypt.Audio
	case "video":
		m.Kind = decrypt.Video
	case "":
	default:
		t.Fatalf("a frame of kind %q", kind)
	}
	switch frameType {
	case "key":
		m.Type = decrypt.KeyFrame
	case "delta":
		m.Type = decrypt.DeltaFrame
	case "":
	default:
		t.Fatalf("a frame of type %q", frameType)
	}
	return m
}

// Hex are bytes that stand as hex in JSON; null is nil, "" is not.
type Hex []byte

// UnmarshalJSON reads both.
func (h *Hex) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil || s == nil {
		return err
	}
	raw, err := hex.DecodeString(*s)
	*h = raw
	return err
}
