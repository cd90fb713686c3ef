// What is in LiveKit's tracks besides encrypted frames.

import { concat, endsWith, startsWith } from "./bytes.js";

const MIN_TRAILER = 4; // a shorter one would end too many frames by chance

// isInjected tells a frame that the server put into a track when it pauses or
// ends: one with a trailer of the room, or one of the blank frames that servers
// send.
export function isInjected(bytes, codec, trailers) {
  if (trailers.some((t) => t.length >= MIN_TRAILER && endsWith(bytes, t))) return true;
  return Object.hasOwn(BLANK, codec) && startsWith(bytes, BLANK[codec]);
}

const MARK = Uint8Array.of(0x4c, 0x4b, 0x54, 0x53); // LKTS

// withoutMetadata cuts what newer clients put behind the encrypted frame: TLVs
// and their length, that of all with the mark, XORed with FF. An encrypted frame
// never ends with the mark.
export function withoutMetadata(frame) {
  if (frame.length <= MARK.length || !endsWith(frame, MARK)) return frame;
  const size = frame[frame.length - MARK.length - 1] ^ 0xff;
  return size > frame.length ? frame : frame.subarray(0, frame.length - size);
}

// The blank frames of LiveKit's server: 20 ms of Opus silence in 80 bytes, VP8
// of 8×8 pixels, H.264 of 2×2. Encrypted frames do not begin with them.
const BLANK = {
  opus: concat(Uint8Array.of(0xf8, 0xff, 0xfe), new Uint8Array(77)),
  vp8: Uint8Array.of(
    0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x08, 0x00, 0x08, 0x00, 0x00, 0x47, 0x08, 0x85, 0x85, 0x88,
    0x85, 0x84, 0x88, 0x02, 0x02, 0x00, 0x0c, 0x0d, 0x60, 0x00, 0xfe, 0xff, 0xab, 0x50, 0x80),
  h264: Uint8Array.of(
    0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 0x0f, 0xd9, 0x1f, 0x88, 0x88, 0x84, 0x00, 0x00,
    0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xc8, 0x3c, 0x60, 0xc9, 0x20,
    0, 0, 0, 1, 0x68, 0x87, 0xcb, 0x83, 0xcb, 0x20,
    0, 0, 0, 1, 0x65, 0x88, 0x84, 0x0a, 0xf2, 0x62, 0x80, 0x00, 0xa7, 0xbe),
};
