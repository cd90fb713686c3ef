// Cipher suites and key derivation of SFrame (RFC 9605, sections 4.4 and 5).
//
// The key file says how key ids and base keys hang together ("kdf"):
//
//   (none)     one base key; "key_id" is its id, or it serves all ids
//   ratchet    sender keys, section 5.1: id = generation << R | step mod 2^R
//   mls        MLS, section 5.2: id = sender << E | epoch mod 2^E; one exporter
//              secret serves all senders of its epoch
//   mls-cisco  the same ids, as the library cisco/sframe derives its keys
//   per-ssrc   a base key for each SSRC (draft-ietf-avtcore-rtp-sframe)

import { be32, be64, concat, utf8 } from "./bytes.js";
import { Chain } from "./chain.js";
import { KeyError } from "./keymembers.js";
import { authentic, ctr, ctrKey, gcmKey, gcmOpen, gcmSeal, hkdf, hkdfExpand, hkdfKey, hmacKey } from "./webcrypto.js";

// The registry "SFrame Cipher Suites" (RFC 9605, section 8.1): id, hash and its
// bytes, bytes of the AES key, of the HMAC key (0 is GCM), of the tag.
const SUITES = {
  "SFRAME-AES_128_CTR_HMAC_SHA256_80": [1, "SHA-256", 32, 16, 32, 10],
  "SFRAME-AES_128_CTR_HMAC_SHA256_64": [2, "SHA-256", 32, 16, 32, 8],
  "SFRAME-AES_128_CTR_HMAC_SHA256_32": [3, "SHA-256", 32, 16, 32, 4],
  "SFRAME-AES_128_GCM_SHA256_128": [4, "SHA-256", 32, 16, 0, 16],
  "SFRAME-AES_256_GCM_SHA512_128": [5, "SHA-512", 64, 32, 0, 16],
  "SFRAME-AES_256_CTR_HMAC_SHA512_80": [6, "SHA-512", 64, 32, 64, 10],
  "SFRAME-AES_256_CTR_HMAC_SHA512_64": [7, "SHA-512", 64, 32, 64, 8],
  "SFRAME-AES_256_CTR_HMAC_SHA512_32": [8, "SHA-512", 64, 32, 64, 4],
};

const NONCE = 12; // bytes, of all suites
const EMPTY = new Uint8Array(0);

// prepare makes of a key of the key file what makeOpener and makeSealer take.
export async function prepare(key) {
  const [id, hash, hashSize, encSize, authSize, tag] = SUITES[key.alg];
  const suite = { id, hash, hashSize, encSize, authSize, tag };
  const fail = (what) => { throw new KeyError(`sframe: key ${JSON.stringify(key.kid)}: ${what}`); };
  const made = { kid: key.kid, kind: key.kind, ssrc: key.ssrc, kdf: key.kdf, suite, metadata: key.metadata ?? EMPTY };
  made.secret = key.kdf === "mls-cisco" ? await hmacKey(key.k, hash) : await hkdfKey(key.k);
  const r = BigInt(key.ratchetBits), e = BigInt(key.epochBits);
  if (!["", "per-ssrc", "ratchet", "mls", "mls-cisco"].includes(key.kdf)) fail(`kdf "${key.kdf}" is not known`);
  if (key.kdf === "" || key.kdf === "per-ssrc") {
    return { ...made, id: key.keyId, idOf: (kid) => kid };
  }
  if (key.keyId !== undefined) fail(`kdf "${key.kdf}" makes the key id, so key_id ${key.keyId} has no place`);
  if (key.kdf === "ratchet") {
    if (key.generation << r >= 2n ** 64n) fail(`generation ${key.generation} beside ${r} ratchet bits`);
    const next = async (secret) => hkdfKey(await hkdf(secret, hash, "", "SFrame 1.0 Ratchet", hashSize));
    const chain = new Chain(made.secret, next);
    return { ...made, chain, bits: r, id: key.generation, idOf: (kid) => kid >> r };
  }
  const mask = (1n << e) - 1n;
  return { ...made, bits: e, id: key.epoch === undefined ? undefined : key.epoch & mask, idOf: (kid) => kid & mask };
}

// Box seals and opens under the key that a base key gives for one key id.
export class Box {
  // make derives it, at a ratchet step, for an SSRC.
  static async make(key, kid, step, ssrc) {
    const { suite, secret } = key, { hash, hashSize } = suite;
    let base = secret;
    if (key.kdf === "ratchet") base = await key.chain.at(step);
    if (key.kdf === "per-ssrc") base = await hkdfKey(await hkdf(secret, hash, be32(ssrc), "SFrame 1.0 RTP Stream", hashSize));
    if (key.kdf === "mls-cisco") base = await hkdfKey(await hkdfExpand(secret, be64(kid >> key.bits)));
    const box = new Box();
    const info = concat(be64(kid), Uint8Array.of(0, suite.id)); // section 4.4.2; the labels end in a space
    const bytes = await hkdf(base, hash, "", concat(utf8("SFrame 1.0 Secret key "), info), suite.encSize + suite.authSize);
    box.salt = await hkdf(base, hash, "", concat(utf8("SFrame 1.0 Secret salt "), info), NONCE);
    box.tag = suite.tag;
    box.key = await (suite.authSize > 0 ? ctrKey : gcmKey)(bytes.slice(0, suite.encSize));
    if (suite.authSize > 0) box.auth = await hmacKey(bytes.slice(suite.encSize), hash);
    return box;
  }

  // nonce is the salt XOR the counter (section 4.4.3).
  nonce(counter) {
    const nonce = this.salt.slice();
    be64(counter).forEach((b, i) => nonce[NONCE - 8 + i] ^= b);
    return nonce;
  }

  // open is null for what is not authentic.
  async open(sealed, counter, aad) {
    const nonce = this.nonce(counter);
    if (this.auth === undefined) return gcmOpen(this.key, nonce, sealed, aad);
    if (sealed.length < this.tag) return null;
    const text = sealed.subarray(0, sealed.length - this.tag);
    const lengths = [aad.length, text.length, this.tag].map((n) => be64(BigInt(n))); // section 4.5.1
    if (!await authentic(this.auth, sealed.subarray(text.length), ...lengths, nonce, aad, text)) return null;
    return ctr(this.key, concat(nonce, new Uint8Array(4)), 32, text);
  }

  // seal is for GCM suites.
  seal(plain, counter, aad) {
    return gcmSeal(this.key, this.nonce(counter), plain, aad);
  }
}
