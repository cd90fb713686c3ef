// Whatever bytes come, an opener refuses them or opens what was sealed.

import assert from "node:assert/strict";
import test from "node:test";
import { hex } from "../static/bytes.js";
import { Refusal } from "../static/refusal.js";
import { parseHeader } from "../static/sframeheader.js";
import { opener } from "./corpus.js";
import { seeded } from "./fakes.js";
import { sample, samples } from "./samples.js";
import { sealSFrameJS } from "./sframejsseal.js";

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

test("keys with short and with long tags together spend nine tries a frame", async () => {
  const random = seeded(4), real = { decrypt: crypto.subtle.decrypt, sign: crypto.subtle.sign };
  const keys = Array.from({ length: 40 }, (_, i) => ({
    kty: "oct", alg: i % 2 ? "SFRAME-AES_128_GCM_SHA256_128" : "SFRAME-AES_128_CTR_HMAC_SHA256_32", kid: `${i}`, k: Buffer.from(random.bytes(16)).toString("base64url"),
  }));
  let tries = 0;
  for (const name of ["decrypt", "sign"]) {
    crypto.subtle[name] = function (...args) {
      tries++;
      return real[name].apply(this, args);
    };
  }
  try {
    const o = await opener(keys, { kind: "video" });
    for (let n = 0; n < 100; n++) assert.equal(await attempt(o, Uint8Array.of(0x11, ...random.bytes(60)), { kind: "video" }, "noise"), null);
  } finally {
    Object.assign(crypto.subtle, real);
  }
  assert(tries > 100 && tries <= 9 * 100 + 2 * 9, `${tries} tries for 100 frames`);
});

test("of several schemes the one that recognised a frame says what is wrong with it", async () => {
  const s = all.find((c) => c.file === "livekit"), janus = all.find((c) => c.file === "xor-demo");
  const damaged = s.sealed.slice();
  damaged[4] ^= 1;
  for (const keys of [[...s.keys, ...janus.keys], [...janus.keys, ...s.keys]]) {
    const o = await opener(keys.map((k, i) => ({ ...k, kid: `${i}` })), s.meta);
    await assert.rejects(o.open(damaged, s.meta), (err) => ["auth", "hold"].includes(err.reason));
  }
});

test("what is wrong with a frame has its own name", async () => {
  const at = (s, i, b) => Object.assign(s.sealed.slice(), { [i < 0 ? s.sealed.length + i : i]: b });
  const jitsi = sample("jitsi", (s) => s.v.scheme === "jitsi-gcm"), hips = sample("jitsi", (s) => s.v.scheme === "jitsi-hips");
  const jframe = sample("jitsi", (s) => s.v.scheme === "jitsi-jframe-ctr" && s.v.params.kid_bits === 4 && s.v.kind === "video");
  const audio = sample("sframe-medooze", (s) => s.v.kind === "audio"), livekit = sample("livekit");
  const janus = sample("xor-demo", (s) => s.v.params.variant === "janus");
  for (const [name, s, bytes, reason] of [
    ["an index that no ring of Jitsi has", jitsi, at(jitsi, -1, 16), "format"],
    ["an index without a key", jitsi, at(jitsi, -1, 15), "no_key"],
    ["another length of IV", jitsi, at(jitsi, -2, 13), "format"],
    ["an index beyond the ring of 2020", hips, at(hips, -1, 3), "format"],
    ["a send count that no sender counts to", hips, at(hips, -4, 1), "format"],
    ["a counter of JFrame in two bytes, the first zero", jframe, Uint8Array.of(...jframe.sealed.slice(0, -2), 0, 5, jframe.sealed.at(-1) | 0x10), "format"],
    ["a header of SFrame.js with less than a tag behind it", audio, Uint8Array.of(0x15, 3, 1, 2, 3), "format"],
    ["a key id of no byte", audio, Uint8Array.of(0x18, 3, 1, 2, 3, 4, 5), "format"],
    ["a signed frame shorter than a signature", audio, Uint8Array.of(0x95, 3, ...new Uint8Array(63)), "format"],
    ["a sender without a key", audio, at(audio, 0, audio.sealed[0] ^ 7), "no_key"],
    ["an index without a key, of LiveKit", livekit, at(livekit, -1, 200), "no_key"],
    ["a frame that Janus's demonstration would have failed on", janus, Uint8Array.of(1, 2, 3, 1, 0xde, 0xad, 0xbe, 0xef), "format"],
    ["nothing", livekit, new Uint8Array(0), "clear"],
    ["metadata longer than the frame", livekit, Uint8Array.of(1, 2, 3, 0, 0x4c, 0x4b, 0x54, 0x53), "format"],
  ]) {
    const o = await opener(s.keys, s.meta);
    await assert.rejects(o.open(bytes, s.meta), { reason }, name);
  }
});

test("SFrame.js's audio, under a key that names no sender, waits for a second frame", async () => {
  const s = sample("sframe-medooze", (c) => c.v.kind === "audio");
  const o = await opener(s.keys.map((k) => ({ ...k, e2ee: {} })), s.meta);
  await assert.rejects(o.open(s.sealed, s.meta), { reason: "hold" });
  assert.equal(hex((await o.open(sealSFrameJS(s.v, "another"), s.meta)).plain), hex(new TextEncoder().encode("another")));
  assert.equal(hex((await o.open(s.sealed, s.meta)).plain), hex(s.plain));
});

test("the first CTR frames of Jitsi name an index of a ring of 3, or its low bits", async () => {
  const s = sample("jitsi", (c) => c.v.params.kid_bits === 3), id = s.sealed.at(-1) & 7;
  const open = async (key_index, era) => {
    const o = await opener(s.keys.map((k) => ({ ...k, e2ee: { ...k.e2ee, key_index, era } })), s.meta);
    return attempt(o, s.sealed, s.meta, s.name);
  };
  for (const index of [id, id + 3, id + 8]) assert.equal(await open(index, "D"), hex(s.plain), `${index}`);
  assert.equal(await open(id + 1, "D"), null);
  assert.equal(await open(id + 3, "E"), null);
});

test("a trailer of a LiveKit server of fewer than four bytes is not believed", async () => {
  const s = sample("livekit", (c) => c.v.kind === "audio");
  for (const [size, want] of [[1, false], [3, false], [4, true]]) {
    const o = await opener(s.keys, { ...s.meta, sifTrailer: s.sealed.slice(-size) });
    assert.equal(o.injected(s.sealed, s.meta), want, `${size} bytes`);
  }
});

test("a LiveKit key for an SSRC is for the sender's, which is in the frame", async () => {
  const s = sample("livekit", (c) => c.v.kind === "video");
  const keys = (ssrc) => s.keys.map((k) => ({ ...k, e2ee: { ...k.e2ee, ssrc } }));
  for (const [key, met, want] of [[s.meta.ssrc, 5, hex(s.plain)], [5, 5, hex(s.plain)], [6, 5, null], [6, undefined, hex(s.plain)]]) {
    const meta = { ...s.meta, ssrc: met };
    assert.equal(await attempt(await opener(keys(key), meta), s.sealed, meta, s.name), want, `${key} ${met}`);
  }
});

test("a wrong passphrase costs no more than one derivation a frame", async () => {
  const s = sample("livekit", (c) => c.v.material[0].kdf === "PBKDF2");
  const o = await opener(s.keys.map((k) => ({ ...k, k: "d3Jvbmc", e2ee: { ...k.e2ee, iterations: 10 } })), s.meta);
  const real = crypto.subtle.deriveBits;
  let derived = 0;
  crypto.subtle.deriveBits = function (...args) {
    derived++;
    return real.apply(this, args);
  };
  try {
    for (let n = 0; n < 30; n++) assert.equal(await attempt(o, s.sealed, s.meta, s.name), null);
  } finally {
    crypto.subtle.deriveBits = real;
  }
  assert(derived > 10 && derived <= 32, `${derived}`);
});

test("JFrame's audio, under a key that names no index, waits for a second frame, and its video does not", async () => {
  for (const [kind, held] of [["audio", true], ["video", false]]) {
    const s = sample("jitsi", (c) => c.v.scheme === "jitsi-jframe-ctr" && c.v.params.kid_bits === 4 && c.v.kind === kind);
    const o = await opener(s.keys.map((k) => ({ ...k, e2ee: { ...k.e2ee, key_index: undefined } })), s.meta);
    if (held) await assert.rejects(o.open(s.sealed, s.meta), { reason: "hold" });
    else assert.equal(hex((await o.open(s.sealed, s.meta)).plain), hex(s.plain));
  }
});

test("a frame without room for a tag is no frame", async () => {
  for (const s of all.filter((c) => c.file === "sframe-rfc9605")) {
    const o = await opener(s.keys, s.meta), size = parseHeader(s.sealed).size;
    await assert.rejects(o.open(s.sealed.subarray(0, size + 3), s.meta), { reason: "format" }, s.name);
  }
});

test("a tag shorter than its suite's is not even looked at", async () => {
  const [ten, four] = ["80", "32"].map((bits) => ({
    kty: "oct", alg: `SFRAME-AES_128_CTR_HMAC_SHA256_${bits}`, kid: bits, k: "AAECAwQFBgcICQoLDA0ODw", e2ee: { key_id: "1" },
  }));
  const o = await opener([ten, four], { kind: "video" });
  const real = crypto.subtle.sign;
  let tags = 0;
  crypto.subtle.sign = function (...args) {
    tags++;
    return real.apply(this, args);
  };
  try {
    await assert.rejects(o.open(Uint8Array.of(0x10, 1, 2, 3, 4, 5, 6), { kind: "video" }), { reason: "auth" });
  } finally {
    crypto.subtle.sign = real;
  }
  assert.equal(tags, 1);
});

test("a short tag under a key that names no id waits for a second frame, whoever else bears the id", async () => {
  const v = all.find((c) => c.name.includes("official AES_128_CTR_HMAC_SHA256_32"));
  const unnamed = v.keys.map((k) => ({ ...k, e2ee: { metadata: k.e2ee.metadata } }));
  const other = { kty: "oct", alg: "SFRAME-AES_128_GCM_SHA256_128", kid: "other", k: "AAEC", e2ee: { key_id: "291" } };
  await assert.rejects((await opener([other, ...unnamed], v.meta)).open(v.sealed, v.meta), { reason: "hold" });
  await assert.rejects((await opener(unnamed, v.meta)).open(v.sealed, v.meta), { reason: "hold" });
  assert.equal(hex((await (await opener(v.keys, v.meta)).open(v.sealed, v.meta)).plain), hex(v.plain));
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
