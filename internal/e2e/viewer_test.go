package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
	"github.com/mjrkit/mjrkit/postprocess"
)

// traced is a frame as the worker saw it: hashes of what came and what left.
type traced struct {
	Kind            string
	RTPTimestamp    uint32
	In, Out, Reason string
}

// watching is a page that plays recordings of one server.
type watching struct {
	*pagetest.Browser
	t   testing.TB
	mjr *command
	// lossy is of a browser that has no sound sent again, drops what comes
	// before it is ready, and drops pictures sooner than others.
	lossy bool
}

// screens bounds how many browsers decode at once: machines that test are small.
var screens = make(chan struct{}, 2)

// theatre has Chromium for a browser.
func theatre(t testing.TB, args ...string) *watching {
	t.Helper()
	return theatreOf(t, pagetest.New(t), args...)
}

// notePeers has a page's connections in peers, where what the browser makes of
// the media is asked.
const notePeers = `
globalThis.peers = [];
RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...options) { super(...options); peers.push(this); }
};
globalThis.received = async (kind) => {
  const sum = {};
  for (const s of (await peers.at(-1).getStats()).values()) {
    if (s.type !== "inbound-rtp" || s.kind !== kind) continue;
    for (const [name, value] of Object.entries(s)) if (typeof value === "number") sum[name] = (sum[name] ?? 0) + value;
  }
  return sum;
};`

// theatreOf opens no page yet.
func theatreOf(t testing.TB, b *pagetest.Browser, args ...string) *watching {
	t.Helper()
	w := &watching{Browser: b, t: t, mjr: start(t, append([]string{"replay", "--json", "--listen", "127.0.0.1:0"}, args...)...)}
	w.Before(notePeers)
	return w
}

// fragment is the page's fragment with a key file in it.
func fragment(t testing.TB, keys string) string {
	t.Helper()
	if keys == "" {
		return "#trace"
	}
	b, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	return "#trace&keys=" + base64.RawURLEncoding.EncodeToString(b)
}

// media are the files of a recording that can be replayed.
func media(rec corpus.Recording) (files []string) {
	for _, f := range rec.Files {
		if !strings.HasSuffix(strings.TrimSuffix(f, ".mjr"), "data-2") {
			files = append(files, f)
		}
	}
	return files
}

// frames are those that the worker saw so far.
func (w *watching) frames() (all []traced) {
	w.t.Helper()
	if err := json.Unmarshal([]byte(pagetest.Value[string](w.Browser, `JSON.stringify(mjrTrace)`)), &all); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// stat is a figure of what is received of a kind, summed up over its tracks.
func (w *watching) stat(kind, name string) float64 {
	w.t.Helper()
	return pagetest.Value[float64](w.Browser, `received("`+kind+`").then((s) => s["`+name+`"] ?? 0)`)
}

// settled waits until nothing comes any more.
func (w *watching) settled() {
	w.t.Helper()
	w.Eval(`(async () => {
  for (let last = "", same = 0; same < 8; await new Promise((r) => setTimeout(r, 100))) {
    const now = JSON.stringify([mjrTrace.length, (await received("video")).framesDecoded]);
    same = now === last ? same + 1 : 0;
    last = now;
  }
})()`)
}

// says is what an element says.
func (w *watching) says(id string) string {
	w.t.Helper()
	return pagetest.Value[string](w.Browser, `document.getElementById("`+id+`").textContent`)
}

// shows waits until the first picture has colours enough to be one.
func (w *watching) shows() {
	w.t.Helper()
	w.pictures("#stage video")
}

// pictures waits until an element does.
func (w *watching) pictures(selector string) {
	w.t.Helper()
	w.Wait(`(() => {
  const video = document.querySelector("` + selector + `"), canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [64, 36];
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 64, 36);
  const { data } = context.getImageData(0, 0, 64, 36), seen = new Set();
  for (let i = 0; i < data.length; i += 4) seen.add(data[i] >> 4 << 8 | data[i + 1] >> 4 << 4 | data[i + 2] >> 4);
  return seen.size >= 8;
})()`)
}

// end stops the server, which has to end well.
func (w *watching) end() {
	w.t.Helper()
	if code := w.mjr.stop(); code != 0 {
		w.t.Errorf("mjr replay ended with exit %d", code)
	}
}

// recordedFrame is a whole frame of a recording, by hashes: as it comes to the
// worker, and as it has to leave for the decoder.
type recordedFrame struct{ comes, leaves string }

// whole are the whole frames of a recording's track, in order. All of them are
// in what the sender noted.
func whole(t testing.TB, rec corpus.Recording, kind string) []recordedFrame {
	t.Helper()
	return wholeIn(t, rec.File(t, kind), rec, kind)
}

// wholeIn are those of a file that was made of a recording.
func wholeIn(t testing.TB, file string, rec corpus.Recording, kind string) (frames []recordedFrame) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sent := rec.Encrypted(kind)
	in := postprocess.Input{Name: kind, R: bytes.NewReader(b)}
	err = postprocess.Frames(in, postprocess.Options{}, func(b []byte, m decrypt.Meta) bool {
		truth, ok := sent[hash(b)]
		if !ok {
			t.Fatalf("frame %d of %s was never sent in %s", len(frames), filepath.Base(file), rec.Name)
		}
		f := recordedFrame{truth.EncSHA256, truth.SHA256}
		if m.Codec == "av1" && truth.SHA256 == truth.EncSHA256 {
			// RTP leaves the temporal delimiter out (RTP Payload Format for
			// AV1, section 5), and Chromium does not put it back.
			f.comes = hash(bytes.TrimPrefix(b, []byte{0x12, 0}))
			f.leaves = f.comes
		}
		frames = append(frames, f)
		return true
	})
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	if len(frames) == 0 {
		t.Fatalf("%s has no whole frames", filepath.Base(file))
	}
	return frames
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
