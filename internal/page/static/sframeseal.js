// Sealing with SFrame, RFC 9605, as a publisher.
//
// The same counter twice under the same derived key would give away both
// frames and, with GCM, the means to forge. A page remembers nothing between
// two visits, and a saved key file may be used again: for audio and video, for
// the next recording, in two windows at once. So nothing here counts on from
// anything; what must differ is drawn at random, for each track, each time
// that a transform is attached or keys are loaded:
//
//   - A key that names no key_id (those that the page makes) serves all ids,
//     and key and salt are derived from base key and id. Each track draws an
//     id of 64 bits, has with it an AES key of its own, and counts from 0. A
//     base key used for a million tracks has a chance of 1 in 10^7 that two
//     drew the same. Readers try such a key on every id.
//   - A key that names its key_id is one AES key for all tracks. Each draws
//     where its counter begins, of 2^63 places. That two overlap has a chance
//     of 1 in 10^9 for a hundred tracks of a day each (ten million frames):
//     less good, hence not what newKeyFile makes.
//
// Other kdfs ("ratchet", "mls", …) are not sealed with: their ids belong to the
// protocol that hands them out.

import { concat } from "./bytes.js";
import { KeyError } from "./keymembers.js";
import { makeHeader } from "./sframeheader.js";
import { Box } from "./sframekeys.js";

// A sender takes a new key long before GCM's limits (RFC 9605, section 4.5).
const MOST_FRAMES = 2n ** 32n;

// canSeal tells whether a prepared key is one to seal with.
export function canSeal(key) {
  return key.kdf === "" && key.suite.authSize === 0;
}

// makeSealer seals the frames of one track.
export async function makeSealer(key) {
  if (!canSeal(key)) {
    throw new KeyError(`key ${JSON.stringify(key.kid)} cannot seal: it takes a suite with GCM and no kdf`);
  }
  const kid = key.id ?? random64();
  const first = key.id === undefined ? 0n : random64() >> 1n;
  return new Sealer(key, kid, first, await Box.make(key, kid, 0, 0));
}

class Sealer {
  #key;
  #kid;
  #counter;
  #end;
  #box;

  constructor(key, kid, first, box) {
    this.#key = key;
    this.#kid = kid;
    this.#counter = first;
    this.#end = first + MOST_FRAMES;
    this.#box = box;
  }

  get kid() {
    return this.#key.kid;
  }

  async seal(frame) {
    if (this.#counter === this.#end) throw new Error("the key sealed as many frames as it may: load a new one");
    const counter = this.#counter++; // taken before anything can fail
    const header = makeHeader(this.#kid, counter);
    return concat(header, await this.#box.seal(frame, counter, concat(header, this.#key.metadata)));
  }
}

function random64() {
  return crypto.getRandomValues(new BigUint64Array(1))[0];
}
