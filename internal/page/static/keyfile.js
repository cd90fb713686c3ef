// Key files: a JWK Set (RFC 7517), each key with a member "e2ee" for what only
// encryption schemes know.
//
//   parseKeyFile(text)           → { keys, sifTrailer, warnings, schemes }
//   fragmentKeys(location.hash)  → the same, or null where the hash has none
//   passphraseKeys(text, scheme) → the same
//   newKeyFile()                 → { text, name, … the same }, for a publisher
//
// keys are JWKs as they stand in the file. What comes out goes to the worker as
// it is: worker.postMessage({ type: "keys", ...parseKeyFile(text) }).
// All throw a KeyError, whose message is for people and shows no key.

import { base64url, fromBase64url, utf8 } from "./bytes.js";
import { quoted, readEntry } from "./keyentry.js";
import { isObject, KeyError, Members } from "./keymembers.js";

export { KeyError };

// Bounds of a key file, as the program has them.
export const MOST_BYTES = 16 << 20;
const MOST_KEYS = 1 << 16;
const MOST_WARNINGS = 100;

export function parseKeyFile(text) {
  if (text.length > MOST_BYTES || utf8(text).length > MOST_BYTES) {
    throw new KeyError(`key file of more than ${MOST_BYTES} bytes`);
  }
  if (/^(age-encryption\.org\/|-----BEGIN AGE ENCRYPTED FILE-----)/.test(text.trimStart())) {
    throw new KeyError("this key file is encrypted with age, which the page cannot open: decrypt it first (age -d)");
  }
  const top = parseJSON(text);
  const entries = Object.hasOwn(top, "keys") ? top.keys : Object.hasOwn(top, "kty") ? [top] : undefined;
  if (entries === undefined) throw new KeyError('neither a JWK Set ("keys") nor a JWK ("kty")');
  if (!Array.isArray(entries)) throw new KeyError('"keys" is not an array');
  const { keys, warnings } = readKeys(entries);
  const trailer = Object.hasOwn(top, "keys") ? roomTrailer(top) : undefined;
  const schemes = [...new Set(keys.map((k) => k.scheme).filter((s) => s !== ""))];
  return { keys: entries, sifTrailer: trailer && base64url(trailer), warnings, schemes };
}

// readKeys reads JWKs into keys as the schemes take them, and names those that
// have no kid.
export function readKeys(entries) {
  if (entries.length > MOST_KEYS) throw new KeyError(`more than ${MOST_KEYS} keys`);
  const keys = [], kids = new Set(), warnings = [];
  let unlisted = 0;
  const warn = (text) => warnings.length < MOST_WARNINGS ? warnings.push(text) : unlisted++;
  entries.forEach((raw, i) => {
    if (!isObject(raw)) throw new KeyError(`entry ${i + 1} is not an object`);
    const key = readEntry(raw, i + 1, kids, warn);
    if (key === null) return;
    key.number = i + 1;
    if (key.kid !== "") kids.add(key.kid);
    keys.push(key);
  });
  for (const key of keys.filter((k) => k.kid === "")) {
    key.kid = unused(`key ${key.number}`, kids);
    kids.add(key.kid);
  }
  lookAround(keys, warn);
  if (unlisted > 0) warnings.push(`${unlisted} more warnings`);
  return { keys, warnings };
}

// The browser's own message would quote the text.
function parseJSON(text) {
  let top;
  try {
    top = JSON.parse(text);
  } catch {
    throw new KeyError("not JSON");
  }
  if (top === null) return {};
  if (!isObject(top)) throw new KeyError("not a JSON object");
  return top;
}

function roomTrailer(top) {
  const m = new Members(top);
  const inner = m.object("e2ee").base64("sif_trailer"), outer = m.base64("sif_trailer");
  if (inner && outer && base64url(inner) !== base64url(outer)) {
    throw new KeyError("two different sif_trailer at the top level");
  }
  return outer ?? inner;
}

function unused(name, taken) {
  let fresh = name;
  for (let n = 2; taken.has(fresh); n++) fresh = `${name} (${n})`;
  return fresh;
}

// lookAround warns of keys that do not go together.
function lookAround(keys, warn) {
  const byKid = new Map(keys.map((k) => [k.kid, k]));
  const senders = new Map();
  for (const k of keys) {
    const signer = byKid.get(k.verify);
    if (k.verify !== "" && !signer) {
      warn(`key ${quoted(k.kid, 64)}: verify names a key that the file does not have`);
    } else if (k.verify !== "" && signer.kty !== "EC") {
      warn(`key ${quoted(k.kid, 64)}: verify names a key that is no EC key`);
    }
    if (k.scheme !== "medooze" || k.keyId === undefined) continue;
    const id = base64url(k.k), old = senders.get(id);
    if (old && old.keyId !== k.keyId) {
      warn(`keys ${quoted(old.kid, 64)} and ${quoted(k.kid, 64)}: one secret for two senders, whose frames it does not protect from each other`);
    }
    senders.set(id, k);
  }
}

// fragmentKeys finds "keys=" in a fragment "#token=…&keys=…": base64url of a
// JWK Set in UTF-8.
export function fragmentKeys(hash) {
  const part = hash.replace(/^#/, "").split("&").find((p) => p.startsWith("keys="));
  if (part === undefined) return null;
  const bytes = fromBase64url(part.slice("keys=".length));
  if (bytes === null || bytes.length === 0) throw new KeyError("the keys in the address are not base64url");
  return parseKeyFile(new TextDecoder().decode(bytes));
}

// passphraseKeys makes of what was typed the entry that a scheme's own
// application makes of it. room is the meeting's name, for jitsi (2020), whose
// keys hang on it.
export function passphraseKeys(text, scheme, room = "") {
  if (text === "") throw new KeyError("the passphrase is empty");
  const entry = (alg, k, e2ee) => ({ kty: "oct", use: "enc", alg, kid: "passphrase", k: base64url(k), e2ee });
  const lowBytes = Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i) & 0xff);
  const entries = {
    livekit: () => entry("LIVEKIT-A128GCM", utf8(text), { kdf: "PBKDF2" }),
    "livekit-256": () => entry("LIVEKIT-A256GCM", utf8(text), { kdf: "PBKDF2" }),
    jitsi: () => entry("JITSI-HIPS", utf8(text), { kdf: "PBKDF2", salt: room }),
    "xor-janus": () => entry("XOR-DEMO-JANUS", lowBytes, {}),
    "xor-webrtc": () => entry("XOR-DEMO-WEBRTC", lowBytes, {}),
  };
  if (!Object.hasOwn(entries, scheme)) throw new KeyError(`nobody types a passphrase for ${scheme}`);
  return parseKeyFile(JSON.stringify({ keys: [entries[scheme]()] }));
}

// newKeyFile makes a key for RFC 9605. It names no key id, so that it serves
// all of them: every track and every recording gets an id, and with it a key,
// of its own (see sframeseal.js).
export function newKeyFile() {
  const k = crypto.getRandomValues(new Uint8Array(32));
  const name = `${new Date().toISOString().slice(0, 10)}-${base64url(crypto.getRandomValues(new Uint8Array(6)))}`;
  const entry = { kty: "oct", use: "enc", alg: "SFRAME-AES_128_GCM_SHA256_128", kid: `page ${name}`, k: base64url(k) };
  const text = `${JSON.stringify({ keys: [entry] }, null, 1)}\n`;
  return { text, name: `mjr-${name}.jwks.json`, ...parseKeyFile(text) };
}
