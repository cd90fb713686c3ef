// Every vector of the schemes that the page opens: opened to its plaintext, or
// refused, as it says.

import assert from "node:assert/strict";
import test from "node:test";
import { hex } from "../static/bytes.js";
import { Refusal } from "../static/refusal.js";
import { opener, patiently, unhex, vectors } from "./corpus.js";
import { sealSFrameJS } from "./sframejsseal.js";
import * as keysOf from "./vectorkeys.js";

const REASONS = { "no key": ["no_key"], "too short": ["format"], checksum: ["format"], authentication: ["auth", "format", "hold"] };

// run opens all vectors of a file, and counts them.
async function run(file, keys, { another, meta = (m) => m } = {}) {
  const all = vectors(file), counts = { opened: 0, refused: 0, unsent: 0, undetectable: 0, injected: 0 };
  for (const v of all) {
    const name = `${v.id}, ${v.title}`;
    if (v.expect.error === "sender") {
      counts.unsent++;
      continue;
    }
    const frame = unhex(v.encrypted), before = hex(frame), m = meta(v.meta);
    const trailer = v.params.sif_trailer && unhex(v.params.sif_trailer);
    const o = await opener(keys(v), { ...m, sifTrailer: trailer });
    if (trailer) {
      assert(o.injected(frame, m), name);
      const ignorant = await opener(keys(v), m);
      assert.equal(ignorant.injected(frame, m), v.expect.injected === true, name);
      await assert.rejects(ignorant.open(frame, m), { reason: "format" }, name);
      counts.injected++;
      continue;
    }
    assert(!o.injected(frame, m), name);
    for (const f of v.previous_frames ?? []) await o.open(unhex(f), m);
    let result = null;
    try {
      result = await patiently(o, frame, m, another?.(v));
    } catch (err) {
      assert(err instanceof Refusal, `${name}: ${err.stack}`);
      assert(!v.expect.ok, `${name}: refused, ${err.reason}`);
      const want = REASONS[v.expect.error];
      assert(!want || want.includes(err.reason), `${name}: ${err.reason}, want ${v.expect.error}`);
      counts.refused++;
    }
    assert.equal(hex(frame), before, `${name}: the frame was altered`);
    if (result === null) continue;
    assert(v.expect.ok, `${name}: opened`);
    if (v.expect.undetectable) {
      assert.notEqual(hex(result.plain), v.plaintext, name);
      counts.undetectable++;
    } else {
      assert.equal(hex(result.plain), v.expect.plaintext, name);
      assert.equal(result.step, v.params.ratchets ?? v.params.ratchet_step ?? 0, name);
      counts.opened++;
    }
    assert.equal(result.unauthenticated === true, v.scheme === "xor-demo", name);
  }
  return counts;
}

const none = { opened: 0, refused: 0, unsent: 0, undetectable: 0, injected: 0 };

test("RFC 9605", async () => {
  assert.deepEqual(await run("sframe-rfc9605", keysOf.sframe), { ...none, opened: 108, refused: 32 });
});

test("SFrame.js", async () => {
  const another = (v) => sealSFrameJS(v, "another");
  assert.deepEqual(await run("sframe-medooze", keysOf.medooze, { another }), { ...none, opened: 109, refused: 6 });
});

test("Jitsi", async () => {
  assert.deepEqual(await run("jitsi", keysOf.jitsi), { ...none, opened: 118, refused: 12 });
});

test("LiveKit", async () => {
  assert.deepEqual(await run("livekit", keysOf.livekit), { ...none, opened: 163, refused: 6, unsent: 13, injected: 3 });
});

test("LiveKit, frame type unknown", async () => {
  const meta = (m) => ({ ...m, type: undefined });
  assert.deepEqual(await run("livekit", keysOf.livekit, { meta }), { ...none, opened: 163, refused: 6, unsent: 13, injected: 3 });
});

test("XOR", async () => {
  assert.deepEqual(await run("xor-demo", keysOf.xor), { ...none, opened: 80, undetectable: 2, refused: 1, unsent: 4 });
});
