// The browser's cryptography, in the few forms that the schemes use. Keys are
// made such that nothing can read them out again.

import { concat, equal, utf8 } from "./bytes.js";

const subtle = () => {
  if (globalThis.crypto?.subtle === undefined) throw new Error("no WebCrypto: the page is not in a secure context");
  return crypto.subtle;
};
const bytes = (x) => typeof x === "string" ? utf8(x) : x;

// hkdfKey is a secret that enters HKDF, pbkdf2Key one that enters PBKDF2.
export const hkdfKey = (secret) => subtle().importKey("raw", secret, "HKDF", false, ["deriveBits"]);
export const pbkdf2Key = (secret) => subtle().importKey("raw", secret, "PBKDF2", false, ["deriveBits"]);

// hkdf is extract and expand (RFC 5869) to so many bytes.
export async function hkdf(key, hash, salt, info, size) {
  const how = { name: "HKDF", hash, salt: bytes(salt), info: bytes(info) };
  return new Uint8Array(await subtle().deriveBits(how, key, 8 * size));
}

export async function pbkdf2(key, salt, iterations, size) {
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations };
  return new Uint8Array(await subtle().deriveBits(how, key, 8 * size));
}

export const hmacKey = (key, hash) => subtle().importKey("raw", key, { name: "HMAC", hash }, false, ["sign"]);

export async function hmac(key, ...parts) {
  return new Uint8Array(await subtle().sign("HMAC", key, concat(...parts)));
}

// authentic compares an HMAC, cut to the tag's length.
export async function authentic(key, tag, ...parts) {
  return equal((await hmac(key, ...parts)).subarray(0, tag.length), tag);
}

// hkdfExpand is the expand step alone, for one output of the hash's length.
export const hkdfExpand = (prk, info) => hmac(prk, info, Uint8Array.of(1));

export const gcmKey = (key) => subtle().importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);

const TAG_BITS = 128; // the whole tag, never one cut short

// gcmOpen is null for what is not authentic.
export async function gcmOpen(key, iv, sealed, additionalData) {
  const how = { name: "AES-GCM", iv, additionalData, tagLength: TAG_BITS };
  try {
    return new Uint8Array(await subtle().decrypt(how, key, sealed));
  } catch (err) {
    if (err.name === "OperationError") return null;
    throw err;
  }
}

export async function gcmSeal(key, iv, plain, additionalData) {
  const how = { name: "AES-GCM", iv, additionalData, tagLength: TAG_BITS };
  return new Uint8Array(await subtle().encrypt(how, key, plain));
}

export const ctrKey = (key) => subtle().importKey("raw", key, "AES-CTR", false, ["encrypt"]);

// ctr adds the key stream that begins with a block of 16 bytes, whose last
// length bits count.
export async function ctr(key, counter, length, text) {
  return new Uint8Array(await subtle().encrypt({ name: "AES-CTR", counter, length }, key, text));
}

// sha256 is for tracing.
export async function sha256(data) {
  return new Uint8Array(await subtle().digest("SHA-256", data));
}
