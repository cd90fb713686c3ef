package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/postprocess"
)

// frame is one of those that go through the worker.
type frame struct {
	data      []byte
	timestamp uint32
	typ       decrypt.FrameType
}

// message is one that the worker posted.
type message struct {
	Type, Message        string
	In, Out              string
	Opened, Unverified   int
	Received, Sealed     int
	Passed               int
	Refused              map[string]int
	Scheme, SealKid, Kid string
	Kids, Schemes        []string
	RTPTimestamp         uint32 `json:"rtpTimestamp"`
}

// job is what nodetest/run.js is told.
type job struct {
	Messages []any          `json:"messages"`
	Options  map[string]any `json:"options"`
	Frames   string         `json:"frames"`
	Out      string         `json:"out"`
	Posted   string         `json:"posted"`
}

// through runs frames through a worker, and returns what came out.
func through(t testing.TB, options map[string]any, in []frame, messages ...any) ([]frame, []message) {
	t.Helper()
	dir := t.TempDir()
	j := job{messages, options, filepath.Join(dir, "frames"), filepath.Join(dir, "out"), filepath.Join(dir, "posted")}
	var b []byte
	for _, f := range in {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f.data)))
		b = binary.BigEndian.AppendUint32(b, f.timestamp)
		b = append(append(b, byte(f.typ)), f.data...)
	}
	write(t, j.Frames, b)
	work, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "job"), work)
	node(t, "run.js", filepath.Join(dir, "job"))
	var posted []message
	if err := json.Unmarshal(read(t, j.Posted), &posted); err != nil {
		t.Fatal(err)
	}
	var out []frame
	for b = read(t, j.Out); len(b) > 0; {
		n := 9 + int(binary.BigEndian.Uint32(b))
		out = append(out, frame{data: b[9:n], timestamp: binary.BigEndian.Uint32(b[4:])})
		b = b[n:]
	}
	return out, posted
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// counts are the last ones that the worker posted.
func counts(t testing.TB, posted []message) message {
	t.Helper()
	for i := len(posted) - 1; i >= 0; i-- {
		if posted[i].Type == "counts" {
			return posted[i]
		}
	}
	t.Fatal("the worker posted no counts")
	return message{}
}

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// keysMessage hands a key file to the worker.
func keysMessage(t testing.TB, path string) map[string]any {
	t.Helper()
	m := map[string]any{"type": "keys", "allowUnauthenticated": true}
	if err := json.Unmarshal(read(t, path), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// recorded are the encrypted frames of one file of a recording.
func recorded(t testing.TB, rec corpus.Recording, kind string) (frames []frame, codec string) {
	t.Helper()
	in := postprocess.Input{Name: kind, R: bytes.NewReader(read(t, rec.File(t, kind)))}
	err := postprocess.Frames(in, postprocess.Options{}, func(b []byte, m decrypt.Meta) bool {
		frames = append(frames, frame{bytes.Clone(b), m.Timestamp, m.Type})
		codec = m.Codec
		return true
	})
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	if len(frames) < 50 {
		t.Fatalf("%s: only %d %s frames", rec.Name, len(frames), kind)
	}
	return frames, codec
}

// opening are the transform's options for a track.
func opening(kind, codec string) map[string]any {
	return map[string]any{"op": "open", "kind": kind, "codec": codec}
}

// encrypted lists the recordings that have keys, wholly clear ones aside.
var encrypted = []string{
	"jitsi-vp8", "livekit-vp8", "livekit-vp8-rekey", "livekit-h264",
	"rfc9605-vp8-gcm", "rfc9605-vp8-mls", "sframe-vp8", "sframe-vp8-skip", "sframe-vp8-rekey", "xor-vp8-noise", "xor-vp8-noeflag",
}

// TestRecordings opens every frame of the real recordings to what the encoder
// had made, in order.
func TestRecordings(t *testing.T) {
	for _, name := range encrypted {
		rec := corpus.Load(t, name)
		for _, kind := range []string{"audio", "video"} {
			t.Run(name+" "+kind, func(t *testing.T) {
				in, codec := recorded(t, rec, kind)
				out, posted := through(t, opening(kind, codec), in, map[string]any{"type": "trace", "on": true}, keysMessage(t, rec.Keys))
				sent := rec.Encrypted(kind)
				if len(out) != len(in) {
					t.Fatalf("%d frames of %d came out: %v", len(out), len(in), counts(t, posted).Refused)
				}
				keyFrames, typed := 0, false
				for i, f := range out {
					truth, ok := sent[sha(in[i].data)]
					if !ok || f.timestamp != in[i].timestamp || sha(f.data) != truth.SHA256 {
						t.Fatalf("frame %d is not the one that was sealed", i)
					}
					typed = typed || truth.Type != ""
					if truth.Type == "key" {
						keyFrames++
					}
				}
				told, traced := 0, 0
				for _, m := range posted {
					switch m.Type {
					case "error":
						t.Error(m.Message)
					case "keyframe":
						told++
					case "frame":
						if truth := sent[m.In]; m.Out != truth.SHA256 {
							t.Errorf("traced %s as %s", m.In, m.Out)
						}
						traced++
					}
				}
				c := counts(t, posted)
				if typed && told != keyFrames || (told > 0) != (kind == "video") || traced != len(in) || c.Received != len(in) || c.Opened+c.Unverified != len(in) {
					t.Errorf("%d key frames told of %d, %d frames traced of %d, counts %+v", told, keyFrames, traced, len(in), c)
				}
			})
		}
	}
}

// TestRecordingsUnderWrongKeys: nothing comes out, also where the server says
// that nothing is encrypted.
func TestRecordingsUnderWrongKeys(t *testing.T) {
	for name, keys := range map[string]string{
		"jitsi-vp8": "livekit-vp8", "livekit-vp8": "livekit-h264", "livekit-h264": "livekit-vp8", "rfc9605-vp8-gcm": "rfc9605-vp8-mls",
		"sframe-vp8": "sframe-vp8-skip", "sframe-vp8-skip": "sframe-vp8", "xor-vp8-noise": "jitsi-vp8", "jitsi-vp8-sharedkey": "jitsi-vp8", "plain-vp9": "jitsi-vp8",
	} {
		t.Run(name, func(t *testing.T) {
			rec, other := corpus.Load(t, name), corpus.Load(t, keys)
			for _, kind := range []string{"audio", "video"} {
				in, codec := recorded(t, rec, kind)
				out, posted := through(t, opening(kind, codec), in, map[string]any{"type": "encrypted", "encrypted": false}, keysMessage(t, other.Keys))
				refused := 0
				for _, n := range counts(t, posted).Refused {
					refused += n
				}
				if len(out) != 0 || refused != len(in) {
					t.Errorf("%s: %d frames of %d came out, %d refused", kind, len(out), len(in), refused)
				}
			}
		})
	}
}

// TestPlainRecordings pass as they are, if the server says that they are plain.
func TestPlainRecordings(t *testing.T) {
	for _, name := range []string{"plain-vp9", "plain-h264", "plain-av1"} {
		rec := corpus.Load(t, name)
		for _, plain := range []bool{true, false} {
			in, codec := recorded(t, rec, "video")
			out, posted := through(t, opening("video", codec), in, map[string]any{"type": "encrypted", "encrypted": !plain})
			c := counts(t, posted)
			if want := map[bool]int{true: len(in)}[plain]; len(out) != want || c.Passed != want {
				t.Errorf("%s, plain is %v: %d of %d frames came out, %d counted as passed", name, plain, len(out), len(in), c.Passed)
			}
			for i, f := range out {
				if !bytes.Equal(f.data, in[i].data) {
					t.Fatalf("%s: frame %d was altered", name, i)
				}
			}
		}
	}
}
