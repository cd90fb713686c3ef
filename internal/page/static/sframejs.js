// Medooze's SFrame.js, keys of alg MEDOOZE-SFRAME: the draft omara-sframe-00
// with changes of its own, neither the headers nor the keys of RFC 9605.
//
//   [clear bytes] header || ciphertext || tag (4 audio, 10 video)
//
// The clear bytes are there when the sender skips VP8's payload header, in
// video of any codec: 10 if bit 0 of the first byte is 0, else 3. They are a
// copy that nothing protects; the ciphertext has them too, and its bytes come
// out. Nothing in the frame tells whether they are there, so the tag is tried at
// both places. A ratchet is not marked in the frame either.
//
// Releases up to 0.0.3 have counter and key id the other way round in the IV,
// which no tag covers: e2ee.iv_order must say "kid-ctr" for them, unless clear
// bytes show which order is right.

import { be64, concat, startsWith } from "./bytes.js";
import { Chain, Recent } from "./chain.js";
import { KeyError } from "./keymembers.js";
import { format, noKey } from "./refusal.js";
import { Ring } from "./ring.js";
import { mangled, parseHeader } from "./sframejsheader.js";
import { authentic, ctr, ctrKey, hkdf, hkdfKey, hmacKey } from "./webcrypto.js";

const MAX_RATCHET = 1024;
const SIGNATURE = 64; // ECDSA with P-256; the page verifies none
const SHA = "SHA-256";

export async function prepare(key) {
  if (key.keyId !== undefined && key.keyId >= 1n << 56n) {
    throw new KeyError(`medooze: key ${JSON.stringify(key.kid)}: a key_id of 8 bytes, a header has room for 7`);
  }
  const next = async (secret) => hkdfKey(await hkdf(secret, SHA, "SFrameRatchetKey", "", 32));
  return {
    kid: key.kid, id: key.keyId, kind: key.kind, ssrc: key.ssrc, skip: key.skipVP8Header,
    order: key.ivOrder, chain: new Chain(await hkdfKey(key.k), next),
  };
}

// ciphers are what frames are sealed with between two ratchet steps.
async function ciphers(key, step) {
  const secret = await key.chain.at(step);
  return {
    enc: await ctrKey(await hkdf(secret, SHA, "SFrameEncryptionKey", "", 16)),
    auth: await hmacKey(await hkdf(secret, SHA, "SFrameAuthenticationKey", "", 32), SHA),
    salt: await hkdf(secret, SHA, "SFrameSaltKey", "", 16),
  };
}

export function makeOpener(keys) {
  return new Opener(keys);
}

class Opener {
  #keys;
  #named = new Map(); // keys by key id, as headers have it
  #loose = [];
  #ring = new Ring({ maxStep: MAX_RATCHET });
  #ciphers = new Recent(8);
  #skipped; // whether the last frame had clear bytes; at first what the keys say
  #orders = new Map(); // found for keys that name none

  constructor(keys) {
    this.#keys = keys;
    this.#skipped = keys.some((k) => k.skip === true) && !keys.some((k) => k.skip === false);
    keys.forEach((k, n) => {
      if (k.id === undefined) return this.#loose.push(n);
      // The header may have it mangled: always if the library wrote it.
      for (const id of new Set([k.id, mangled(k.id)])) this.#named.set(id, [...this.#named.get(id) ?? [], n]);
    });
  }

  get tries() {
    return this.#ring.tries;
  }

  async open(bytes, meta) {
    const readings = [read(bytes, 0, meta.kind), meta.kind === "video" ? readSkipped(bytes) : null];
    const named = (r) => (r && this.#named.get(r.id)) ?? [];
    let first = this.#skipped ? 1 : 0;
    const other = 1 - first;
    if (!readings[first] || named(readings[other]).length > 0 && named(readings[first]).length === 0) first = other;
    if (!readings[first]) throw format();
    const { list, exact } = this.#candidates(readings, first, named, meta);
    if (list.length === 0) throw noKey(readings[first].id);
    // A chance match of 4-byte tags is near once thousands were tried.
    this.#ring.confirm = meta.kind !== "video";
    const frame = { bytes, opened: null };
    frame.try = async (c, step) => {
      const r = readings[c % 2], n = c >> 1;
      if (!r) return false; // a candidate known from other frames under this id
      const name = `${n} ${step}`;
      const made = this.#ciphers.get(name) ?? await ciphers(this.#keys[n], step);
      const fits = await authentic(made.auth, bytes.subarray(r.tag, r.end), bytes.subarray(r.clear, r.tag));
      if (fits) frame.opened = { name, made };
      return fits;
    };
    const found = await this.#ring.open(readings[first].id, list, exact, frame);
    const { name, made } = frame.opened;
    this.#ciphers.set(name, made);
    this.#skipped = found.key % 2 === 1;
    const plain = await this.#decrypt(bytes, found.key >> 1, made, readings[found.key % 2]);
    return { plain, kid: this.#keys[found.key >> 1].kid, scheme: "medooze", step: found.step, adopted: found.adopted };
  }

  // candidates are numbers of keys twice over, plus 1 for the reading with
  // clear bytes: a key in one reading is to the Ring another than in the other.
  #candidates(readings, first, named, meta) {
    const list = [];
    const offer = (keys, i) => {
      for (const n of readings[i] ? keys : []) {
        const k = this.#keys[n];
        const meets = (k.kind === "" || k.kind === meta.kind) && (k.ssrc === undefined || meta.ssrc === undefined || k.ssrc === meta.ssrc);
        if (meets && (k.skip === undefined || meta.kind !== "video" || k.skip === (i === 1))) list.push(2 * n + i);
      }
    };
    for (const i of [first, 1 - first]) offer(named(readings[i]), i);
    const exact = list.length === 1;
    for (const i of [first, 1 - first]) offer(this.#loose, i);
    return { list, exact };
  }

  // The tag was right, so the bytes of the ciphertext count and not their copy
  // in clear; but that copy tells the order of the IV where no key does.
  async #decrypt(bytes, n, { enc, salt }, r) {
    const key = this.#keys[n], id = key.id ?? r.id;
    const text = bytes.subarray(r.text, r.tag), copy = bytes.subarray(0, r.clear);
    const decrypt = (order) => {
      const iv = order === "kid-ctr" ? concat(be64(id), be64(r.counter)) : concat(be64(r.counter), be64(id));
      iv.forEach((b, i) => iv[i] = b ^ salt[i]);
      return ctr(enc, iv, 128, text);
    };
    const order = (key.order || this.#orders.get(n)) ?? "ctr-kid";
    const plain = await decrypt(order);
    if (startsWith(plain, copy) || key.order !== "" || text.length < copy.length) return plain;
    const otherOrder = order === "ctr-kid" ? "kid-ctr" : "ctr-kid";
    const other = await decrypt(otherOrder);
    if (!startsWith(other, copy)) return plain;
    this.#orders.set(n, otherOrder);
    return other;
  }
}

function readSkipped(frame) {
  return frame.length === 0 ? null : read(frame, (frame[0] & 1) === 0 ? 10 : 3, "video");
}

// read reads a frame with so many clear bytes; null if it cannot be one.
function read(frame, clear, kind) {
  const h = clear > frame.length ? null : parseHeader(frame.subarray(clear));
  if (h === null) return null;
  const size = kind === "video" ? 10 : 4, text = clear + h.size;
  let end = frame.length;
  if (h.signed) { // older tags || count || signature stand behind the tag
    end -= SIGNATURE + 1;
    if (end < text) return null;
    end -= frame[end] * size;
  }
  const tag = end - size;
  return tag < text ? null : { ...h, clear, text, tag, end };
}
