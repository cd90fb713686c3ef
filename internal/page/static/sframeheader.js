// The header that stands before every ciphertext of SFrame (RFC 9605, section
// 4.3):
//
//    7 6 5 4 3 2 1 0
//   +-+-----+-+-----+------------+------------+
//   |X|  K  |Y|  C  | KID (0..8) | CTR (0..8) |
//   +-+-----+-+-----+------------+------------+
//
// X=0: K is the key id itself; X=1: the key id follows in K+1 bytes. Y and C say
// the same of the counter. Both numbers are BigInts of 64 bits.

import { concat, number, shortest } from "./bytes.js";

// parseHeader reads the header of a frame; size is its length, 1 to 17. It is
// null where the frame ends within. Numbers in more bytes than they need are
// taken: the tag covers the header as it was sent.
export function parseHeader(frame) {
  if (frame.length === 0) return null;
  const [kid, kidSize] = field(frame[0] >> 4);
  const [counter, counterSize] = field(frame[0]);
  const text = 1 + kidSize, size = text + counterSize;
  if (frame.length < size) return null;
  return {
    kid: kidSize > 0 ? number(frame.subarray(1, text)) : kid,
    counter: counterSize > 0 ? number(frame.subarray(text, size)) : counter,
    size,
  };
}

export function makeHeader(kid, counter) {
  const [k, kidBytes] = config(kid), [c, counterBytes] = config(counter);
  return concat(Uint8Array.of(k << 4 | c), kidBytes, counterBytes);
}

// field is what four bits say: a value, or the length of what follows.
function field(bits) {
  return bits & 8 ? [0n, (bits & 7) + 1] : [BigInt(bits & 7), 0];
}

function config(n) {
  if (n < 8n) return [Number(n), new Uint8Array(0)];
  const bytes = shortest(n);
  return [8 | bytes.length - 1, bytes];
}
