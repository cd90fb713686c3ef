// The demonstrations that XOR media with a text:
//
//   clear || media XOR repeated key || keyId || DE AD BE EF
//
// This is not encryption. Nothing is authenticated, no wrong key can be told
// from a right one, and whoever guesses a few bytes of a frame has the key. What
// comes out may be noise: it is marked unauthenticated, and shown only to people
// who allow that.
//
// XOR-DEMO-JANUS has 10 clear bytes always. XOR-DEMO-WEBRTC has 10 of a key frame,
// 3 of another, 1 of audio, or with "clear_header" false none; then the
// "key_index" settles whether there is a keyId in the trailer.

import { endsWith } from "./bytes.js";
import { typeOf } from "./frametype.js";
import { format, noKey } from "./refusal.js";

const TRAILER = Uint8Array.of(0xde, 0xad, 0xbe, 0xef);
const IDS = 255; // key ids that senders count before they begin again

export async function prepare(key) {
  const unticked = key.alg === "XOR-DEMO-WEBRTC" && key.clearHeader === false;
  return {
    kid: key.kid, index: key.keyIndex, kind: key.kind, ssrc: key.ssrc, secret: key.k.slice(),
    clear: key.alg === "XOR-DEMO-JANUS" ? "ten" : unticked ? "none" : "type",
    idless: unticked && key.keyIndex === undefined,
  };
}

export function makeOpener(keys) {
  return new Opener(keys);
}

class Opener {
  #keys;
  tries = 0;

  constructor(keys) {
    this.#keys = keys;
  }

  async open(bytes, meta) {
    if (!endsWith(bytes, TRAILER)) throw format();
    let end = bytes.length - TRAILER.length;
    const key = this.#choose(bytes.subarray(0, end), meta);
    if (!key.idless) end--;
    const text = bytes.subarray(0, end);
    let n = clearBytes(key, text, meta);
    // Senders that leave ten bytes alone fail on shorter frames.
    if (n === undefined || key.clear === "ten" && end < n) throw format();
    n = Math.min(n, end);
    this.tries++;
    const plain = text.slice();
    for (let i = n; i < end; i++) plain[i] ^= key.secret[i % key.secret.length];
    return { plain, kid: key.kid, scheme: "xor-demo", step: 0, adopted: false, unauthenticated: true };
  }

  // choose finds the first key that bears the frame's id, or else the first one
  // without any. With several for one id only the SSRC could tell them apart.
  #choose(frame, meta) {
    const keys = this.#keys.filter((k) => k.ssrc === undefined || meta.ssrc === undefined || k.ssrc === meta.ssrc);
    const id = frame[frame.length - 1];
    const exact = keys.find((k) => frame.length > 0 && !k.idless && k.index !== undefined && k.index % IDS === id);
    const loose = keys.find((k) => frame.length > 0 && !k.idless && k.index === undefined);
    const key = exact ?? loose ?? keys.find((k) => k.idless);
    if (key === undefined) throw frame.length === 0 ? format() : noKey(id);
    return key;
  }
}

// clearBytes is how many bytes at the start of a frame stay as they are,
// undefined where that depends on a type that nothing tells.
function clearBytes(key, text, meta) {
  if (key.clear !== "type") return key.clear === "ten" ? 10 : 0;
  if (meta.kind === "audio") return 1;
  return { key: 10, delta: 3 }[sealedType(key, text, meta)];
}

// The start code of H.264 and H.265 is known plaintext: its last byte is in
// clear only where ten bytes are.
function sealedType({ secret }, text, meta) {
  const nal = (meta.codec === "h264" || meta.codec === "h265") && text.length > 3 &&
    text[0] === 0 && text[1] === 0 && text[2] === 0;
  const pad = secret[3 % secret.length];
  if (nal && pad !== 0 && text[3] === 1) return "key";
  if (nal && pad !== 0 && (text[3] ^ pad) === 1) return "delta";
  return meta.codec === "vp8" ? typeOf(text, meta) : meta.type ?? typeOf(text, meta);
}
