// One sealed frame of every scheme and shape that the page opens, from the
// vectors, with its key file.

import { unhex, vectors } from "./corpus.js";
import * as keysOf from "./vectorkeys.js";

const WANTED = [
  ["sframe-rfc9605", keysOf.sframe, (v) => v.params.key_management === "sender-keys" ? "ratchet" : `${v.params.cipher_suite} ${v.params.key_management}`],
  ["sframe-medooze", keysOf.medooze, (v) => `${v.kind} ${v.params.skip_vp8_payload_header} ${v.params.iv_order}`],
  ["jitsi", keysOf.jitsi, (v) => `${v.scheme} ${v.kind} ${v.params.kid_bits} ${v.params.signature_len} ${v.material[0].aes_key?.length}`],
  ["livekit", keysOf.livekit, (v) => v.material[0].kdf === "HKDF" ? `${v.codec} ${v.params.key_bits}` : "PBKDF2"],
  ["xor-demo", keysOf.xor, (v) => `${v.params.variant} ${v.params.crypto_offset} ${v.kind}`],
];

export function samples() {
  const all = [];
  for (const [file, keys, shape] of WANTED) {
    const seen = new Set();
    for (const v of vectors(file)) {
      const steady = !v.params.ratchets && !v.previous_frames && !v.params.sif_trailer && !v.expect.undetectable;
      if (!v.expect.ok || !v.encrypted || !steady || seen.has(shape(v))) continue;
      seen.add(shape(v));
      all.push({
        name: `${v.id} ${v.title}`, file, meta: { ...v.meta, kind: v.meta.kind ?? "video" }, keys: keys(v), sealed: unhex(v.encrypted), plain: unhex(v.expect.plaintext),
        authenticated: file !== "xor-demo",
      });
    }
  }
  return all;
}

// first is the sample of a file that a condition holds for.
export function sample(file, met = () => true) {
  const s = samples().find((c) => c.file === file && met(c));
  if (!s) throw new Error(`${file} has no such sample`);
  return s;
}
