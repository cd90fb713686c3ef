// Jitsi Meet and its forks, in all forms that lib-jitsi-meet has sent:
//
//   JITSI-GCM         since 2021-04: AES-GCM, key = HKDF-SHA256 of 32 random
//                     bytes a participant, ratcheted without a mark
//   JITSI-GCM-DIRECT  the same with a key from outside, as it is
//   JITSI-JFRAME-CTR  2020-09 to 2021-04: AES-CTR with HMAC over the frame
//   JITSI-HIPS        2020-04 to 2020-09: AES-GCM, key = PBKDF2
//
// The IV is the frame's own, as servers rewrite a packet's SSRC and timestamp.
// JFrame's signatures are not verified here: media is authentic without.

import { be64, concat, equal, utf8 } from "./bytes.js";
import { Chain, Recent } from "./chain.js";
import { HIPS_RING, INDEXES, read } from "./jitsiframe.js";
import { KeyError } from "./keymembers.js";
import { format, noKey } from "./refusal.js";
import { Ring } from "./ring.js";
import { ctr, ctrKey, gcmKey, gcmOpen, hkdf, hkdfKey, hmac, hmacKey, pbkdf2, pbkdf2Key } from "./webcrypto.js";

const MAX_RATCHET = 1024;
const ROUNDS = 100_000; // of PBKDF2
const SHA = "SHA-256";
const FORMATS = ["gcm", "hips", "jframe"];
const SCHEME = { gcm: "jitsi-gcm", hips: "jitsi-hips", jframe: "jitsi-jframe-ctr" };

export async function prepare(key) {
  const made = { kid: key.kid, index: key.keyIndex, kind: key.kind, ratchets: false };
  const chain = async (salt) => {
    const next = async (secret) => hkdfKey(await hkdf(secret, SHA, salt, "", 32));
    return new Chain(await hkdfKey(key.k), next);
  };
  switch (key.alg) {
    case "JITSI-GCM": {
      const salt = key.salt ?? "JFrameEncryptionKey", size = key.keyBits === 256 ? 32 : 16;
      const steps = await chain(key.ratchetSalt ?? "JFrameRatchetKey");
      const suite = async (step) => ({ gcm: await gcmKey(await hkdf(await steps.at(step), SHA, salt, "", size)) });
      return { ...made, format: "gcm", ratchets: true, suite };
    }
    case "JITSI-GCM-DIRECT": {
      const gcm = await gcmKey(key.k);
      return { ...made, format: "gcm", suite: async () => ({ gcm }) };
    }
    case "JITSI-HIPS": {
      if (key.salt === undefined) {
        throw new KeyError(`jitsi: key ${JSON.stringify(key.kid)}: salt is missing: it is the name of the room`);
      }
      const secret = await pbkdf2Key(key.k);
      const salt = key.sender === "" ? utf8(key.salt) : concat(utf8(key.salt), Uint8Array.of(0), utf8(key.sender));
      let stretched; // once: it takes as long as to open ten thousands of frames
      const stretch = async () => ({ gcm: await gcmKey(await pbkdf2(secret, salt, key.iterations || ROUNDS, 16)) });
      return { ...made, format: "hips", suite: () => stretched ??= stretch() };
    }
  }
  const steps = await chain("JFrameRatchetKey"), eraD = key.era === "D";
  const suite = async (step) => {
    const secret = await steps.at(step);
    return {
      enc: await ctrKey(await hkdf(secret, SHA, "JFrameEncryptionKey", "", 16)),
      // WebCrypto makes HMAC keys as long as the hash's block where it is not told a length.
      auth: await hmacKey(await hkdf(secret, SHA, "JFrameAuthenticationKey", "", 64), SHA),
      salt: await hkdf(secret, SHA, "JFrameSaltKey", "", 16),
    };
  };
  return { ...made, format: "jframe", eraD, ratchets: !eraD, suite };
}

export function makeOpener(keys) {
  return new Opener(keys);
}

class Opener {
  #keys;
  #formats;
  #ring;
  #suites = new Recent(8); // of keys that opened a frame, by their steps
  #lists = new Map(); // of candidates, by index and guesses

  constructor(keys) {
    this.#keys = keys;
    this.#formats = FORMATS.filter((f) => keys.some((k) => k.format === f));
    this.#ring = new Ring({ maxStep: keys.some((k) => k.ratchets) ? MAX_RATCHET : 0 });
  }

  get tries() {
    return this.#ring.tries;
  }

  async open(bytes, meta) {
    const parts = Object.fromEntries(this.#formats.map((f) => [f, read(f, bytes, meta)]));
    const looks = this.#formats.filter((f) => parts[f] !== null);
    if (looks.length === 0) throw format();
    const id = bytes[bytes.length - 1] % INDEXES;
    if (!this.#keys.some((k) => looks.includes(k.format) && fits(k, id) !== "no")) throw noKey(id);
    const guesses = Math.max(...looks.map((f) => parts[f].clear.length));
    const { list, exact } = this.#candidates(id, guesses);
    const frame = this.#frame(bytes, parts);
    const found = await this.#ring.open(id, list, exact, frame);
    const { name, suite, plain } = frame.opened;
    this.#suites.set(name, suite);
    const key = this.#keys[found.key >> 1];
    return { plain: await plain(), kid: key.kid, scheme: SCHEME[key.format], step: found.step, adopted: found.adopted };
  }

  // frame is a frame as the Ring tries it: a candidate is the number of a key
  // twice over, plus 1 for the second guess of clear bytes.
  #frame(bytes, parts) {
    const frame = { bytes, opened: null };
    const part = (c) => parts[this.#keys[c >> 1].format];
    frame.skip = (c, step) => !(part(c)?.clear[c % 2] > 0) || step > 0 && !this.#keys[c >> 1].ratchets;
    frame.try = async (c, step) => {
      if (frame.skip(c, step)) return false;
      const key = this.#keys[c >> 1], p = part(c), name = `${c >> 1} ${step}`;
      const suite = this.#suites.get(name) ?? await key.suite(step);
      const open = key.format === "jframe" ? openJFrame : openGCM;
      const plain = await open(suite, bytes, p, p.clear[c % 2]);
      if (plain === null) return false;
      frame.opened = { name, suite, plain };
      // Only the tag that fits can be short enough to fit by chance, so only a
      // key with such tags waits for a second frame.
      this.#ring.confirm = key.format === "jframe" && p.tag < 8;
      return true;
    };
    return frame;
  }

  #candidates(id, guesses) {
    const name = 2 * id + guesses;
    if (this.#lists.has(name)) return this.#lists.get(name);
    const numbers = (want) => [...this.#keys.keys()].filter((n) => fits(this.#keys[n], id) === want).map((n) => 2 * n);
    const named = numbers("named");
    let list = [...named, ...numbers("maybe")];
    if (guesses === 2) list = [...list, ...list.map((c) => c + 1)];
    const made = { list, exact: named.length === 1 };
    this.#lists.set(name, made);
    return made;
  }
}

// openGCM and openJFrame are null for what is not authentic, else a function
// that makes the plaintext.
async function openGCM({ gcm }, bytes, p, clear) {
  const head = bytes.subarray(0, clear);
  const plain = await gcmOpen(gcm, p.iv, bytes.subarray(clear, p.end), head);
  return plain && (async () => concat(head, plain));
}

// The tag is made with zeros in the place of tag and signature. The first block
// is the salt with the counter added to its low half by XOR; only that half
// counts, as WebCrypto was told.
async function openJFrame({ enc, auth, salt }, bytes, p, clear) {
  const blank = bytes.slice();
  blank.fill(0, p.end, p.ctr).fill(0, p.sig, p.sig + p.sigSize);
  const tag = (await hmac(auth, blank)).subarray(0, p.tag);
  if (!equal(tag, bytes.subarray(p.end, p.ctr))) return null;
  return async () => {
    const block = salt.slice();
    be64(p.counter).forEach((b, i) => block[8 + i] ^= b);
    return concat(bytes.subarray(0, clear), await ctr(enc, block, 64, bytes.subarray(clear, p.end)));
  };
}

// fits tells whether frames that name id can be under the key: "named" if the
// key file says so. Era D has 3 bits for a ring of 3: the number in the file may
// have been taken from either.
function fits({ index, format: f, eraD }, id) {
  if (eraD) return index === undefined ? id < 8 ? "maybe" : "no" : index % HIPS_RING === id || index % 8 === id ? "named" : "no";
  if (f === "hips") return index === undefined ? id < HIPS_RING ? "maybe" : "no" : index % HIPS_RING === id ? "named" : "no";
  return index === undefined ? "maybe" : index % INDEXES === id ? "named" : "no";
}
