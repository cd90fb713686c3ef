// What goes through the worker, and what does not.

import assert from "node:assert/strict";
import test from "node:test";
import { hex } from "../static/bytes.js";
import { bytesOf, Frame, OldFrame, Worker } from "./fakes.js";
import { unhex, vectors } from "./corpus.js";
import { sample, samples } from "./samples.js";
import { sealSFrameJS } from "./sframejsseal.js";
import * as keysOf from "./vectorkeys.js";

const authentic = samples().filter((s) => s.authenticated);
const vp8 = sample("livekit", (s) => s.meta.codec === "vp8");
const audio = sample("sframe-rfc9605", (s) => s.meta.kind === "audio");
const janus = sample("xor-demo", (s) => s.name.includes("Janus") && s.meta.kind === "audio");

const options = (s) => ({ op: "open", kind: s.meta.kind, codec: s.meta.codec });
const frame = (s, i = 0) => new Frame(s.sealed, { synchronizationSource: s.meta.ssrc, rtpTimestamp: i }, s.meta.type);
const frames = (s, n) => Array.from({ length: n }, (_, i) => frame(s, i));
const times = (out) => out.map((f) => f.metadata.rtpTimestamp);
const flipped = (keys) => keys.map((k) => ({ ...k, k: (k.k[0] === "A" ? "B" : "A") + k.k.slice(1) }));

test("every scheme's frames go through, with their plaintexts", async () => {
  for (const s of [...authentic, janus]) {
    const w = new Worker();
    const [ack] = await w.send({ type: "keys", keys: s.keys, allowUnauthenticated: true });
    assert.equal(ack.type, "keys", `${s.name}: ${ack.message}`);
    const out = await w.run(options(s), frames(s, 3));
    assert(out.length > 0 && out.every((f) => hex(bytesOf(f)) === hex(s.plain)), s.name);
    const c = w.counts();
    assert.equal(c.received, 3, s.name);
    assert.equal(s.authenticated ? c.opened : c.unverified, out.length, s.name);
    assert(c.kids.length === 1 && s.keys.some((k) => k.kid === c.kids[0]), s.name);
  }
});

test("with a wrong key nothing goes through", async () => {
  for (const s of authentic) {
    const w = new Worker();
    await w.send({ type: "encrypted", encrypted: false });
    await w.send({ type: "keys", keys: flipped(s.keys) });
    assert.deepEqual(await w.run(options(s), frames(s, 40)), [], s.name);
    const { opened, passed, unverified, refused } = w.counts();
    assert.deepEqual([opened, passed, unverified], [0, 0, 0], s.name);
    assert.equal(refused.auth + refused.hold, 40, `${s.name}: ${JSON.stringify(refused)}`);
  }
});

test("without keys the server's word counts, and none is no", async () => {
  for (const [say, want] of [[undefined, 0], [{ encrypted: true }, 0], [{ encrypted: false }, 5], [{ encrypted: false, track: 1 }, 0], [{ encrypted: "false" }, 0]]) {
    const w = new Worker();
    if (say) await w.send({ type: "encrypted", ...say });
    const out = await w.run(options(vp8), frames(vp8, 5));
    assert.equal(out.length, want, JSON.stringify(say));
    assert.equal(w.counts().passed, want);
    assert.equal(w.counts().refused.no_key, 5 - want);
    assert(out.every((f) => hex(bytesOf(f)) === hex(vp8.sealed)));
  }
});

test("with keys, frames in clear do not go through, whatever the server says", async () => {
  const w = new Worker();
  await w.send({ type: "keys", keys: vp8.keys });
  await w.send({ type: "encrypted", encrypted: false });
  const clear = new Frame(vp8.plain);
  assert.deepEqual(await w.run(options(vp8), [clear, frame(vp8), new Frame(new Uint8Array(0))]).then((o) => o.length), 1);
  assert.deepEqual(w.counts().refused, { no_key: 0, auth: 0, format: 1, clear: 1, unauthenticated: 0, hold: 0, overflow: 0, failed: 0 });
});

test("keys that are refused let nothing through, until there are others", async () => {
  const w = new Worker();
  await w.send({ type: "encrypted", encrypted: false });
  const t = w.attach(options(vp8));
  t.write(frame(vp8, 1));
  assert.equal((await t.next()).metadata.rtpTimestamp, 1);
  const [answer] = await w.send({ type: "keys", keys: [{ ...vp8.keys[0], e2ee: { kdf: "scrypt" } }] });
  assert.equal(answer.type, "error");
  t.write(frame(vp8, 2));
  t.write(frame(vp8, 3));
  await w.until((m) => m.type === "counts" && m.refused.no_key === 2);
  await w.send({ type: "keys", keys: [] });
  t.write(frame(vp8, 4));
  assert.equal((await t.next()).metadata.rtpTimestamp, 4);
  await t.end();
});

test("a key file without a key for browsers lets nothing through", async () => {
  const w = new Worker();
  await w.send({ type: "encrypted", encrypted: false });
  const [answer] = await w.send({ type: "keys", keys: [{ kty: "oct", alg: "A128KW", k: "AAEC" }] });
  assert.equal(answer.warnings.length, 2);
  assert.deepEqual(await w.run(options(vp8), frames(vp8, 2)), []);
});

test("keys change without a new transform", async () => {
  const w = new Worker();
  await w.send({ type: "keys", keys: flipped(vp8.keys) });
  const t = w.attach(options(vp8));
  t.write(frame(vp8, 1));
  await w.until((m) => m.type === "counts" && m.refused.auth + m.refused.hold === 1 || m.type === "counts" && m.received === 1);
  await w.send({ type: "keys", keys: vp8.keys });
  t.write(frame(vp8, 2));
  assert.equal((await t.next()).metadata.rtpTimestamp, 2);
  await w.send({ type: "keys", keys: flipped(vp8.keys) });
  t.write(frame(vp8, 3));
  await w.send({ type: "keys", keys: vp8.keys });
  t.write(frame(vp8, 4));
  const last = (await t.next()).metadata.rtpTimestamp;
  assert([3, 4].includes(last)); // 3 may wait until the right key is back
  await t.end();
});

test("frames leave in their order, large or small, and none waits for ever", async () => {
  const w = new Worker();
  const video = authentic.filter((s) => s.meta.kind === "video" && s.file === "livekit" && s.meta.codec === "vp8");
  await w.send({ type: "keys", keys: video.flatMap((s) => s.keys).map((k, i) => ({ ...k, kid: `${i}` })) });
  const sent = Array.from({ length: 300 }, (_, i) => {
    const s = video[i % video.length];
    const damaged = i % 7 === 3;
    return new Frame(damaged ? s.sealed.slice(1) : s.sealed, { rtpTimestamp: i });
  });
  const out = times(await w.run(options(video[0]), sent));
  assert.deepEqual(out, [...out].sort((a, b) => a - b));
  assert(out.length > 200, `${out.length} of 300`);
  const { received, opened, refused } = w.counts();
  assert.equal(received, 300);
  assert.equal(opened + Object.values(refused).reduce((a, b) => a + b), 300);
});

test("frames that waited for a second one leave before it", async () => {
  const v = vectors("sframe-medooze").find((c) => c.kind === "audio" && c.params.ratchets === 1);
  const w = new Worker();
  await w.send({ type: "keys", keys: keysOf.medooze(v) });
  const at = (bytes, rtpTimestamp) => new Frame(bytes, { rtpTimestamp });
  const out = await w.run({ op: "open", kind: "audio", codec: "opus" }, [at(unhex(v.encrypted), 1), at(unhex(v.encrypted), 2), at(sealSFrameJS(v, "another"), 3)]);
  assert.deepEqual(times(out), [1, 2, 3]);
  assert.equal(hex(bytesOf(out[0])), v.plaintext);
});

test("of keys that come at once the last are used, and answered", async () => {
  const w = new Worker();
  w.session.message({ type: "keys", keys: flipped(vp8.keys) });
  w.session.message({ type: "keys", keys: "nonsense" });
  w.session.message({ type: "keys", keys: vp8.keys });
  assert.equal((await w.run(options(vp8), frames(vp8, 1))).length, 1);
  assert.deepEqual(w.posted.map((m) => m.type).filter((t) => ["keys", "error"].includes(t)), ["keys"]);
});

test("keys for one medium are not for the other", async () => {
  for (const s of [...authentic, janus].filter((c) => c.meta.kind === "video")) {
    const w = new Worker();
    await w.send({ type: "keys", keys: s.keys.map((k) => ({ ...k, e2ee: { ...k.e2ee, kind: "audio" } })), allowUnauthenticated: true });
    assert.deepEqual(await w.run(options(s), frames(s, 2)), [], s.name);
  }
});

test("XOR goes through only where it is allowed, and is counted apart", async () => {
  for (const allowUnauthenticated of [false, true, "true"]) {
    const w = new Worker();
    await w.send({ type: "keys", keys: janus.keys, allowUnauthenticated });
    const out = await w.run(options(janus), frames(janus, 3));
    const { opened, unverified, passed, refused } = w.counts();
    const through = allowUnauthenticated === true ? 3 : 0;
    assert.deepEqual([out.length, unverified, refused.unauthenticated, opened, passed], [through, through, 3 - through, 0, 0]);
  }
});

test("once a scheme has authenticated a frame, XOR is not believed any more", async () => {
  const w = new Worker();
  await w.send({ type: "keys", keys: [...janus.keys, ...audio.keys], allowUnauthenticated: true });
  const out = await w.run(options(audio), [frame(janus, 1), frame(audio, 2), frame(janus, 3), frame(audio, 4)]);
  assert.deepEqual(times(out), [1, 2, 4]);
});

test("frames that a LiveKit server made are dropped and counted", async () => {
  const w = new Worker();
  const trailer = new TextEncoder().encode("ZQ8hYt3kVw");
  await w.send({ type: "keys", keys: vp8.keys, sifTrailer: Buffer.from(trailer).toString("base64url") });
  const injected = new Frame(Uint8Array.from([...vp8.sealed, ...trailer]));
  assert.equal((await w.run(options(vp8), [injected, frame(vp8)])).length, 1);
  assert.equal(w.counts().injected, 1);
});

test("a key frame is told, and asked for after keys and after losses", async () => {
  let asked = 0;
  const transformer = { sendKeyFrameRequest: async () => { asked++; } };
  const key = sample("livekit", (s) => s.meta.codec === "vp8" && s.meta.type === "key");
  const w = new Worker();
  const t = w.attach(options(key), transformer);
  await w.send({ type: "keys", keys: key.keys });
  assert.equal(asked, 1);
  t.write(frame(key, 77));
  assert.deepEqual(await w.until((m) => m.type === "keyframe"), { type: "keyframe", track: 0, rtpTimestamp: 77 });
  await t.end();
  assert.equal(asked, 1, "asked for a key frame that was there");
});

test("a key frame is asked for after losses, but not all the time", async () => {
  let asked = 0, now = 1000;
  performance.now = () => now;
  try {
    const delta = sample("livekit", (s) => s.meta.codec === "vp8" && s.meta.type === "delta");
    const w = new Worker();
    await w.send({ type: "keys", keys: delta.keys });
    const t = w.attach(options(delta), { sendKeyFrameRequest: async () => { asked++; } });
    const lose = async () => {
      t.write(new Frame(delta.plain));
      t.write(frame(delta));
      await t.next();
    };
    await lose();
    assert.equal(asked, 1);
    t.write(frame(delta));
    await t.next();
    await lose();
    assert.equal(asked, 1, "asked again at once");
    now += 600;
    t.write(frame(delta));
    await t.next();
    assert.equal(asked, 1, "asked though nothing was lost");
    await lose();
    assert.equal(asked, 2);
    await t.end();
    const audioAsked = w.attach(options(audio), { sendKeyFrameRequest: async () => { asked += 100; } });
    await w.send({ type: "keys", keys: audio.keys });
    await audioAsked.end();
    assert.equal(asked, 2, "asked for key frames of audio");
  } finally {
    delete performance.now;
  }
});

test("a browser that refuses to ask for a key frame does no harm", async () => {
  const w = new Worker();
  const transformer = { sendKeyFrameRequest: () => Promise.reject(new Error("no")) };
  const t = w.attach(options(vp8), transformer);
  await w.send({ type: "keys", keys: vp8.keys });
  t.write(frame(vp8, 1));
  assert.equal((await t.next()).metadata.rtpTimestamp, 1);
  await t.end();
});

test("a trace tells what came in and what went out", async () => {
  const w = new Worker();
  const sha = async (b) => hex(new Uint8Array(await crypto.subtle.digest("SHA-256", b)));
  await w.send({ type: "trace", on: true });
  await w.send({ type: "keys", keys: vp8.keys });
  await w.run(options(vp8), [frame(vp8, 5), new Frame(vp8.plain, { rtpTimestamp: 6 })]);
  const at = { type: "frame", track: 0, kind: "video" };
  assert.deepEqual(w.of("frame"), [
    { ...at, rtpTimestamp: 5, in: await sha(vp8.sealed), out: await sha(vp8.plain), reason: null },
    { ...at, rtpTimestamp: 6, in: await sha(vp8.plain), out: null, reason: "format" },
  ]);
});

test("frames of older browsers, and of streams sent as a message", async () => {
  const w = new Worker();
  await w.send({ type: "keys", keys: audio.keys });
  await w.send({ type: "trace", on: true });
  const out = [];
  const readable = new ReadableStream({
    start(c) {
      c.enqueue(new OldFrame(audio.sealed, 4321));
      c.close();
    },
  });
  const done = new Promise((resolve) => {
    const writable = new WritableStream({ write: (f) => out.push(hex(bytesOf(f))), close: resolve });
    w.session.message({ type: "stream", readable, writable, op: "open", kind: "audio", codec: "opus", track: 3 });
  });
  await done;
  assert.deepEqual(out, [hex(audio.plain)]);
  assert.equal(w.of("frame")[0].rtpTimestamp, 4321);
  await w.until((m) => m.type === "counts" && m.track === 3 && m.opened === 1);
});

test("a queue that nobody empties is bounded", async () => {
  const w = new Worker();
  await w.send({ type: "encrypted", encrypted: false });
  let sent = 0;
  const readable = new ReadableStream({
    pull(c) {
      if (sent++ < 1200) c.enqueue(frame(vp8, sent));
      else c.close();
    },
  });
  let go;
  const stuck = new Promise((resolve) => go = resolve);
  const out = [];
  const writable = new WritableStream({ write: (f) => stuck.then(() => out.push(f)) });
  const done = w.session.attach({ ...options(vp8), track: 0 }, readable, writable);
  await w.until((m) => m.type === "counts" && m.received === 1200);
  go();
  await done;
  const { refused, passed } = w.counts();
  assert(refused.overflow > 100 && passed + refused.overflow === 1200 && out.length === passed, `${refused.overflow}`);
});

test("streams that break end their track alone", async () => {
  const w = new Worker();
  await w.send({ type: "keys", keys: audio.keys });
  const broken = new ReadableStream({ start: (c) => c.error(new Error("gone")) });
  await w.session.attach({ ...options(audio), track: 1 }, broken, new WritableStream());
  const full = new WritableStream({ write: () => { throw new Error("closed"); } });
  const endless = new ReadableStream({
    async pull(c) {
      await new Promise((resolve) => setImmediate(resolve)); // as frames come, one a task
      c.enqueue(frame(audio));
    },
  });
  await w.session.attach({ ...options(audio), track: 2 }, endless, full);
  assert.equal((await w.run(options(audio), frames(audio, 2))).length, 2);
});

test("messages that make no sense are answered by an error, and nothing breaks", async () => {
  for (const m of [null, 5, {}, { type: "what" }, { type: "keys" }, { type: "keys", keys: "AAAA" }, { type: "keys", keys: [5] },
    { type: "stream", op: "copy", kind: "video" }, { type: "stream", op: "open", kind: "data" }]) {
    const w = new Worker();
    w.session.message(m);
    const { message } = await w.until((p) => p.type === "error");
    assert(typeof message === "string" && !message.includes("AAAA"), JSON.stringify(m));
  }
});

test("no message holds key material", async () => {
  for (const s of samples()) {
    const w = new Worker();
    await w.send({ type: "trace", on: true });
    await w.send({ type: "keys", keys: s.keys, allowUnauthenticated: true });
    await w.send({ type: "keys", keys: s.keys.map((k) => ({ ...k, e2ee: { ...k.e2ee, kdf: k.k } })) });
    await w.send({ type: "keys", keys: s.keys.map((k) => ({ ...k, alg: k.k })) });
    await w.send({ type: "keys", keys: s.keys.map((k) => ({ ...k, kid: k.k })) });
    await w.run(options(s), frames(s, 1));
    const told = JSON.stringify(w.posted).toLowerCase();
    for (const { k } of s.keys) {
      const raw = Buffer.from(k, "base64url");
      if (raw.length <= 6) continue; // a word as short as a name of an algorithm
      for (const form of [k, raw.toString("hex"), raw.toString("base64"), raw.toString("latin1")]) {
        assert(!told.includes(form.toLowerCase()), `${s.name}: a message shows the key`);
      }
    }
  }
});
