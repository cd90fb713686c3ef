package page

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// loop is a page that calls itself: one worker seals what another opens. It
// answers with what both have counted and hashed. A worker is made in the same
// breath as its transform, before it has loaded.
const loop = `(async () => {
  const codec = %q, streams = %v;
  const { newKeyFile } = await import("/keyfile.js");
  const set = newKeyFile();
  const open = (op, scripted) => {
    const worker = new Worker("worker.js", { type: "module" });
    const side = { worker, counts: {}, frames: [], keyFrames: 0, errors: [], bad: false };
    worker.onmessage = ({ data }) => {
      if (data.type === "counts") side.counts[data.kind] = data;
      if (data.type === "frame") side.frames.push(data);
      if (data.type === "keyframe") side.keyFrames++;
      if (data.type === "error") side.errors.push(data.message);
    };
    worker.onerror = (e) => side.errors.push("worker: " + e.message);
    worker.postMessage({ type: "trace", on: true });
    side.keys = (s) => worker.postMessage({ type: "keys", keys: s.keys });
    side.attach = (end, kind, track) => {
      const options = { op, kind, codec: kind === "video" ? codec : "opus", track };
      if (scripted) return void (end.transform = new RTCRtpScriptTransform(worker, options));
      const { readable, writable } = end.createEncodedStreams();
      worker.postMessage({ type: "stream", readable, writable, ...options }, [readable, writable]);
    };
    return side;
  };
  const sealing = open("seal", false), opening = open("open", !streams);
  sealing.keys(set);
  opening.keys(newKeyFile()); // the wrong one at first
  // A sender that answers gets no frames into a script's transform (Chromium 156).
  const from = new RTCPeerConnection({ encodedInsertableStreams: true });
  const to = new RTCPeerConnection({ encodedInsertableStreams: streams });
  from.onicecandidate = ({ candidate }) => candidate && to.addIceCandidate(candidate);
  to.onicecandidate = ({ candidate }) => candidate && from.addIceCandidate(candidate);
  const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 240 } });
  ["audio", "video"].forEach((kind, i) => {
    const line = to.addTransceiver(kind, { direction: "recvonly" });
    opening.attach(line.receiver, kind, i);
    const { codecs } = RTCRtpReceiver.getCapabilities("video");
    if (kind === "video") line.setCodecPreferences(codecs.filter((c) => c.mimeType.toLowerCase() === "video/" + codec));
  });
  await to.setLocalDescription(await to.createOffer());
  await from.setRemoteDescription(to.localDescription);
  for (const [i, line] of from.getTransceivers().entries()) {
    const { kind } = line.receiver.track;
    line.direction = "sendonly";
    sealing.attach(line.sender, kind, i);
    await line.sender.replaceTrack(media.getTracks().find((t) => t.kind === kind));
  }
  await from.setLocalDescription(await from.createAnswer());
  await to.setRemoteDescription(from.localDescription);
  const until = async (met) => { while (!met()) await new Promise((r) => setTimeout(r, 20)); };
  const refused = (kind) => Object.values(opening.counts[kind]?.refused ?? {}).reduce((a, b) => a + b, 0);
  await until(() => refused("audio") > 20 && refused("video") > 20);
  const under = { ...opening.counts };
  opening.keys(set);
  await until(() => opening.counts.audio.opened > 50 && opening.counts.video.opened > 50);
  const stats = [...(await to.getStats()).values()].find((s) => s.type === "inbound-rtp" && s.kind === "video");
  await until(() => opening.keyFrames > 0);
  let decoded = 0;
  while (decoded < 20) {
    for (const s of (await to.getStats()).values()) if (s.type === "inbound-rtp" && s.kind === "video") decoded = s.framesDecoded;
    await new Promise((r) => setTimeout(r, 20));
  }
  const made = new Map(sealing.frames.map((f) => [f.out, f.in]));
  const whole = opening.frames.filter((f) => f.out !== null);
  from.close();
  to.close();
  return {
    wrong: under.audio.opened + under.video.opened + under.audio.passed + under.video.passed,
    opened: whole.length, right: whole.filter((f) => made.get(f.in) === f.out).length,
    decoded, keyFrames: opening.keyFrames, errors: [...sealing.errors, ...opening.errors], sealKids: sealing.counts.video.kids.length,
  };
})()`

// TestChromium runs the worker where it belongs: what one seals another opens,
// once it has the key, and the decoder shows it.
func TestChromium(t *testing.T) {
	for _, c := range []struct {
		codec   string
		streams bool
	}{{"vp8", false}, {"vp9", false}, {"vp8", true}} {
		t.Run(fmt.Sprintf("%s, streams %v", c.codec, c.streams), func(t *testing.T) {
			server := httptest.NewServer(http.FileServerFS(Files()))
			defer server.Close()
			b := pagetest.New(t)
			b.Open(server.URL + "/worker.js") // any file: all that is needed is the origin
			got := pagetest.Value[struct {
				Wrong, Opened, Right, Decoded, KeyFrames, SealKids int
				Errors                                             []string
			}](b, fmt.Sprintf(loop, c.codec, c.streams))
			t.Logf("%+v", got)
			if got.Wrong != 0 || got.Opened < 100 || got.Right != got.Opened || got.KeyFrames == 0 || got.SealKids != 1 || len(got.Errors) > 0 {
				t.Errorf("%+v; the page said %q", got, b.Complaints())
			}
		})
	}
}
