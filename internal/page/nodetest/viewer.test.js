import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, places, readFragment } from "../static/viewer-address.js";
import { judge, Window, words } from "../static/viewer-state.js";

// at plays counts of one track to a Window, one a quarter second, and judges.
function at(counts, more = {}) {
  const frames = new Window();
  frames.reset([]);
  let now = 0;
  for (const c of counts) frames.add([{ track: 0, ...c }], now += 250);
  return judge({ secure: true, failure: "", encrypted: true, hasKeys: true, connected: true, frames, at: now, paused: false, ended: false, ...more });
}

const refused = (reason, n) => ({ refused: { [reason]: n } });

test("a state for each thing that can be wrong, and words for each state", () => {
  const cases = [
    ["plain HTTP", at([], { secure: false }), "insecure-context"],
    ["a failure", at([{ opened: 50 }], { failure: "gone" }), "failed"],
    ["no key", at([refused("no_key", 50)], { hasKeys: false }), "no-key"],
    ["not connected", at([], { connected: false }), "connecting"],
    ["nothing yet", at([]), "connecting"],
    ["nine that no key opens, at once", at([refused("auth", 9)]), "connecting"],
    ["ten that no key opens", at([refused("auth", 10)]), "wrong-key"],
    ["one that no key opens, for a second", at([refused("auth", 1), {}, {}, {}, refused("auth", 1)].map((c) => ({ refused: { auth: 1 }, ...c }))), "wrong-key"],
    ["ids that no key has", at([refused("no_key", 10)]), "wrong-key"],
    ["another format", at([refused("format", 10)]), "not-encrypted"],
    ["clear by rule", at([refused("clear", 10)]), "not-encrypted"],
    ["XOR, not allowed", at([refused("unauthenticated", 10)]), "unauthenticated"],
    ["XOR, allowed", at([{ unverified: 10 }]), "playing"],
    ["opened", at([{ opened: 1 }]), "playing"],
    ["clear, without keys", at([{ passed: 1 }], { encrypted: false, hasKeys: false }), "playing"],
    ["paused", at([{ opened: 1 }], { paused: true }), "paused"],
    ["ended", at([{ opened: 1 }], { paused: true, ended: true }), "ended"],
    ["a few bad ones", at([{ opened: 50 }, { opened: 60, ...refused("auth", 9) }]), "playing"],
    ["bad ones after good ones", at([{ opened: 50 }, ...Array.from({ length: 12 }, (_, i) => ({ opened: 50, ...refused("auth", 10 * (i + 1)) }))]), "damaged"],
    ["good ones again", at([{ opened: 50, ...refused("auth", 100) }, { opened: 51, ...refused("auth", 100) }]), "playing"],
  ];
  for (const [name, got, want] of cases) {
    assert.equal(got, want, name);
    assert.ok(words[want], `words for ${want}`);
  }
});

test("other keys begin anew", () => {
  const frames = new Window();
  frames.add([{ track: 0, ...refused("auth", 100) }], 0);
  frames.reset([{ track: 0, ...refused("auth", 100) }]);
  frames.add([{ track: 0, ...refused("auth", 100) }], 100);
  assert.equal(frames.total.bad, 0);
  frames.add([{ track: 0, opened: 3, ...refused("auth", 100) }], 200);
  assert.equal(frames.total.good, 3);
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
