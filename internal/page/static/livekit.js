// LiveKit's clients, since livekit-client 1.13:
//
//   clear || ciphertext || tag(16) || IV(12) || 0C || key index
//
// AES-GCM with the clear bytes as associated data. Keys follow one from another:
//
//   passphrase ─PBKDF2─┐                  ┌► AES key 0     ┌► AES key 1
//                      ├► chain key 1 ────┴► chain key 2 ──┴► …
//   raw bytes ───HKDF──┘
//
// A chain key is 32 bytes, made from the one before by the same function with
// the same salt. The AES key of step n is the beginning of chain key n+1.

import { concat, number } from "./bytes.js";
import { Chain, Recent } from "./chain.js";
import { KeyError } from "./keymembers.js";
import { isInjected, withoutMetadata } from "./livekitserver.js";
import { read, same, WAY_COUNT } from "./livekitways.js";
import { clear, format, noKey } from "./refusal.js";
import { Ring } from "./ring.js";
import { gcmKey, gcmOpen, hkdf, hkdfKey, pbkdf2, pbkdf2Key } from "./webcrypto.js";

const SALT = "LKFrameEncryptionKey";
const ITERATIONS = 100_000; // of PBKDF2: tens of milliseconds
const INFO = new Uint8Array(128); // a buffer that the library never fills
const MAX_RATCHET = { HKDF: 1024, PBKDF2: 64 };
const DERIVATION = 9; // what a step of PBKDF2 counts for: one a frame

export async function prepare(key) {
  const fail = (what) => { throw new KeyError(`livekit: key ${JSON.stringify(key.kid)}: ${what}`); };
  if (key.salt !== undefined && key.ratchetSalt !== undefined && key.salt !== key.ratchetSalt) {
    fail("salt and ratchet_salt differ, LiveKit has one for both");
  }
  if (key.kdf !== "HKDF" && key.kdf !== "PBKDF2") {
    fail(`kdf is "${key.kdf}": a passphrase needs PBKDF2, raw bytes need HKDF`);
  }
  const salt = key.ratchetSalt ?? key.salt ?? SALT, size = key.alg === "LIVEKIT-A256GCM" ? 32 : 16;
  const passphrase = key.kdf === "PBKDF2";
  const enter = passphrase ? pbkdf2Key : hkdfKey;
  const derive = (secret) => passphrase ?
    pbkdf2(secret, salt, key.iterations || ITERATIONS, 32) : hkdf(secret, "SHA-256", salt, INFO, 32);
  const next = async ({ secret }) => {
    const bytes = await derive(secret);
    return { secret: await enter(bytes), gcm: await gcmKey(bytes.slice(0, size)) };
  };
  return {
    kid: key.kid, index: key.keyIndex, kind: key.kind, ssrc: key.ssrc, sifTrailer: key.sifTrailer,
    chain: new Chain({ secret: await enter(key.k) }, next, passphrase ? 1 : undefined),
    maxStep: MAX_RATCHET[key.kdf], slow: passphrase,
  };
}

export function makeOpener(keys, meta) {
  return new Opener(keys, meta.sifTrailer);
}

class Opener {
  #keys;
  #trailers;
  #ring;
  #favour = 0; // the way that opened the last frame
  #steps = new Map(); // the ratchet step that each key opened a frame at
  #ciphers = new Recent(8); // of keys that opened a frame, by their steps
  #lists = new Recent(8); // of candidates, by index and favoured way

  constructor(keys, roomTrailer) {
    this.#keys = keys;
    this.#trailers = [roomTrailer, ...keys.map((k) => k.sifTrailer)].filter((t) => t !== undefined);
    this.#ring = new Ring({ maxStep: Math.max(0, ...keys.map((k) => k.maxStep)) });
  }

  get tries() {
    return this.#ring.tries;
  }

  // injected tells a frame that the server put into the track: it is not
  // encrypted, hence not shown.
  injected(bytes, meta) {
    return isInjected(bytes, meta.codec, this.#trailers);
  }

  async open(whole, meta) {
    if (whole.length === 0) throw clear();
    const bytes = withoutMetadata(whole);
    const n = bytes.length;
    if (n < 30 || bytes[n - 2] !== 12) throw format(); // escaping leaves these two alone
    const index = bytes[n - 1];
    const list = this.#list(index);
    const frame = this.#frame(bytes, meta);
    if (!list.some((c) => frame.meets(c))) throw noKey(index);
    const found = await this.#ring.open(index, list, false, frame);
    const at = found.key % this.#keys.length;
    this.#favour = Math.floor(found.key / this.#keys.length);
    this.#steps.set(at, found.step);
    return { plain: frame.plain, kid: this.#keys[at].kid, scheme: "livekit", step: found.step, adopted: found.adopted };
  }

  // frame is a frame as the Ring tries it: a candidate is a way times the number
  // of keys, plus the number of a key.
  #frame(bytes, meta) {
    const keys = this.#keys, readings = [];
    const reading = (way) => readings[way] === undefined ? readings[way] = read(way, bytes, meta) : readings[way];
    const split = (c) => [keys[c % keys.length], Math.floor(c / keys.length), c % keys.length];
    const frame = { bytes, plain: null };
    const sender = Number(number(bytes.subarray(-14, -10))); // the sender's SSRC, with which the IV begins
    frame.meets = (c) => {
      const [key] = split(c);
      return (key.kind === "" || key.kind === meta.kind) &&
        (key.ssrc === undefined || meta.ssrc === undefined || key.ssrc === meta.ssrc || key.ssrc === sender);
    };
    // Steps are searched in the favoured way; in the others only the one that
    // the key is known to be at. What another way reads as well is passed over.
    frame.skip = (c, step) => {
      const [key, way, at] = split(c);
      if (step > key.maxStep || !frame.meets(c)) return true;
      if (way === this.#favour) return reading(way) === null;
      if (step > 0 && this.#steps.get(at) !== step) return true;
      const r = reading(way);
      const others = [this.#favour, ...Array(way).keys()];
      return r === null || others.some((w) => reading(w) !== null && same(r, reading(w)));
    };
    frame.cost = (c, step) => {
      const [key] = split(c);
      return key.slow && !key.chain.reached(step + 1) ? DERIVATION : 1;
    };
    frame.try = async (c, step) => {
      const [key, way, at] = split(c);
      const r = reading(way);
      if (r === null) return false;
      const name = `${at} ${step}`;
      const gcm = this.#ciphers.get(name) ?? (await key.chain.at(step + 1)).gcm;
      const opened = await gcmOpen(gcm, r.iv, r.sealed, r.head);
      if (opened === null) return false;
      frame.plain = concat(r.head, opened);
      this.#ciphers.set(name, gcm);
      return true;
    };
    return frame;
  }

  // list is what the Ring searches: all ways, the favoured one first, and for
  // each of them the keys, those with the index before those without.
  #list(index) {
    const name = `${index} ${this.#favour}`;
    return this.#lists.get(name) ?? this.#lists.set(name, this.#candidates(index));
  }

  #candidates(index) {
    const numbers = [...this.#keys.keys()];
    const fit = [...numbers.filter((n) => this.#keys[n].index === index), ...numbers.filter((n) => this.#keys[n].index === undefined)];
    const ways = [this.#favour, ...Array(WAY_COUNT).keys()].filter((w, i) => i === 0 || w !== this.#favour);
    return ways.flatMap((w) => fit.map((n) => w * numbers.length + n));
  }
}
