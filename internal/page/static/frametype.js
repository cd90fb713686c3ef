// What video frames say of themselves.
//
// isKey reads a plaintext; typeOf reads the first bytes of an encrypted frame
// that are in clear under its scheme.

import { nalType, nextNAL } from "./nal.js";

// typeOf is "key", "delta", or undefined. VP8 and VP9 have it in their first
// byte, other codecs only in what RTP told (meta.type).
export function typeOf(frame, meta) {
  const b = frame[0];
  if (frame.length === 0) return undefined;
  if (meta.codec === "vp8") return (b & 1) === 0 ? "key" : "delta"; // RFC 6386, section 9.1
  // VP9 bitstream, section 6.2: marker 10, profile below 3, a frame to decode.
  if (meta.codec === "vp9" && (b & 0xc8) === 0x80 && (b & 0x30) !== 0x30) return (b & 4) === 0 ? "key" : "delta";
  return meta.type;
}

// firstNAL is the type of the first NAL unit that is wanted, undefined without.
function firstNAL(plain, codec, wanted) {
  for (let nal = nextNAL(plain, 0); nal && nal.unit < plain.length; nal = nextNAL(plain, nal.unit)) {
    const t = nalType(codec, plain[nal.unit]);
    if (wanted(t)) return t;
  }
  return undefined;
}

// isKey tells whether decoding can start with a plaintext.
export function isKey(plain, codec) {
  switch (codec) {
    case "vp8": // RFC 6386, section 9.1
      return plain.length >= 10 && (plain[0] & 1) === 0 && plain[3] === 0x9d && plain[4] === 0x01 && plain[5] === 0x2a;
    case "vp9":
      return isKeyVP9(plain);
    case "h264": // IDR: the first NAL unit that is a slice decides
      return firstNAL(plain, codec, (t) => t >= 1 && t <= 5) === 5;
    case "h265": { // IRAP
      const t = firstNAL(plain, codec, (type) => type <= 31);
      return t >= 16 && t <= 21;
    }
    case "av1":
      return hasSequenceHeader(plain);
  }
  return false;
}

// VP9 bitstream, section 6.2: marker 10, two bits of profile (low one first)
// with a reserved one behind 3, show_existing_frame, frame_type, show_frame,
// error_resilient_mode; a key frame then has the sync code 49 83 42.
function isKeyVP9(plain) {
  if (plain.length < 5) return false;
  const bits = plain.slice(0, 5).reduce((n, b) => n * 256 + b, 0);
  const at = (from, count) => Math.floor(bits / 2 ** (40 - from - count)) % 2 ** count;
  const profile3 = at(2, 2) === 3;
  const next = profile3 ? 5 : 4;
  return at(0, 2) === 2 && !(profile3 && at(4, 1) === 1) && at(next, 1) === 0 && at(next + 1, 1) === 0 &&
    at(next + 4, 24) === 0x498342;
}

// hasSequenceHeader walks the OBUs (AV1 bitstream, section 5.3), each with its
// size or, the last one, without. Encoders repeat the sequence header in front
// of every key frame.
function hasSequenceHeader(plain) {
  for (let i = 0; i < plain.length;) {
    const header = plain[i], type = header >> 3 & 15;
    if (type === 1) return true;
    i += (header & 4) === 0 ? 1 : 2;
    if ((header & 2) === 0) return false;
    let size = 0, shift = 0;
    for (; ; shift += 7, i++) { // leb128 of at most 8 bytes
      if (i >= plain.length || shift > 49) return false;
      size += (plain[i] & 0x7f) * 2 ** shift;
      if ((plain[i] & 0x80) === 0) break;
    }
    i += 1 + size;
  }
  return false;
}
