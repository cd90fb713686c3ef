// Ring decides which key, and which ratchet step of it, is tried on a frame,
// and remembers what opened the ones before.
//
//   - A frame under a known key costs one try.
//   - After a change of key the next ratchet step is tried, then every other
//     key once, then all keys step by step.
//   - Over any run of frames nine tries a frame are spent at most. A search
//     that needs more goes on with the next frame; until it ends the frames
//     are held.
//
// A frame comes as { bytes, try(key, step), skip(key, step), cost(key, step) }:
// try resolves to whether it opens, skip tells without a try that it cannot,
// cost is what a try counts for, 1 unless given.
//
// A counter that was seen before is no reason to refuse a frame here: after a
// seek, in a loop and for a late key frame the replaying server sends the very
// same frames again, and they must open again.

import { equal } from "./bytes.js";
import { auth, hold } from "./refusal.js";

const PER_FRAME = 9; // tries earned by each frame
const MOST_CREDIT = 1 << 13; // tries saved up while all goes well
const MOST_KNOWN = 4; // adopted candidates remembered an id
const MOST_PENDING = 4; // candidates waiting for their second frame
const MOST_SLOTS = 1 << 12; // ids with a memory
const MOST_SKIPS = 1 << 14; // candidates passed over in one frame

export class Ring {
  #slots = new Map();
  #credit = 0;
  tries = 0;

  // maxStep bounds ratchet steps. confirm demands a second, other frame before
  // what was searched for is adopted: tags under 8 bytes fit by chance once
  // thousands were tried.
  constructor({ maxStep = 0, confirm = false } = {}) {
    this.maxStep = maxStep;
    this.confirm = confirm;
  }

  // open finds the candidate that opens a frame naming id. keys are listed exact
  // ones first; exact says that the first is the only one that bears the id. It
  // resolves to { key, step, adopted }, or throws a Refusal: hold while the
  // search goes on, auth where it ended. The last successful try counts.
  async open(id, keys, exact, frame) {
    this.#credit = Math.min(this.#credit + PER_FRAME, MOST_CREDIT);
    const slot = this.#slot(id);
    for (const [i, c] of slot.known.entries()) {
      if (!await this.#try(frame, c)) continue;
      slot.known.splice(i, 1);
      slot.known.unshift(c);
      slot.cursor = 0; // the frames that failed meanwhile were single ones
      return { ...c, adopted: false };
    }
    for (const p of slot.pending) {
      if (!await this.#try(frame, p.c)) continue;
      if (equal(p.bytes, frame.bytes)) throw hold(); // the very same frame confirms nothing
      return adopt(slot, p.c);
    }
    return this.#search(slot, keys, exact, frame);
  }

  // Only a search that began and ended with this frame says that no key opens
  // it. One that has come to the ratchets may have begun with a damaged frame:
  // part of its credit goes to the keys as they stand in the file, by turns.
  async #search(slot, keys, exact, frame) {
    const whole = slot.cursor === 0;
    let shallow = slot.cursor > keys.length ? Math.min(keys.length, PER_FRAME >> 1) : 0;
    for (let skips = 0; ;) {
      const at = slot.cursor;
      let c;
      if (shallow > 0) {
        c = { key: keys[slot.again++ % keys.length], step: 0 };
        shallow--;
      } else {
        c = this.#next(slot, keys);
      }
      if (c === null) {
        slot.cursor = 0;
        throw whole ? auth() : hold();
      }
      if (skips === MOST_SKIPS) {
        slot.cursor = at;
        throw hold();
      }
      if (tried(slot, c) || frame.skip?.(c.key, c.step)) {
        skips++;
        continue;
      }
      if (this.#credit <= 0) {
        slot.cursor = at;
        throw hold();
      }
      if (!await this.#try(frame, c)) continue;
      if (!this.confirm || exact && c.key === keys[0] && c.step === 0) return adopt(slot, c);
      if (slot.pending.length === MOST_PENDING) slot.pending.shift();
      slot.pending.push({ c, bytes: frame.bytes.slice() });
      throw hold();
    }
  }

  async #try(frame, { key, step }) {
    this.#credit -= frame.cost?.(key, step) ?? 1;
    this.tries++;
    return frame.try(key, step);
  }

  // next is the candidate under the cursor: the step after the one in use, then
  // every key as it stands in the file, then all keys one ratchet step after
  // the other; the key in use goes on from its own step.
  #next(slot, keys) {
    const used = slot.known[0];
    for (; ; slot.cursor++) {
      const n = slot.cursor - 1;
      if (n < 0) {
        if (!used || used.step >= this.maxStep) continue;
        slot.cursor++;
        return { key: used.key, step: used.step + 1 };
      }
      if (keys.length === 0 || n >= keys.length * (this.maxStep + 1)) return null;
      const c = { key: keys[n % keys.length], step: Math.floor(n / keys.length) };
      if (used?.key === c.key && c.step > 0) c.step += used.step;
      if (c.step > this.maxStep) continue;
      slot.cursor++;
      return c;
    }
  }

  // A track that names more ids than any call has is forgotten and starts over.
  #slot(id) {
    let slot = this.#slots.get(id);
    if (!slot) {
      if (this.#slots.size >= MOST_SLOTS) this.#slots.clear();
      slot = { known: [], pending: [], cursor: 0, again: 0 };
      this.#slots.set(id, slot);
    }
    return slot;
  }
}

function adopt(slot, c) {
  slot.known.splice(MOST_KNOWN - 1);
  slot.known.unshift(c);
  slot.pending = [];
  slot.cursor = 0;
  return { ...c, adopted: true };
}

function tried(slot, c) {
  const same = (k) => k.key === c.key && k.step === c.step;
  return slot.known.some(same) || slot.pending.some((p) => same(p.c));
}
