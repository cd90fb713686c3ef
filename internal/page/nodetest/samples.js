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

// samples are one of each shape, and each is { name, file, meta, keys, sealed, plain, authenticated }.
export function samples() {
  const seen = new Set();
  return WANTED.flatMap(([file, keys, shape]) => steady(file, keys).filter(({ v }) => {
    const name = `${file} ${shape(v)}`;
    return !seen.has(name) && seen.add(name);
  }));
}

// sample is the first of a file that a condition holds for.
export function sample(file, met = () => true) {
  const [, keys] = WANTED.find(([name]) => name === file);
  const found = steady(file, keys).find(met);
  if (!found) throw new Error(`${file} has no such sample`);
  return found;
}

// steady are a file's vectors that open by themselves, at step 0.
function steady(file, keys) {
  const alone = (v) => !v.params.ratchets && !v.previous_frames && !v.params.sif_trailer && !v.expect.undetectable;
  return vectors(file).filter((v) => v.expect.ok && v.encrypted && alone(v)).map((v) => ({
    v, name: `${v.id} ${v.title}`, file, meta: { ...v.meta, kind: v.meta.kind ?? "video" }, keys: keys(v),
    sealed: unhex(v.encrypted), plain: unhex(v.expect.plaintext), authenticated: file !== "xor-demo",
  }));
}
