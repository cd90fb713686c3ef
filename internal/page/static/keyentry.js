// One entry of a key file, a JWK whose member "e2ee" has what encryption
// schemes need. Takes and refuses what the program's own reader does, in the
// same words.

import { base64url, hex } from "./bytes.js";
import { KeyError, Members } from "./keymembers.js";

const MOST_ITERATIONS = 10_000_000; // of PBKDF2, which runs before anything is authentic
const MOST_SECONDS = 2n ** 63n - 1n;

// The values of "alg" by the scheme that they are of.
const ALGS = {
  sframe: ["128_CTR_HMAC_SHA256_80", "128_CTR_HMAC_SHA256_64", "128_CTR_HMAC_SHA256_32", "128_GCM_SHA256_128",
    "256_GCM_SHA512_128", "256_CTR_HMAC_SHA512_80", "256_CTR_HMAC_SHA512_64", "256_CTR_HMAC_SHA512_32",
  ].map((name) => `SFRAME-AES_${name}`),
  medooze: ["MEDOOZE-SFRAME"],
  jitsi: ["JITSI-GCM", "JITSI-GCM-DIRECT", "JITSI-JFRAME-CTR", "JITSI-HIPS"],
  livekit: ["LIVEKIT-A128GCM", "LIVEKIT-A256GCM"],
  xor: ["XOR-DEMO-JANUS", "XOR-DEMO-WEBRTC"],
};

// Schemes that encrypt packets, and their profiles' lengths of key and salt.
// A browser never hands out packets, so their keys are only checked here.
const PERC = /^(?:PERC-LITE|SRTP-DOUBLE)-(.*)$/;
const SRTP = { AEAD_AES_128_GCM: 28, AEAD_AES_256_GCM: 44, AES_CM_128_HMAC_SHA1_32: 30, AES_CM_128_HMAC_SHA1_80: 30 };

const CURVES = { "P-256": 32, "P-384": 48, "P-521": 66 };
const SIGNERS = { "ES256-SHA512": "P-256", "ES384-SHA512": "P-384", "ES521-SHA256": "P-521", "ES521-SHA512": "P-521", "": "" };

// schemeOf names the scheme of an alg: sframe, medooze, jitsi, livekit, xor,
// perc, or "".
export function schemeOf(alg) {
  const of = Object.keys(ALGS).find((scheme) => ALGS[scheme].includes(alg));
  return of ?? (Object.hasOwn(SRTP, PERC.exec(alg)?.[1] ?? "") ? "perc" : "");
}

// readEntry reads the n-th JWK of a file. It returns null after a warning for
// an entry of another tool, and throws a KeyError for what is wrong.
export function readEntry(raw, n, kids, warn) {
  const m = new Members(raw);
  let name = `entry ${n}`;
  try {
    const kid = m.text("kid");
    const leaks = holdsKey(kid, raw);
    if (kid !== "" && !leaks) name = `key ${quoted(kid, 64)}`;
    const key = { kid, kty: m.text("kty"), use: m.text("use"), alg: m.text("alg") };
    const what = unknown(key);
    if (what !== "") {
      warn(`${name}: ${what}, skipped`);
      return null;
    }
    if (leaks) throw new KeyError("kid holds the key itself, and names are shown");
    if (kids.has(kid)) throw new KeyError("is in the file twice");
    m.get("x-opens");
    if (key.kty === "EC") {
      checkPoint(m, key.alg);
      if (Object.hasOwn(raw, "d")) warn(`${name}: has a private part, which nothing here needs`);
    } else {
      key.k = secret(m, key.alg);
    }
    const e = m.object("e2ee");
    Object.assign(key, readE2EE(e));
    for (const member of e.unread()) warn(`${name}: unknown member ${quoted(member, 40)} of e2ee`);
    key.scheme = schemeOf(key.alg);
    return key;
  } catch (err) {
    if (!(err instanceof KeyError)) throw err;
    const twice = err.message === "is in the file twice";
    throw new KeyError(`${name}${twice ? "" : ":"} ${err.message}`);
  }
}

function readE2EE(m) {
  const e = {
    keyIndex: m.number("key_index", 0, 255),
    keyId: m.decimal("key_id"),
    sender: m.text("sender"),
    ssrc: m.number("ssrc", 0, 2 ** 32 - 1),
    mid: m.text("mid"),
    kind: m.oneOf("kind", "audio", "video"),

    kdf: m.oneOf("kdf", "PBKDF2", "HKDF", "ratchet", "mls", "mls-cisco", "per-ssrc"),
    salt: m.optionalText("salt"),
    ratchetSalt: m.optionalText("ratchet_salt"),
    iterations: m.number("iterations", 1, MOST_ITERATIONS) ?? 0,

    ratchetBits: m.number("ratchet_bits", 0, 63) ?? 0,
    epoch: m.decimal("epoch"),
    epochBits: m.number("epoch_bits", 0, 63) ?? 0,
    senderBits: m.number("sender_bits", 0, 63) ?? 0,

    metadata: m.hex("metadata"),
    ivOrder: m.oneOf("iv_order", "ctr-kid", "kid-ctr"),
    skipVP8Header: m.flag("skip_vp8_header"),
    clearHeader: m.flag("clear_header"),
    roc: m.number("roc", 0, 2 ** 32 - 1),
    sifTrailer: m.base64("sif_trailer"),
    verify: m.text("verify"),
    notBefore: m.number("not_before", 0, MOST_SECONDS) ?? 0,
    notAfter: m.number("not_after", 0, MOST_SECONDS) ?? 0,
    keyBits: m.number("key_bits", 128, 256) ?? 0,
    era: m.oneOf("era", "D", "E", "F", "G"),
    generation: m.decimal("generation") ?? 0n,
  };
  if (![0, 128, 256].includes(e.keyBits)) m.fail("key_bits", "is neither 128 nor 256");
  if (e.epochBits + e.senderBits > 64) {
    m.fail("epoch_bits", `and sender_bits are ${e.epochBits + e.senderBits} together, more than a KID has`);
  }
  return e;
}

// secret is "k", of a length that the scheme takes.
function secret(m, alg) {
  const k = m.base64("k");
  if (k === undefined) m.fail("k", "is missing or empty");
  const srtp = SRTP[PERC.exec(alg)?.[1]];
  const sizes = alg === "JITSI-GCM-DIRECT" ? [16, 32] : srtp ? [srtp] : null;
  if (sizes && !sizes.includes(k.length)) m.fail("k", `has ${k.length} bytes, ${alg} takes [${sizes.join(" ")}]`);
  return k;
}

// checkPoint looks at the shape of a verification key. The page verifies no
// signatures, so whether the point is on its curve is not asked here.
function checkPoint(m, alg) {
  const crv = m.text("crv");
  const [x, y] = [m.base64("x"), m.base64("y")];
  if (!Object.hasOwn(CURVES, crv)) m.fail("crv", `is none of ${Object.keys(CURVES).join(", ")}`);
  if (SIGNERS[alg] !== "" && SIGNERS[alg] !== crv) m.fail("crv", `is ${crv}, ${alg} takes ${SIGNERS[alg]}`);
  const size = CURVES[crv];
  if (x?.length !== size || y?.length !== size) {
    m.fail("x", `and y have ${x?.length ?? 0} and ${y?.length ?? 0} bytes, ${crv} takes ${size} each`);
  }
}

function unknown({ kty, alg }) {
  if (kty !== "oct" && kty !== "EC") return `unknown kty ${shown(kty)}`;
  const known = kty === "oct" ? schemeOf(alg) !== "" : Object.hasOwn(SIGNERS, alg);
  return known ? "" : `unknown alg ${shown(alg)}`;
}

// shown quotes a name for a message, unless it could be a key in the wrong
// place: names of algorithms are short, or in capitals.
function shown(name) {
  const size = new TextEncoder().encode(name).length;
  const capitals = name.toUpperCase() === name && size <= 64;
  return size > 8 && !capitals ? `of ${size} bytes (not shown)` : quoted(name);
}

export function quoted(text, most = Infinity) {
  return JSON.stringify([...text].slice(0, most).join(""));
}

// holdsKey tells whether a label shows the key itself, which some tools put
// there. The bytes of shorter keys may stand there in innocence.
function holdsKey(label, raw) {
  let k;
  try {
    k = new Members(raw).base64("k");
  } catch {
    return false;
  }
  if (k === undefined || k.length < 6) return false;
  const forms = [base64url(k), base64url(k).replace(/-/g, "+").replace(/_/g, "/")];
  return label.includes(new TextDecoder().decode(k)) || forms.some((f) => label.includes(f)) ||
    label.toLowerCase().includes(hex(k));
}
