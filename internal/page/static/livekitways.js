// The ways in which releases of LiveKit's clients made frames. None is marked in
// the frame, so they are tried as keys are, likely ones first; the tag decides.
//
// In clear is: of audio 1 byte; of VP8 10 of a key frame, 3 of others; of VP9 and
// AV1 nothing; of H.264 and H.265 everything up to the second byte of the first
// slice, and after that all is escaped, trailer included. Where the sender did
// not know the codec: 10 and 3.

import { equal } from "./bytes.js";
import { shorten, sliceClear, startsKey, unescape } from "./nal.js";

const ADDED = 16 + 12 + 2; // tag, IV, IV's length, key index

// Each is a rule for clear bytes, whether it is turned (escaped where the
// codec's rule does not escape, and not where it does), and start codes.
const WAYS = [
  ["codec", false, ""], // what the library does today
  ["type", false, ""], // before it has learned the codec
  ["codec", true, ""], // 1.13: H.264 not escaped
  ["codec", false, "first"], // senders with codes of 3 bytes, up to 2.22
  ["codec", false, "minimal"],
  ["codec", false, "all"],
  ["h265", false, ""], // 2.15.5 to 2.22: unknown codec taken for one that its
  ["h264", false, ""], // bytes look like
  [3, false, ""], // frame type not known here
  [10, false, ""],
  [0, false, ""],
  [3, true, ""], // 2.3 to 2.15.4: unknown codec escaped
  [10, true, ""],
  [0, true, ""],
  ["codec", true, "first"],
  ["codec", true, "minimal"],
  ["codec", true, "all"],
];

export const WAY_COUNT = WAYS.length;

// read is what a way means for a frame: head, the clear bytes as the sender had
// them; sealed, ciphertext and tag; iv. It is null where the frame is too short.
export function read(way, frame, meta) {
  const [rule, turned, codes] = WAYS[way];
  const { clear, escaped } = clearBytes(rule, frame, meta);
  if (clear + ADDED > frame.length) return null;
  const start = frame.subarray(0, clear), behind = frame.subarray(clear);
  const rest = escaped !== turned ? unescape(behind) : behind;
  if (rest.length < ADDED) return null;
  const nal = meta.codec === "h264" || meta.codec === "h265";
  return {
    head: nal && codes !== "" ? shorten(start, meta.codec, codes) : start,
    clear,
    unescaped: rest !== behind,
    sealed: rest.subarray(0, rest.length - 14),
    iv: rest.subarray(rest.length - 14, rest.length - 2),
  };
}

// same tells whether two ways come to the same reading, which needs one try.
export function same(a, b) {
  return a.clear === b.clear && a.unescaped === b.unescaped && equal(a.head, b.head);
}

function clearBytes(rule, frame, meta) {
  if (typeof rule === "number") return { clear: rule, escaped: false };
  const codec = rule === "codec" ? meta.codec : rule;
  if (rule === "type") return { clear: byType(frame, meta, meta.codec), escaped: false };
  if (rule === "codec" && meta.kind === "audio") return { clear: 1, escaped: false };
  if (codec === "vp9" || codec === "av1") return { clear: 0, escaped: false };
  const slice = codec === "h264" || codec === "h265" ? sliceClear(frame, codec) : undefined;
  return slice === undefined ? { clear: byType(frame, meta, codec), escaped: false } : { clear: slice, escaped: true };
}

// VP8 tells its type in the first bit, which is clear (RFC 6386, section 9.1).
function byType(frame, meta, codec) {
  let key = meta.type === "key";
  if (codec === "vp8" && frame.length > 0) key = (frame[0] & 1) === 0;
  if (meta.type === undefined && (codec === "h264" || codec === "h265")) key = startsKey(frame, codec);
  return key ? 10 : 3;
}
