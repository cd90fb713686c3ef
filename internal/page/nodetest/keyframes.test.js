// Where pictures can start: what the server is told, and when it is asked.

import assert from "node:assert/strict";
import test from "node:test";

import { KeyFrames } from "../static/viewer-keyframes.js";

const tracks = [
  { kind: "audio", key_frames_visible: true }, { kind: "video", key_frames_visible: false }, { kind: "video", key_frames_visible: true },
];

function keyFrames(can = true) {
  const k = { told: [], asked: 0, can };
  k.it = new KeyFrames((f) => k.told.push(f), () => { k.asked++; return k.can; });
  k.it.begin(tracks);
  return k;
}

test("the server is told of what it cannot see", () => {
  const k = keyFrames();
  k.it.saw(1, -1);
  k.it.saw(2, 7);
  assert.deepEqual(k.told, [{ track: 1, rtp_timestamp: 0xffffffff }]);
});

test("a first picture that was lost is asked for once", () => {
  const k = keyFrames(false);
  k.it.opened(1);
  assert.equal(k.asked, 1, "before it can be asked for");
  k.can = true;
  k.it.opened(1);
  k.it.opened(1);
  assert.equal(k.asked, 2);
  k.it.begin(tracks);
  k.it.opened(1);
  assert.equal(k.asked, 3, "another connection");
});

test("what came, what the server sees and what was asked for already is not asked for", () => {
  const k = keyFrames();
  k.it.saw(1, 1);
  for (const track of [0, 1, 2]) k.it.opened(track);
  k.it.begin(tracks);
  k.it.sought();
  k.it.opened(1);
  assert.equal(k.asked, 0);
});
