import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, places, readFragment } from "../static/viewer-address.js";
import { Frames } from "../static/viewer-frames.js";
import { link } from "../static/viewer-panel.js";
import { wantSound } from "../static/viewer-sdp.js";
import { judge, words } from "../static/viewer-state.js";

const all = { secure: true, failure: "", encrypted: true, hasKeys: true, connected: true, paused: false, ended: false };

// at plays counts of one track of video, one a quarter second, and judges.
function at(counts, more = {}) {
  return both(counts.map((c) => [c]), more);
}

// both does so with counts of several tracks at once: video, then audio.
function both(moments, more = {}) {
  const frames = new Frames();
  let now = 0;
  for (const m of moments) frames.add(m.map((c, track) => ({ track, kind: track === 0 ? "video" : "audio", ...c })), now += 250);
  return judge({ ...all, frames, at: now, ...more });
}

const refused = (reason, n) => ({ refused: { [reason]: n } });
const times = (n, f) => Array.from({ length: n }, (_, i) => f(i));

test("a state for each thing that can be wrong, and words for each state", () => {
  const cases = [
    ["plain HTTP", at([], { secure: false }), "insecure-context"],
    ["a failure", at([{ opened: 50 }], { failure: "gone" }), "failed"],
    ["no key", at([refused("no_key", 50)], { hasKeys: false }), "no-key"],
    ["not connected", at([], { connected: false }), "connecting"],
    ["nothing yet", at([]), "connecting"],
    ["nine that no key opens, at once", at([refused("auth", 9)]), "connecting"],
    ["ten that no key opens", at([refused("auth", 10)]), "wrong-key"],
    ["one that no key opens, for a second", at(times(5, () => refused("auth", 1))), "wrong-key"],
    ["ids that no key has", at([refused("no_key", 10)]), "wrong-key"],
    ["a search that was given up", at([refused("hold", 10)]), "wrong-key"],
    ["another format", at([refused("format", 10)]), "not-encrypted"],
    ["clear by rule", at([refused("clear", 10)]), "not-encrypted"],
    ["XOR, not allowed", at([refused("unauthenticated", 10)]), "unauthenticated"],
    ["XOR, allowed", at([{ unverified: 10 }]), "playing"],
    ["opened", at([{ opened: 1 }]), "playing"],
    ["clear, without keys", at([{ passed: 1 }], { encrypted: false, hasKeys: false }), "playing"],
    ["paused", at([{ opened: 1 }], { paused: true }), "paused"],
    ["ended", at([{ opened: 1 }], { paused: true, ended: true }), "ended"],
    ["ended before anything came", at([], { ended: true }), "ended"],
    ["a wrong key to the end", at([refused("auth", 100)], { ended: true }), "wrong-key"],
    ["a few bad ones", at([{ opened: 50 }, { opened: 60, ...refused("auth", 9) }]), "playing"],
    ["bad ones after good ones", at([{ opened: 50 }, ...times(12, (i) => ({ opened: 50, ...refused("auth", 10 * (i + 1)) }))]), "damaged"],
    ["good ones again", at([{ opened: 50, ...refused("auth", 100) }, { opened: 51, ...refused("auth", 100) }]), "playing"],
    ["a picture that stops opening beside sound", both([[{ opened: 50 }, { opened: 50 }], ...times(12, (i) =>
      [{ opened: 50, ...refused("auth", 10 * (i + 1)) }, { opened: 50 + i }])]), "damaged"],
    ["a picture that never opens beside sound", both([[refused("auth", 50), { opened: 50 }]]), "wrong-key"],
    ["sound that nobody believes beside a picture", both([[{ opened: 50 }, refused("unauthenticated", 50)]]), "unauthenticated"],
  ];
  for (const [name, { state, text }, want] of cases) {
    assert.equal(state, want, name);
    assert.ok(words[want], `words for ${want}`);
    assert.ok(text.length >= "Paused.".length, name);
  }
});

test("words tell apart what a state alone does not", () => {
  assert.match(at([], { failure: "the server is gone." }).text, /^Failed: the server is gone\.$/);
  assert.match(both([[refused("auth", 50), { opened: 50 }]]).text, /the picture stays closed/);
  assert.match(both([[{ opened: 50 }, refused("no_key", 50)]]).text, /the sound stays closed/);
  assert.doesNotMatch(both([[refused("auth", 50), { opened: 50 }]]).text, /Nothing of it/);
  assert.match(at([{ unverified: 10 }]).text, /Nobody can tell/);
});

test("what the browser has no decoder for is said to be missing", () => {
  const undecodable = [{ kind: "video", codec: "H.264" }];
  assert.equal(at([{ opened: 1 }], { undecodable }).state, "playing");
  assert.equal(at([{ opened: 1 }], { undecodable }).text, "Playing without the picture: this browser has no decoder for H.264.");
  assert.match(at([{ opened: 1 }], { undecodable, silenced: true }).text, /decoder for H\.264\. Browsers want a click/);
  assert.equal(at([{ opened: 1 }], { undecodable, paused: true }).state, "paused");
});

test("sound that the browser keeps back is said to be, and nothing else is", () => {
  assert.match(at([{ opened: 1 }], { silenced: true }).text, /without sound/);
  assert.doesNotMatch(at([{ opened: 1 }]).text, /without sound/);
  assert.equal(at([{ opened: 1 }], { silenced: true, paused: true }).state, "paused");
});

test("frames that a decoder makes no picture of", () => {
  // Each of 70 frames a step comes and none, or all, are decoded.
  const state = (how, decodes, more = {}) => {
    const frames = new Frames();
    for (let i = 1; i <= 4; i++) {
      frames.add([{ track: 0, kind: "video", [how]: 70 * i }, { track: 1, kind: "audio", [how]: 70 * i }], i * 1000);
      frames.decoded(0, decodes(i));
      frames.decoded(1, 0);
    }
    return judge({ ...all, frames, at: 4000, ...more });
  };
  const clear = { encrypted: false, hasKeys: false };
  assert.equal(state("passed", () => 0, clear).state, "no-key");
  assert.match(state("passed", () => 0, clear).text, /not marked/);
  assert.equal(state("passed", (i) => 60 * i, clear).state, "playing");
  assert.equal(state("unverified", () => 1).state, "wrong-key");
  assert.equal(state("unverified", (i) => 60 * i).state, "playing");
  assert.match(state("opened", () => 0).text, /convert/);
  assert.equal(state("opened", () => 0).state, "playing");
  assert.equal(state("opened", (i) => 60 * i).text, words.playing);
  assert.equal(state("opened", (i) => (i < 3 ? 0 : 65 * i)).text, words.playing, "a picture that came later");
  assert.equal(state("opened", (i) => (i < 3 ? 200 + 60 * i : 65 * (i - 2))).text, words.playing, "another connection");
});

test("other keys begin anew, when what they had not opened is told", () => {
  const frames = new Frames();
  const bad = (n) => ({ track: 0, kind: "video", ...refused("auth", n) });
  frames.add([bad(100)], 0);
  frames.rekey(0);
  frames.add([bad(100)], 100);
  frames.add([bad(112)], 400); // told late
  assert.equal(judge({ ...all, frames, at: 400 }).state, "connecting");
  assert.equal(frames.shown, false);
  frames.add([bad(112)], 5000);
  assert.equal(judge({ ...all, frames, at: 5000 }).state, "connecting");
  frames.add([{ ...bad(112), opened: 3 }], 5200);
  assert.equal(frames.shown, true);
  assert.equal(judge({ ...all, frames, at: 5200 }).state, "playing");
});

test("keys that are changed for wrong ones show nothing of their own", () => {
  const frames = new Frames();
  const counts = (opened, n) => [{ track: 0, kind: "video", opened, ...refused("auth", n) }];
  frames.add(counts(100, 0), 0);
  frames.rekey(0);
  frames.add(counts(105, 5), 250);
  for (let i = 1; i < 6; i++) frames.add(counts(105, 5 + 5 * i), 250 + 250 * i);
  assert.equal(judge({ ...all, frames, at: 1750 }).state, "wrong-key");
});

test("another connection counts anew", () => {
  const frames = new Frames();
  frames.add([{ track: 0, kind: "video", opened: 100 }], 0);
  frames.reset();
  frames.add([{ track: 0, kind: "video", ...refused("auth", 12) }], 100);
  assert.equal(judge({ ...all, frames, at: 200 }).state, "wrong-key");
});

test("the offer asks for stereo, and for lost sound again", () => {
  const offer = [
    "v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 111 63", "a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc",
    "a=fmtp:111 minptime=10;useinbandfec=1", "a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111",
    "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=rtpmap:96 VP8/90000", "a=fmtp:96 x=y", "",
  ].join("\r\n");
  const wanted = wantSound(offer);
  assert.deepEqual(wanted.split("\r\n").filter((line) => !offer.split("\r\n").includes(line)),
    ["a=rtcp-fb:111 nack", "a=fmtp:111 minptime=10;useinbandfec=1;stereo=1"]);
  assert.equal(wanted.split("\r\n").length, offer.split("\r\n").length + 1);
  assert.equal(wantSound(wanted), wanted, "twice is once");
  assert.match(wantSound(offer.replace(/a=fmtp:111.*\r\n/, "")), /a=fmtp:111 stereo=1\r\n/);
  const silent = offer.replace("opus/48000/2", "G722/8000");
  assert.equal(wantSound(silent), silent);
});

test("the address", () => {
  const f = readFragment("#token=a%3Db&keys=e30&trace");
  assert.deepEqual([f.get("token"), f.get("keys"), f.has("trace"), f.has("recording")], ["a=b", "e30", true, false]);
  assert.equal(readFragment("#token=%zz").get("token"), "%zz");
  assert.equal(places(null, "http://localhost:1/x").recordings.href, "http://localhost:1/recordings");
  const other = places("https://b.example/recordings/id/whep", "http://localhost/");
  assert.equal(other.details.href, "https://b.example/recordings/id");
  assert.equal(other.recordings, null);
  assert.equal(places("https://b.example/whep", "http://localhost/").details, null);
  assert.throws(() => places("javascript:alert(1)", "http://localhost/"));
});

test("the clock", () => {
  for (const [seconds, want] of [[0, "0:00"], [61.9, "1:01"], [3600, "1:00:00"], [NaN, "0:00"], [-1, "0:00"]]) assert.equal(clock(seconds), want);
});

test("the quality of the network", () => {
  const was = [{ index: 0, packetsReceived: 100, packetsLost: 0 }];
  assert.equal(link(was, [{ index: 0, packetsReceived: 190, packetsLost: 10 }]), "The network between the server and you loses 10 % of the packets.");
  assert.equal(link(was, [{ index: 0, packetsReceived: 199, packetsLost: 1 }]), "");
  assert.equal(link(was, [{ index: 0, packetsReceived: 101, packetsLost: 9 }]), "", "too few to tell");
  assert.equal(link([], was), "", "nothing before");
});
