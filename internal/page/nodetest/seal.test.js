// What a publisher seals: opened again by the page, and never two frames under
// one key and nonce.

import assert from "node:assert/strict";
import test from "node:test";
import { hex } from "../static/bytes.js";
import { newKeyFile } from "../static/keyfile.js";
import { parseHeader } from "../static/sframeheader.js";
import { bytesOf, Frame, seeded, Worker } from "./fakes.js";

const GCM = "SFRAME-AES_128_GCM_SHA256_128";
const seal = { op: "seal", kind: "video", codec: "vp9" };
const random = seeded(9);
const plains = (n) => Array.from({ length: n }, (_, i) => random.bytes(i % 5 === 0 ? 0 : random.below(1500)));
const named = { kty: "oct", alg: GCM, kid: "named", k: "AAECAwQFBgcICQoLDA0ODw", e2ee: { key_id: "291", metadata: "0102" } };

// sealed is what a worker with these keys makes of plaintexts.
async function sealed(set, texts, options = seal) {
  const w = new Worker();
  await w.send({ type: "keys", ...set });
  const out = await w.run(options, texts.map((p, i) => new Frame(p, { rtpTimestamp: i })));
  return { frames: out.map(bytesOf), w };
}

test("what is sealed opens again, in order", async () => {
  for (const set of [newKeyFile(), { keys: [named] }]) {
    const texts = plains(40), { frames, w } = await sealed(set, texts);
    assert.deepEqual([w.counts().received, w.counts().sealed], [40, 40]);
    const opener = new Worker();
    await opener.send({ type: "keys", ...set });
    const out = await opener.run({ op: "open", kind: "video", codec: "vp9" }, frames.map((f) => new Frame(f)));
    assert.deepEqual(out.map((f) => hex(bytesOf(f))), texts.map(hex));
  }
});

test("no plaintext shows in what leaves", async () => {
  const texts = Array.from({ length: 20 }, () => random.bytes(64));
  const { frames } = await sealed(newKeyFile(), texts);
  frames.forEach((f, i) => {
    const h = parseHeader(f);
    assert.equal(f.length, h.size + 64 + 16);
    for (let at = 0; at + 8 <= 64; at += 8) assert(!hex(f).includes(hex(texts[i].subarray(at, at + 8))));
  });
});

// The key of a frame is derived from base key and key id, its nonce from the
// counter: under one base key no pair of both may come twice.
test("tracks, recordings and pages with one key file share no key and nonce", async () => {
  for (const set of [newKeyFile(), { keys: [named] }]) {
    const pairs = new Set();
    let frames = 0;
    for (let n = 0; n < 25; n++) {
      const w = new Worker();
      await w.send({ type: "keys", ...set });
      const tracks = [{ ...seal, track: 0 }, { op: "seal", kind: "audio", codec: "opus", track: 1 }, { ...seal, track: 0 }];
      const first = await Promise.all(tracks.map((t) => w.run(t, plains(8).map((p) => new Frame(p)))));
      const t = w.attach(seal);
      t.write(new Frame(random.bytes(9)));
      const before = await t.next();
      await w.send({ type: "keys", ...set }); // the same keys once more
      t.write(new Frame(random.bytes(9)));
      const after = await t.end();
      for (const f of [...first.flat(), before, ...after]) {
        const { kid, counter } = parseHeader(bytesOf(f));
        pairs.add(`${kid} ${counter}`);
        frames++;
      }
    }
    assert.equal(frames, 25 * (3 * 8 + 2));
    assert.equal(pairs.size, frames, "a key and nonce came twice");
  }
});

test("a key that names no id gives each track an id of 64 random bits", async () => {
  const set = newKeyFile(), kids = [];
  for (let n = 0; n < 20; n++) kids.push(parseHeader((await sealed(set, [random.bytes(5)])).frames[0]).kid);
  assert(new Set(kids).size === 20 && kids.some((k) => k >= 1n << 62n), `${kids}`);
  const { frames } = await sealed(set, plains(3));
  assert.deepEqual(frames.map((f) => parseHeader(f).counter), [0n, 1n, 2n]);
});

test("a key that names its id keeps it, and counts from a random place", async () => {
  const { frames } = await sealed({ keys: [named] }, plains(3));
  const headers = frames.map(parseHeader);
  assert(headers.every((h) => h.kid === 291n) && headers[0].counter > 1n << 32n, `${headers[0].counter}`);
  assert.equal(headers[2].counter - headers[0].counter, 2n);
});

test("new key files differ", () => {
  const [a, b] = [newKeyFile(), newKeyFile()];
  assert.notEqual(a.keys[0].k, b.keys[0].k);
  assert.notEqual(a.name, b.name);
  assert.equal(Buffer.from(a.keys[0].k, "base64url").length, 32);
});

test("without a key to seal with nothing leaves, whatever the server says", async () => {
  const ratchet = { ...named, e2ee: { kdf: "ratchet", ratchet_bits: 4 } };
  const ctr = { ...named, alg: "SFRAME-AES_128_CTR_HMAC_SHA256_80" };
  for (const keys of [undefined, [], [ratchet], [ctr], [{ kty: "oct", alg: "JITSI-GCM", k: "AAEC" }]]) {
    const w = new Worker();
    await w.send({ type: "encrypted", encrypted: false });
    if (keys) assert.equal((await w.send({ type: "keys", keys })).find((m) => m.type === "keys").sealKid, null);
    assert.deepEqual(await w.run(seal, plains(3).map((p) => new Frame(p))), []);
    assert.equal(w.counts().refused.no_key, 3);
  }
});

test("sealKid chooses, or is refused", async () => {
  const other = { ...named, kid: "other", e2ee: {} }, ratchet = { ...named, kid: "r", e2ee: { kdf: "ratchet" } };
  const keys = [ratchet, named, other];
  for (const [sealKid, want] of [[undefined, "named"], ["other", "other"], ["named", "named"], ["r", "error"], ["nobody", "error"], ["", "error"]]) {
    const w = new Worker();
    const answer = (await w.send({ type: "keys", keys, sealKid })).find((m) => ["keys", "error"].includes(m.type));
    assert.equal(answer.type === "error" ? "error" : answer.sealKid, want, sealKid);
  }
});

test("codecs whose packetizers would mangle ciphertext are not sealed", async () => {
  for (const mimeType of ["video/H264", "video/AV1", "video/H265"]) {
    const w = new Worker();
    await w.send({ type: "keys", ...newKeyFile() });
    assert.deepEqual(await w.run(seal, [new Frame(random.bytes(5), { mimeType }), new Frame(random.bytes(5), { mimeType })]), []);
    assert.equal(w.of("error").length, 1);
  }
});

test("a sealed frame that fails to leave costs its counter all the same", async () => {
  const real = crypto.subtle.encrypt;
  const w = new Worker();
  await w.send({ type: "keys", ...newKeyFile() });
  const t = w.attach(seal);
  const first = parseHeader(await leave(t));
  crypto.subtle.encrypt = () => Promise.reject(new Error("hardware on fire"));
  t.write(new Frame(random.bytes(5)));
  const { message } = await w.until((m) => m.type === "error");
  crypto.subtle.encrypt = real;
  assert(!message.includes("fire"));
  assert.equal(parseHeader(await leave(t)).counter, first.counter + 2n);
  await t.end();
  assert.equal(w.counts().refused.failed, 1);
});

async function leave(t) {
  t.write(new Frame(random.bytes(5)));
  return bytesOf(await t.next());
}
