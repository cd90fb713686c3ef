package detect_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/detect"
	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
	"github.com/mjrkit/mjrkit/postprocess"
)

// shown is a frame as the product shows it to a Detector.
type shown struct {
	data []byte
	meta decrypt.Meta
}

// recorded are the packets and frames of a recording.
func recorded(t testing.TB, path string) (packets [][]byte, frames []shown) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range mjrtest.Read(t, path).Packets {
		packets = append(packets, p.Data)
	}
	err = postprocess.Frames(postprocess.Input{Name: path, R: f}, postprocess.Options{}, func(b []byte, m decrypt.Meta) bool {
		frames = append(frames, shown{bytes.Clone(b), m})
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(frames) < 50 {
		t.Fatalf("%s: only %d frames", path, len(frames))
	}
	return packets, frames
}

func guess(packets [][]byte, frames []shown) detect.Guess {
	var d detect.Detector
	for _, p := range packets {
		d.AddPacket(p)
	}
	for _, f := range frames {
		d.Add(f.data, f.meta)
	}
	return d.Guess()
}

// looks are what the recordings must look like, by their names' beginnings.
var looks = []struct{ name, audio, video, detail string }{
	{"plain-", "", "", ""},
	{"jitsi-vp8-sharedkey", "", "", ""}, // flagged, and wholly in clear
	{"jitsi-vp8", "jitsi-gcm", "jitsi-gcm", "key index 0"},
	{"livekit-", "livekit", "livekit", "key index 0"},
	{"sframe-vp8-skip", "medooze", "medooze", "key id 5"},
	{"sframe-vp8-rekey", "medooze", "medooze", "key id 5"},
	{"sframe-vp8", "medooze", "medooze", "key id 5"},
	{"rfc9605-vp8-gcm", "sframe", "sframe", ""},
	{"rfc9605-vp8-mls", "sframe", "sframe", ""},
	{"xor-", "xor-demo", "xor-demo", "key id 1"},
}

func TestRecordings(t *testing.T) {
	checked := 0
	for _, name := range corpus.Names(t) {
		r := corpus.Load(t, name)
		for _, path := range r.Files {
			if strings.Contains(filepath.Base(path), "-data-2") { // messages
				continue
			}
			packets, frames := recorded(t, path)
			for _, look := range looks {
				if !strings.HasPrefix(name, look.name) {
					continue
				}
				want := look.audio
				if frames[0].meta.Kind == decrypt.Video {
					want = look.video
				}
				for _, n := range []int{20, 50, len(frames)} {
					g := guess(packets[:n], frames[:n])
					if g.Scheme != want || want != "" && (n >= 50) != g.Sure || n == 50 && !strings.HasPrefix(g.Detail, look.detail) {
						t.Errorf("%s, %d frames: %+v, want %q, %q", filepath.Base(path), n, g, want, look.detail)
					}
				}
				checked++
				if name == "livekit-vp8-rekey" {
					if g := guess(nil, frames); g.Detail != "key indexes 0, 3" || !slices.Equal(g.IDs, []uint64{0, 3}) {
						t.Errorf("%s: %+v, want both keys", filepath.Base(path), g)
					}
				}
				break
			}
		}
	}
	if checked != 42 {
		t.Errorf("%d files checked, want 42", checked)
	}
}
