// Whatever bytes come, an opener refuses them or opens what was sealed.

import assert from "node:assert/strict";
import test from "node:test";
import { hex } from "../static/bytes.js";
import { Refusal } from "../static/refusal.js";
import { opener } from "./corpus.js";
import { seeded } from "./fakes.js";
import { samples } from "./samples.js";

const REASONS = ["no_key", "auth", "format", "clear", "hold"];
const all = samples();

// attempt is a plaintext in hex, or null for a refusal. All else fails.
async function attempt(o, bytes, meta, name) {
  try {
    const opened = await o.open(bytes, meta);
    assert(opened.plain instanceof Uint8Array && typeof opened.kid === "string", name);
    return hex(opened.plain);
  } catch (err) {
    assert(err instanceof Refusal && REASONS.includes(err.reason), `${name}: ${err.stack}`);
    return null;
  }
}

test("there are samples of all shapes", () => {
  const count = (file) => all.filter((s) => s.file === file).length;
  const counts = ["sframe-rfc9605", "sframe-medooze", "jitsi", "livekit", "xor-demo"].map(count);
  assert(counts.every((n) => n >= 4), `${counts}`);
});

test("a frame with any one bit flipped opens to nothing else", async () => {
  let refused = 0;
  for (const s of all.filter((c) => c.authenticated && c.sealed.length < 110)) {
    const o = await opener(s.keys, s.meta);
    for (let bit = 0; bit < 8 * s.sealed.length; bit++) {
      const flipped = s.sealed.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      const plain = await attempt(o, flipped, s.meta, `${s.name}, bit ${bit}`);
      // SFrame.js and JFrame leave some bytes to nobody: what comes out is as it was sealed all the same.
      assert(plain === null || plain === hex(s.plain), `${s.name}: bit ${bit} makes another plaintext`);
      if (plain === null) refused++;
    }
  }
  assert(refused > 5_000, `only ${refused} refused`);
});

test("a frame cut anywhere is refused", async () => {
  for (const s of all.filter((c) => c.authenticated)) {
    const o = await opener(s.keys, s.meta);
    for (let n = 0; n < s.sealed.length; n += 1 + (n >> 6)) {
      assert.equal(await attempt(o, s.sealed.subarray(0, n), s.meta, s.name), null, `${s.name} cut at ${n}`);
    }
  }
});

test("garbage of 0 to 50 bytes is refused", async () => {
  const random = seeded(1);
  for (const s of all.filter((c) => c.authenticated)) {
    const o = await opener(s.keys, s.meta);
    for (let n = 0; n <= 50; n++) {
      assert.equal(await attempt(o, random.bytes(n), s.meta, s.name), null);
      assert.equal(await attempt(o, new Uint8Array(n), s.meta, s.name), null);
      assert.equal(await attempt(o, new Uint8Array(n).fill(255), s.meta, s.name), null);
    }
  }
});

// Noise, and sealed frames with noise in them, in which headers and trailers
// are often right.
test("no noise opens, under all keys at once", async () => {
  const random = seeded(2);
  const keys = all.flatMap((s, i) => s.keys.map((k, j) => ({ ...k, kid: `${i}.${j}` })));
  for (const kind of ["audio", "video"]) {
    const o = await opener(keys.filter((k) => !k.alg.startsWith("XOR")), { kind });
    for (let n = 0; n < 400; n++) {
      const s = all[random.below(all.length)];
      const bytes = n % 2 ? random.bytes(random.below(300)) : s.sealed.slice();
      for (let i = random.below(4) + 1; n % 2 === 0 && i > 0 && bytes.length > 0; i--) bytes[random.below(bytes.length)] = random.below(256);
      const codec = ["vp8", "vp9", "h264", "h265", "av1", "opus", ""][random.below(7)];
      const type = ["key", "delta", undefined][random.below(3)];
      const before = hex(bytes);
      const plain = await attempt(o, bytes, { kind, codec, type }, `noise ${n}`);
      assert.equal(hex(bytes), before, "the frame was altered");
      assert(plain === null || all.some((c) => plain.endsWith(hex(c.plain.subarray(10)))), `noise ${n} opened`);
    }
  }
});

test("under nine tries a frame are spent on frames that no key opens", async () => {
  const random = seeded(3);
  const keys = all.flatMap((s, i) => s.keys.map((k, j) => ({ ...k, kid: `${i}.${j}` })));
  const real = crypto.subtle.decrypt;
  let tries = 0;
  crypto.subtle.decrypt = function (...args) {
    tries++;
    return real.apply(this, args);
  };
  try {
    const o = await opener(keys.filter((k) => !k.alg.includes("HMAC")), { kind: "video" });
    const s = all.find((c) => c.file === "livekit" && c.meta.codec === "vp8");
    for (let n = 0; n < 200; n++) {
      const frame = s.sealed.slice();
      frame[frame.length - 20] ^= 1 + random.below(255);
      assert.equal(await attempt(o, frame, s.meta, "damaged"), null);
    }
  } finally {
    crypto.subtle.decrypt = real;
  }
  assert(tries > 200 && tries <= 9 * 200, `${tries} tries for 200 frames`);
});

test("a wrong key opens nothing", async () => {
  for (const s of all.filter((c) => c.authenticated)) {
    const flip = (k) => Buffer.from(Buffer.from(k, "base64url").map((b) => b ^ 0x5a)).toString("base64url");
    const o = await opener(s.keys.map((k) => ({ ...k, k: flip(k.k) })), s.meta);
    for (let n = 0; n < 3; n++) assert.equal(await attempt(o, s.sealed, s.meta, s.name), null, s.name);
  }
});

test("the same frame opens again, as a replay sends it after a seek", async () => {
  for (const s of all) {
    const o = await opener(s.keys, s.meta);
    let opened = 0;
    for (let n = 0; n < 4; n++) if (await attempt(o, s.sealed, s.meta, s.name) === hex(s.plain)) opened++;
    assert(opened >= 3, `${s.name}: opened ${opened} times of 4`);
  }
});
