// The parts, each by what others published of it: headers, derived keys, types of
// frames, key files.

import assert from "node:assert/strict";
import test from "node:test";
import { base64url, fromBase64url, fromHex, hex, number, shortest } from "../static/bytes.js";
import { isKey } from "../static/frametype.js";
import { fragmentKeys, KeyError, newKeyFile, parseKeyFile, passphraseKeys } from "../static/keyfile.js";
import { nextNAL, shorten, sliceClear, unescape } from "../static/nal.js";
import { makeHeader, parseHeader } from "../static/sframeheader.js";
import { opener, readJSON, unhex, vectors } from "./corpus.js";

test("headers of RFC 9605", () => {
  const all = readJSON("vectors/sframe-rfc9605.json").header;
  for (const v of all) {
    const bytes = unhex(v.encoded), h = parseHeader(bytes);
    assert.deepEqual(h, { kid: BigInt(v.kid), counter: BigInt(v.ctr), size: bytes.length });
    assert.equal(hex(makeHeader(h.kid, h.counter)), v.encoded);
    for (let n = 0; n < bytes.length; n++) assert.equal(parseHeader(bytes.subarray(0, n)), null);
  }
  assert.equal(all.length, 289);
});

test("types of frames are those of the encoders", () => {
  const { frames } = readJSON("vectors/frames.json");
  const seen = {};
  for (const [name, { codec, type, data }] of Object.entries(frames)) {
    if (type === null) continue;
    const plain = unhex(data), picture = name !== "h264-sps-only";
    assert.equal(isKey(plain, codec), type === "key" && picture, name);
    seen[codec] = (seen[codec] ?? 0) + 1;
    for (let n = 0; n < Math.min(plain.length, 40); n++) isKey(plain.subarray(0, n), codec);
  }
  assert.deepEqual(Object.keys(seen).sort(), ["av1", "h264", "h265", "vp8", "vp9"]);
});

test("what only begins like a key frame is none", () => {
  const { frames } = readJSON("vectors/frames.json");
  for (const [name, bytes] of [["vp8-key-100", [0, 3, 4, 5]], ["vp9-key-200", [0, 1, 2, 3]], ["h264-key-sps-pps-idr", [0, 1, 2]]]) {
    const { codec, data } = frames[name];
    assert(isKey(unhex(data), codec), name);
    for (const at of bytes.slice(codec === "h264" ? 3 : 0)) {
      const altered = unhex(data);
      altered[at] ^= 0x41;
      assert(!isKey(altered, codec), `${name}, byte ${at}`);
    }
    assert(!isKey(unhex(data), "opus") && !isKey(new Uint8Array(0), codec));
  }
  // AV1: sizes of OBUs that run on, or are longer than a number is exact.
  for (const text of ["1200", "12ff", "12ffffffffffffffffff01", "1280808080808080808000", "1205", "10", "3200"]) assert(!isKey(unhex(text), "av1"), text);
  assert(isKey(unhex("12000a01"), "av1"));
});

test("base64url of the shortest form only", () => {
  for (const text of ["", "AA", "AAE", "AAEC", "AA==", "_-8"]) assert.notEqual(fromBase64url(text), null, text);
  for (const text of ["A", "AB", "AAF", "A===", "AA=A", "+///", " AA", "AA\n", "ÄÄ"]) assert.equal(fromBase64url(text), null, text);
  for (let n = 0; n < 70; n++) {
    const b = crypto.getRandomValues(new Uint8Array(n));
    assert.equal(hex(fromBase64url(base64url(b))), hex(b));
    assert.equal(hex(fromHex(hex(b))), hex(b));
  }
  assert.equal(fromHex("abc"), null);
  assert.equal(fromHex("zz"), null);
  assert.deepEqual([shortest(0n).length, shortest(255n).length, number(shortest(2n ** 64n - 1n))], [0, 1, 2n ** 64n - 1n]);
});

test("NAL units", () => {
  const b = (text) => unhex(text.replaceAll(" ", ""));
  assert.equal(hex(unescape(b("00 00 03 01 05 00 00 03 00 00 03 03"))), "0000010500000000" + "03");
  assert.equal(sliceClear(b("00 00 00 01 67 42 00 00 01 65 88 84"), "h264"), 11);
  assert.equal(sliceClear(b("00 00 00 01 67 42 00 00 01 65"), "h264"), undefined);
  assert.deepEqual(nextNAL(b("00 00 00 01 67"), 0), { code: 0, unit: 4 });
  assert.equal(nextNAL(b("00 00 02"), 0), null);
  const codes = b("00 00 00 01 67 01 00 00 00 01 68 01 00 00 00 01 65 88");
  assert.equal(hex(shorten(codes, "h264", "all")), "000001670100000168010000016588");
  assert.equal(hex(shorten(codes, "h264", "first")), "00000001670100000168010000016588");
  assert.equal(hex(shorten(codes, "h264", "minimal")), "0000000167010000000168010000016588");
});

test("a fragment holds a key file", () => {
  const { text } = newKeyFile();
  const coded = Buffer.from(text).toString("base64url");
  for (const hash of [`#keys=${coded}`, `#token=abc&keys=${coded}&trace`]) assert.equal(fragmentKeys(hash).keys.length, 1);
  for (const hash of ["", "#", "#token=keys=", "#monkeys=AAEC"]) assert.equal(fragmentKeys(hash), null);
  for (const hash of ["#keys=", "#keys=%7B", "#keys=AAEC", `#keys=${coded.slice(0, 40)}`]) assert.throws(() => fragmentKeys(hash), KeyError);
});

test("a passphrase opens what the scheme's own application made of it", async () => {
  const phrase = vectors("livekit").find((v) => v.material[0].passphrase && v.params.key_bits === 128 && v.expect.ok && !v.params.sif_trailer);
  const o = await opener(passphraseKeys(phrase.material[0].passphrase, "livekit").keys, phrase.meta);
  assert.equal(hex((await o.open(unhex(phrase.encrypted), phrase.meta)).plain), phrase.plaintext);
  const demo = vectors("xor-demo").find((v) => v.params.variant === "janus" && v.expect.ok);
  const x = await opener(passphraseKeys(demo.material[0].secret, "xor-janus").keys, demo.meta);
  assert.equal(hex((await x.open(unhex(demo.encrypted), demo.meta)).plain), demo.plaintext);
  const room = vectors("jitsi").find((v) => v.material[0].passphrase && !v.params.participant && v.expect.ok);
  const j = await opener(passphraseKeys(room.material[0].passphrase, "jitsi", room.params.room).keys, room.meta);
  assert.equal(hex((await j.open(unhex(room.encrypted), room.meta)).plain), room.plaintext);
  assert.throws(() => passphraseKeys("", "livekit"), KeyError);
  assert.throws(() => passphraseKeys("x", "sframe"), KeyError);
  assert.throws(() => passphraseKeys("x", "toString"), KeyError);
});

test("key files that the page cannot read say so", () => {
  const message = (text) => {
    try {
      parseKeyFile(text);
    } catch (err) {
      assert(err instanceof KeyError, err.stack);
      return err.message;
    }
    return "";
  };
  assert.match(message("age-encryption.org/v1\n-> X25519 abc"), /encrypted with age/);
  assert.match(message("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl"), /encrypted with age/);
  assert.equal(message(""), "not JSON");
  assert.equal(message('{"keys":[' + " ".repeat(16 << 20)), "key file of more than 16777216 bytes");
  assert.equal(message(`{"keys":[${"{},".repeat(1 << 16)}{}]}`), "more than 65536 keys");
  assert.match(message('{"kty":"oct","alg":"MEDOOZE-SFRAME","k":"AAEC","e2ee":{"key_id":18446744073709551615}}'), /write it as a string/);
});

test("the example key file opens what it says", async () => {
  const { keys } = readJSON("vectors/keyfile/example.jwks.json");
  const byId = new Map(["sframe-rfc9605", "sframe-medooze", "jitsi", "livekit", "xor-demo"].flatMap(vectors).map((v) => [v.id, v]));
  let opened = 0;
  for (const id of keys.flatMap((k) => k["x-opens"] ?? [])) {
    const v = byId.get(id);
    if (!v) continue; // of schemes that encrypt packets
    const meta = { ...v.meta, kind: v.meta.kind ?? "video" };
    // Of two XOR keys with one index nothing tells which is right.
    const offered = v.scheme === "xor-demo" ? keys.filter((k) => [k["x-opens"]].flat().includes(id)) : keys;
    const o = await opener(offered, meta);
    for (let n = 0; ; n++) {
      try {
        assert.equal(hex((await o.open(unhex(v.encrypted), meta)).plain), v.expect.plaintext, id);
        break;
      } catch (err) {
        if (err.reason !== "hold" || n > 50) throw err;
      }
    }
    opened++;
  }
  assert.equal(opened, 15);
});
