// NAL units of H.264 and H.265 in frames with start codes (Annex B), as far as
// LiveKit's encryption depends on them.

import { concat } from "./bytes.js";

// nextNAL finds the first start code at or after from: code is where it begins,
// of 3 or 4 bytes, unit what is behind it. A code of 4 bytes does not reach
// back before from. It is null where there is none.
export function nextNAL(b, from) {
  for (let i = from; i + 2 < b.length; i++) {
    if (b[i] === 0 && b[i + 1] === 0 && b[i + 2] === 1) {
      return { code: i > from && b[i - 1] === 0 ? i - 1 : i, unit: i + 3 };
    }
  }
  return null;
}

export const nalType = (codec, head) => codec === "h265" ? head >> 1 & 0x3f : head & 0x1f;

const between = (low, n, high) => low <= n && n <= high;

function isSlice(codec, head) {
  const t = nalType(codec, head);
  return codec === "h265" ? t <= 9 || between(16, t, 21) : t === 1 || t === 5;
}

// sliceClear is the length of a frame up to and with the second byte of its
// first slice, undefined without one.
export function sliceClear(frame, codec) {
  for (let nal = nextNAL(frame, 0); nal && nal.unit + 2 <= frame.length; nal = nextNAL(frame, nal.unit)) {
    if (isSlice(codec, frame[nal.unit])) return nal.unit + 2;
  }
  return undefined;
}

// startsKey tells by the first NAL unit whether a frame is a key frame: it is a
// parameter set then, or a slice of one.
export function startsKey(frame, codec) {
  const nal = nextNAL(frame, 0);
  if (!nal || nal.unit >= frame.length) return false;
  const t = nalType(codec, frame[nal.unit]);
  return codec === "h265" ? between(16, t, 21) || between(32, t, 34) : [5, 7, 8].includes(t);
}

// shorten makes start codes of 3 bytes again, of a sender whose codes a
// depacketizer made 4 bytes long. form says which: "first" all but the first,
// "minimal" as ITU-T H.264, section B.1.2, allows, "all".
export function shorten(clear, codec, form) {
  const parts = [];
  let done = 0, n = 0;
  for (let nal = nextNAL(clear, 0); nal && nal.unit < clear.length; nal = nextNAL(clear, nal.unit), n++) {
    if (nal.unit - nal.code !== 4 || !shortens(form, n, codec, clear[nal.unit])) continue;
    parts.push(clear.subarray(done, nal.code));
    done = nal.code + 1;
  }
  return concat(...parts, clear.subarray(done));
}

function shortens(form, n, codec, head) {
  if (form === "all" || n === 0) return form === "all";
  if (form === "first") return true;
  const t = nalType(codec, head); // parameter sets keep 4 bytes
  return codec === "h265" ? !between(32, t, 34) : t !== 7 && t !== 8;
}

// unescape removes the 03 that stands after 00 00 to prevent emulation of start
// codes (ITU-T H.264, section 7.4.1). It returns b itself if there is none.
export function unescape(b) {
  const parts = [];
  let done = 0;
  for (let i = 2; i < b.length; i++) {
    if (b[i] !== 3 || b[i - 1] !== 0 || b[i - 2] !== 0) continue;
    parts.push(b.subarray(done, i));
    done = i + 1;
  }
  return done === 0 ? b : concat(...parts, b.subarray(done));
}
