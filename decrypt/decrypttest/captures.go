package decrypttest

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

// Capture is a file of testdata/vectors/rtp-captures: frames of a call out of
// Chromium, with the RTP packets that carried them.
type Capture struct {
	Name                   string
	Audio, Video           []Encrypted // out of the packets, in order
	AudioPlain, VideoPlain [][]byte    // what the encoders had made, in the same order

	keys, params json.RawMessage
}

// KeyMaterial decodes the capture's "keys" into a slice; a single "key" is a
// slice of one.
func (c Capture) KeyMaterial(t testing.TB, into any) { decode(t, c.Name, c.keys, into) }

// Params decodes the capture's member "params" into v.
func (c Capture) Params(t testing.TB, into any) { decode(t, c.Name, c.params, into) }

// LoadCapture reads a file of testdata/vectors/rtp-captures, such as
// "vp8-jitsi.json". It fails the test where the packets do not come to the
// encrypted frames that the sender's transform had reported.
func LoadCapture(t testing.TB, file string) Capture {
	t.Helper()
	var raw struct {
		VideoCodec        string `json:"video_codec"`
		AudioCodec        string `json:"audio_codec"`
		Key, Keys, Params json.RawMessage
		Frames            []struct {
			Kind                 string
			Type                 string `json:"frame_type"`
			Plaintext, Encrypted Hex
			RTP                  []Hex
		}
	}
	corpus.Vectors(t, "rtp-captures/"+file, &raw)
	c := Capture{Name: file, keys: raw.Keys, params: raw.Params}
	if raw.Key != nil {
		c.keys = json.RawMessage("[" + string(raw.Key) + "]")
	}
	packets := make(map[string][][]byte)
	sent := make(map[string][][]byte)
	types := make(map[string][]decrypt.FrameType)
	for _, f := range raw.Frames {
		for _, p := range f.RTP {
			packets[f.Kind] = append(packets[f.Kind], p)
		}
		sent[f.Kind] = append(sent[f.Kind], f.Encrypted)
		types[f.Kind] = append(types[f.Kind], meta(t, f.Kind, "", f.Type).Type)
		if f.Kind == "audio" {
			c.AudioPlain = append(c.AudioPlain, f.Plaintext)
		} else {
			c.VideoPlain = append(c.VideoPlain, f.Plaintext)
		}
	}
	c.Audio = assemble(t, packets["audio"], decrypt.Meta{Kind: decrypt.Audio, Codec: raw.AudioCodec})
	c.Video = assemble(t, packets["video"], decrypt.Meta{Kind: decrypt.Video, Codec: raw.VideoCodec})
	for kind, got := range map[string][]Encrypted{"audio": c.Audio, "video": c.Video} {
		if len(got) != len(sent[kind]) || len(got) == 0 {
			t.Fatalf("%s: %d %s frames out of the packets, %d were sent", file, len(got), kind, len(sent[kind]))
		}
		for i := range got {
			if !bytes.Equal(got[i].Data, sent[kind][i]) {
				t.Fatalf("%s: %s frame %d out of the packets is not what was sent", file, kind, i)
			}
			got[i].Meta.Type = types[kind][i]
		}
	}
	return c
}

// RunCapture opens all frames of a capture, a track at a time: every one must
// come out as its encoder made it, at 1.05 tries a frame and no more.
func RunCapture(t *testing.T, file string, opener func(testing.TB, Capture, decrypt.Kind) decrypt.Opener) {
	c := LoadCapture(t, file)
	for _, kind := range []decrypt.Kind{decrypt.Audio, decrypt.Video} {
		t.Run(kind.String(), func(t *testing.T) {
			frames, plain := c.Audio, c.AudioPlain
			if kind == decrypt.Video {
				frames, plain = c.Video, c.VideoPlain
			}
			o := opener(t, c, kind)
			opened, failed := OpenTrack(t, o, frames)
			if len(failed) > 0 || len(opened) != len(plain) {
				t.Fatalf("%d of %d frames opened; %v", len(opened), len(plain), failed)
			}
			for i, got := range opened {
				if !bytes.Equal(got.Result.Plain, plain[i]) {
					t.Errorf("frame %d: got %x, want %x", i, got.Result.Plain, plain[i])
				}
			}
			if counter, ok := o.(trier); ok && float64(counter.Tries()) > 1.05*float64(len(plain))+1 {
				t.Errorf("%d tries for %d frames", counter.Tries(), len(plain))
			}
		})
	}
}
