// What the publisher does without a browser: its offer, and what it reads of
// the recorder's answers.

import assert from "node:assert/strict";
import test from "node:test";
import { videoCodecs, wantRepair } from "../static/publisher-sdp.js";
import { iceServers } from "../static/publisher-whip.js";

const descriptor = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

const offer = (lines) => [
  "v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111 63", "a=mid:0", "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
  "a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc", "a=rtpmap:63 red/48000/2",
  "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "a=mid:1", "a=extmap:2 urn:3gpp:video-orientation",
  "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "a=rtpmap:97 rtx/90000", ...lines, "",
].join("\r\n");

test("lost audio is asked for again", () => {
  const lines = wantRepair(offer([])).split("\r\n");
  const nacks = lines.filter((line) => line.startsWith("a=rtcp-fb:") && line.endsWith(" nack"));
  assert.deepEqual(nacks, ["a=rtcp-fb:111 nack", "a=rtcp-fb:96 nack"]);
  assert(lines.indexOf(nacks[0]) > lines.indexOf("a=rtpmap:111 opus/48000/2"));
  assert(lines.indexOf(nacks[0]) < lines.findIndex((line) => line.startsWith("m=video")));
});

test("the dependency descriptor gets an id that nothing else has", () => {
  const lines = wantRepair(offer([])).split("\r\n");
  const at = lines.indexOf(`a=extmap:3 ${descriptor}`);
  assert(at > lines.findIndex((line) => line.startsWith("m=video")));
});

test("what is asked for already is asked for once", () => {
  const once = wantRepair(offer([]));
  assert.equal(wantRepair(once), once);
});

test("no id is left for the descriptor", () => {
  const full = Array.from({ length: 12 }, (_, i) => `a=extmap:${i + 3} urn:x:${i}`);
  assert(!wantRepair(offer(full)).includes(descriptor));
});

test("an offer without audio and video stays as it is", () => {
  for (const sdp of ["", "v=0\r\n", "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\n"]) {
    assert.equal(wantRepair(sdp), sdp);
  }
});

test("sealed, only codecs are offered that the browser's packetizer leaves whole", (t) => {
  const codecs = ["video/VP8", "video/rtx", "video/H264", "video/AV1", "video/VP9"].map((mimeType) => ({ mimeType }));
  globalThis.RTCRtpSender = { getCapabilities: () => ({ codecs }) };
  t.after(() => delete globalThis.RTCRtpSender);
  assert.deepEqual(videoCodecs(true), ["vp9", "vp8"]);
  assert.deepEqual(videoCodecs(false), ["vp9", "vp8", "h264", "av1"]);
  codecs.pop();
  assert.deepEqual(videoCodecs(true), ["vp8"]);
});

test("ICE servers are read from Link headers", () => {
  const turn = '<turn:example.org:3478?transport=udp>; rel="ice-server"; username="u\\"s"; credential="p,;<x>"; credential-type="password"';
  assert.deepEqual(iceServers(`<stun:example.org>; rel="ice-server", ${turn}, <https://example.org/>; rel="next"`), [
    { urls: "stun:example.org" },
    { urls: "turn:example.org:3478?transport=udp", username: 'u"s', credential: "p,;<x>" },
  ]);
  for (const header of ["", "<", "<stun:a>", '<stun:a>; rel="', "rel=ice-server"]) assert.deepEqual(iceServers(header), []);
});
