// How the frames of Jitsi Meet and its forks are laid out.
//
//   gcm     clear || ciphertext || tag(16) || IV(12) || 0C || keyIndex
//   hips    clear || ciphertext || tag(16) || IV(12) || keyIndex
//   jframe  clear || ciphertext || tag(4/10) || CTR(n) [|| signature(132)] || last
//
// The last byte of jframe is S(7) | n-1 (6..4) | KID(3..0). In clear are 1 byte of
// audio, 10 of a key frame, 3 of another.

import { number } from "./bytes.js";
import { typeOf } from "./frametype.js";

const TAG = 16;
const IV = 12;
const COORDINATE = 66; // of r and s for P-521
const SIGNATURE = 2 * COORDINATE;
const MOST_COUNT = 0xffff; // send counts stay below
export const INDEXES = 16; // key indexes that the last byte can name
export const HIPS_RING = 3; // that senders used until 2020-09

// read takes a frame apart as one format; null if it is not of that format, for
// any key. clear has the guesses of clear bytes, likely ones first.
export function read(format, frame, meta) {
  return { gcm: readGCM, hips: readHIPS, jframe: readJFrame }[format](frame, meta);
}

function readGCM(frame, meta) {
  const n = frame.length, end = n - 2 - IV;
  if (n < 2 || frame[n - 2] !== IV || frame[n - 1] >= INDEXES) return null;
  return withClear({ end, iv: frame.subarray(Math.max(end, 0), n - 2) }, frame, meta, end - TAG);
}

// A trailer of one byte says little, so the IV has to look right as well.
function readHIPS(frame, meta) {
  const n = frame.length, end = n - 1 - IV;
  if (n < 1 || frame[n - 1] >= HIPS_RING) return null;
  const parts = withClear({ end, iv: frame.subarray(Math.max(end, 0), n - 1) }, frame, meta, end - TAG);
  return parts && number(parts.iv.subarray(8)) < MOST_COUNT ? parts : null;
}

function readJFrame(frame, meta) {
  // The tag does not tell where the ciphertext begins: a guess would not do.
  if (frame.length === 0 || meta.kind !== "audio" && typeOf(frame, meta) === undefined) return null;
  const last = frame[frame.length - 1];
  const ctr = (last >> 4 & 7) + 1, tag = meta.kind === "audio" ? 4 : 10, sig = last & 0x80 ? SIGNATURE : 0;
  const end = frame.length - 1 - sig - ctr - tag;
  const parts = withClear({ end, tag, ctr: end + tag, sig: end + tag + ctr, sigSize: sig }, frame, meta, end);
  if (parts === null) return null;
  parts.clear.length = 1;
  // Numbers of 521 bits in 66 bytes.
  if (sig > 0 && (frame[parts.sig] > 1 || frame[parts.sig + COORDINATE] > 1)) return null;
  parts.counter = number(frame.subarray(parts.ctr, parts.sig));
  return ctr === 1 || frame[parts.ctr] !== 0 ? parts : null; // the shortest form
}

// withClear adds the guesses that fit into room bytes, null if none does.
function withClear(parts, frame, meta, room) {
  parts.clear = clearBytes(frame, meta).filter((n) => n <= room);
  return parts.clear.length > 0 ? parts : null;
}

function clearBytes(frame, meta) {
  if (meta.kind === "audio") return [1];
  const key = typeOf(frame, meta) === "key";
  if (meta.codec === "vp8") return [key ? 10 : 3];
  return key ? [10, 3] : [3, 10];
}
