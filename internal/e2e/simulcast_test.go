package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// layers publishes three layers of one camera, as conference clients do: by
// WHIP, with a script of nobody's page.
const layers = `(async () => {
	const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 1280, height: 720 } })
	const pc = globalThis.pc = new RTCPeerConnection()
	pc.addTransceiver(stream.getAudioTracks()[0], { direction: "sendonly" })
	const video = pc.addTransceiver(stream.getVideoTracks()[0], { direction: "sendonly", sendEncodings: [
		{ rid: "q", scaleResolutionDownBy: 4, maxBitrate: 100_000 },
		{ rid: "h", scaleResolutionDownBy: 2, maxBitrate: 200_000 },
		{ rid: "f", maxBitrate: 400_000 },
	] })
	video.setCodecPreferences(RTCRtpSender.getCapabilities("video").codecs.filter(c => /VP8|rtx/.test(c.mimeType)))
	await pc.setLocalDescription()
	const answer = await fetch("whip", { method: "POST", headers: { "Content-Type": "application/sdp" }, body: pc.localDescription.sdp })
	if (answer.status !== 201) throw new Error(await answer.text())
	globalThis.whip = answer.headers.get("Location")
	await pc.setRemoteDescription({ type: "answer", sdp: await answer.text() })
})()`

// TestSimulcast: each layer of a real browser's simulcast is a recording.
func TestSimulcast(t *testing.T) {
	b := pagetest.New(t, "use-fake-device-for-media-stream=fps=5")
	s := newStudio(t, b)
	b.Open(s.mjr.url())
	b.State("needs-permission")
	b.Eval(layers)
	names := []string{"call-audio-0", "call-video-1-q", "call-video-1-h", "call-video-1-f"}
	until(t, "packets of each layer", func() bool {
		for _, name := range names {
			if len(s.file(name).packets) < 30 {
				return false
			}
		}
		return true
	})
	b.Eval(`fetch(whip, { method: "DELETE" }).then(() => pc.close())`)
	until(t, "whole files", func() bool { return exists(filepath.Join(s.dir, names[3]+".mjr")) })
	if code := s.mjr.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}
	for _, c := range b.Complaints() {
		t.Errorf("the page said %s", c)
	}
	if found, _ := os.ReadDir(s.dir); len(found) != len(names) {
		t.Errorf("%d files: %v", len(found), found)
	}
	for i, width := range []int{320, 640, 1280} {
		s.layer(names[1+i], width)
	}
}

// layer wants a layer whole, in the size that it was sent in, as mjr and
// Janus's tool convert it.
func (s *studio) layer(name string, width int) {
	s.t.Helper()
	rec := s.file(name)
	if n := rec.missing(s.t); n != 0 || len(rec.numbers()) != 1 {
		s.t.Errorf("%s: %d packets missing, %d streams", name, n, len(rec.numbers()))
	}
	ours, theirs := filepath.Join(s.t.TempDir(), "mjr.webm"), filepath.Join(s.t.TempDir(), "janus.webm")
	tracks := convert(s.t, "-o", ours, rec.path)
	if f := tracks[0].Frames; f.Written+f.BeforeKey != rec.whole() || f.Incomplete != 0 {
		s.t.Errorf("%s: %d frames are whole in the file, %+v", name, rec.whole(), f)
	}
	corpus.Run(s.t, "janus-pp-rec", rec.path, theirs)
	for _, file := range []string{ours, theirs} {
		out, _ := corpus.Run(s.t, "ffprobe", "-v", "error", "-show_streams", "-of", "json", file)
		var probed struct {
			Streams []struct {
				Width int
				Tags  struct{ Title string }
			}
		}
		if err := json.Unmarshal([]byte(out), &probed); err != nil {
			s.t.Fatal(err)
		}
		if len(probed.Streams) != 1 || probed.Streams[0].Width != width {
			s.t.Errorf("%s: %s is %+v, want %d wide", name, filepath.Base(file), probed.Streams, width)
		} else if title := probed.Streams[0].Tags.Title; file == ours && title != "layer "+name[len(name)-1:] {
			s.t.Errorf("%s is called %q", name, title)
		}
	}
}
