// The header of SFrame.js:
//
//    0 1 2 3 4 5 6 7
//   +-+-----+-+-----+-------------------+-------------------+
//   |S| LEN |X|  K  | key id, K bytes   | counter, LEN bytes|
//   +-+-----+-+-----+-------------------+-------------------+
//                     only if X is 1
//
// With X 0, K is the key id itself.

import { number } from "./bytes.js";

const LOW = 0xffffffffn;

// parseHeader is null for what is no header.
export function parseHeader(bytes) {
  if (bytes.length === 0) return null;
  const length = bytes[0] >> 4 & 7, k = bytes[0] & 7, long = (bytes[0] & 8) !== 0;
  const text = 1 + (long ? k : 0), size = text + length;
  // A counter has at least one byte, and so has a key id of its own.
  if (length === 0 || long && k === 0 || bytes.length < size) return null;
  return {
    signed: (bytes[0] & 0x80) !== 0,
    id: long ? number(bytes.subarray(1, text)) : BigInt(k),
    counter: unmangled(number(bytes.subarray(text, size)), length),
    size,
  };
}

// mangled is how a number comes out of the library's 32-bit shifts: of numbers
// that have more than four bytes, the fifth is the first once more, and so on.
export function mangled(n) {
  let size = 1n;
  while (n >> 8n * size !== 0n) size++;
  return twice(n) & (1n << 8n * size) - 1n;
}

const twice = (n) => n & LOW | (n & LOW) << 32n;

// unmangled is the counter that stands as n in so many bytes. What is above 32
// bits is lost if the library wrote it; it must have been a 1 then, as no call
// has 2^33 frames.
function unmangled(n, size) {
  if (size <= 4 || (twice(n) & (1n << BigInt(8 * size)) - 1n) !== n) return n;
  return 1n << 32n | n & LOW;
}
