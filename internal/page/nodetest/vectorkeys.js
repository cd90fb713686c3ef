// What a key file would say for a vector, by scheme.

import { b64, text64 } from "./corpus.js";

const SUITES = [
  "AES_128_CTR_HMAC_SHA256_80", "AES_128_CTR_HMAC_SHA256_64", "AES_128_CTR_HMAC_SHA256_32", "AES_128_GCM_SHA256_128",
  "AES_256_GCM_SHA512_128", "AES_256_CTR_HMAC_SHA512_80", "AES_256_CTR_HMAC_SHA512_64", "AES_256_CTR_HMAC_SHA512_32",
];

export function sframe({ id, params: p, material: [m] }) {
  const jwk = (k, e2ee) => [{
    kty: "oct", kid: id, alg: `SFRAME-${SUITES[p.cipher_suite - 1]}`, k: b64(k),
    e2ee: { ...e2ee, metadata: p.metadata || undefined },
  }];
  const key_id = p.kid === undefined ? undefined : BigInt(p.kid).toString();
  const mls = { epoch: p.epoch, epoch_bits: p.epoch_bits, sender_bits: p.sender_bits };
  switch (p.key_management) {
    case undefined:
      return jwk(m.base_key, { key_id });
    case "sender-keys":
      return jwk(m.base_key_step0, { kdf: "ratchet", ratchet_bits: p.R, generation: p.key_generation });
    case "mls":
      return jwk(m.mls_exporter_secret, { kdf: "mls", ...mls });
    case "mls-cisco":
      return jwk(m.sframe_epoch_secret, { kdf: "mls-cisco", ...mls });
    case "per-ssrc":
      return jwk(m.session_base_key, { kdf: "per-ssrc", key_id });
  }
  throw new Error(`${id}: key management ${p.key_management}`);
}

// No more than a user would have to say: the order of the IV only if it is the
// old one, and nothing of clear bytes.
export function medooze({ params: p, material: [m] }) {
  const e2ee = { key_id: String(p.sender_id), iv_order: p.iv_order === "kid-ctr" ? "kid-ctr" : undefined };
  return [{ kty: "oct", kid: "sender", alg: "MEDOOZE-SFRAME", k: b64(m.base_key), e2ee }];
}

export function jitsi({ id, scheme, params: p, material }) {
  return material.map((m) => {
    const e2ee = { key_index: m.index }, key = { kty: "oct", kid: id, e2ee };
    if (m.aes_key) return { ...key, alg: "JITSI-GCM-DIRECT", k: b64(m.aes_key) };
    const k = m.passphrase ? text64(m.passphrase) : b64(m.base_key);
    if (scheme === "jitsi-gcm") {
      Object.assign(e2ee, { key_bits: p.key_bits, salt: p.salt_encryption, ratchet_salt: p.salt_ratchet });
      return { ...key, alg: "JITSI-GCM", k };
    }
    if (scheme === "jitsi-hips") {
      Object.assign(e2ee, { kdf: "PBKDF2", salt: p.room, sender: p.participant });
      return { ...key, alg: "JITSI-HIPS", k };
    }
    if (p.kid_bits === 3) e2ee.era = "D";
    return { ...key, alg: "JITSI-JFRAME-CTR", k };
  });
}

export function livekit({ params: p, material }) {
  return material.map((m) => ({
    kty: "oct", kid: m.index === p.key_index ? "key" : "besides",
    alg: p.key_bits === 256 ? "LIVEKIT-A256GCM" : "LIVEKIT-A128GCM",
    k: m.base_key ? b64(m.base_key) : text64(m.passphrase),
    e2ee: { kdf: m.kdf, key_index: m.index, ratchet_salt: p.ratchet_salt },
  }));
}

export function xor({ id, params: p, material: [m] }) {
  const low = Uint8Array.from(m.secret, (c) => c.charCodeAt(0) & 0xff);
  const janus = ["janus", "samples-2020-04"].includes(p.variant);
  const e2ee = { key_index: p.key_id ?? undefined, clear_header: janus ? undefined : p.crypto_offset ?? false };
  return [{ kty: "oct", kid: id, alg: janus ? "XOR-DEMO-JANUS" : "XOR-DEMO-WEBRTC", k: Buffer.from(low).toString("base64url"), e2ee }];
}
