// SFrame, RFC 9605: header, ciphertext and tag, nothing in clear.
//
// The cipher suite is not in the frame: every key that may bear the key id is a
// candidate for it, whatever its suite.

import { concat } from "./bytes.js";
import { Recent } from "./chain.js";
import { format, hold, noKey, Refusal } from "./refusal.js";
import { Ring } from "./ring.js";
import { parseHeader } from "./sframeheader.js";
import { Box, prepare } from "./sframekeys.js";

export { prepare };

const MAX_RATCHET = 1024; // steps tried of a key
const MIN_TAG = 4; // the shortest of any suite
const SHORT = 8; // a tag under 8 bytes is met by chance in a long search
const PER_FRAME = 9; // tries a frame, the measure of Ring
const MOST_CHOICES = 1 << 12; // key ids remembered
const MOST_LISTED = 1 << 20; // candidates remembered over all key ids

// makeOpener opens the frames of one track, in order.
export function makeOpener(keys) {
  return new Opener(keys);
}

class Opener {
  #keys;
  #choices = new Map();
  #listed = 0; // candidates in them
  #boxes = new Recent(8); // derived keys that opened frames
  // Confirmation is a matter of a whole Ring, so keys with short tags have one
  // of their own.
  #long = new Ring();
  #short = new Ring({ confirm: true });
  #frames = 0;

  constructor(keys) {
    this.#keys = keys;
  }

  get tries() {
    return this.#long.tries + this.#short.tries;
  }

  async open(bytes, meta) {
    const header = parseHeader(bytes);
    if (header === null) throw format();
    const choice = this.#choose(header.kid, meta);
    const body = bytes.subarray(header.size);
    if (body.length < choice.minTag) throw format();
    if (choice.long.keys.length + choice.short.keys.length === 0) throw noKey(header.kid);
    const frame = this.#frame(bytes, header, body, meta);
    const found = await this.#search(choice, header.kid, frame);
    const key = this.#keys[found.key];
    this.#boxes.set(frame.opened.name, frame.opened.box);
    return { plain: frame.opened.plain, kid: key.kid, scheme: "sframe", step: frame.opened.step, adopted: found.adopted };
  }

  // frame is a frame as a Ring tries it. What a Ring calls a step is here a
  // turn: a key id shows the ratchet step modulo 2^R, and turns count how many
  // times 2^R it is more.
  #frame(bytes, header, body, meta) {
    const aad = bytes.subarray(0, header.size);
    const frame = { bytes, opened: null };
    frame.skip = (n, turns) => turns > maxTurns(this.#keys[n], header.kid) || !meets(this.#keys[n], meta);
    frame.try = async (n, turns) => {
      if (frame.skip(n, turns)) return false;
      const key = this.#keys[n];
      // A replaying server has an SSRC of its own; the key file may tell the sender's.
      const ssrc = meta.ssrc ?? key.ssrc ?? meta.frameSSRC ?? 0;
      const step = stepOf(key, header.kid, turns);
      const name = `${n} ${step} ${header.kid} ${key.kdf === "per-ssrc" ? ssrc : ""}`;
      const box = this.#boxes.get(name) ?? await Box.make(key, header.kid, step, ssrc);
      const plain = await box.open(body, header.counter, concat(aad, key.metadata));
      if (plain !== null) frame.opened = { name, box, plain, step };
      return plain !== null;
    };
    return frame;
  }

  // choose lists the keys for a key id, those first that name it.
  #choose(kid, meta) {
    let choice = this.#choices.get(kid);
    if (choice) return choice;
    if (this.#choices.size >= MOST_CHOICES || this.#listed >= MOST_LISTED) {
      this.#choices.clear();
      this.#listed = 0;
    }
    choice = { long: { keys: [], turns: 0 }, short: { keys: [], turns: 0 }, shortFirst: false, minTag: MIN_TAG };
    const fits = [...this.#keys.keys()].filter((n) => meets(this.#keys[n], meta) && maxTurns(this.#keys[n], kid) >= 0);
    const named = fits.filter((n) => this.#keys[n].id === this.#keys[n].idOf(kid));
    const all = [...named, ...fits.filter((n) => this.#keys[n].id === undefined)];
    for (const n of all) {
      const list = this.#keys[n].suite.tag < SHORT ? choice.short : choice.long;
      list.keys.push(n);
      list.turns = Math.max(list.turns, maxTurns(this.#keys[n], kid));
    }
    for (const list of [choice.long, choice.short]) list.exact = named.length === 1 && list.keys[0] === named[0];
    this.#listed += all.length;
    if (all.length > 0) choice.minTag = Math.min(...all.map((n) => this.#keys[n].suite.tag));
    this.#choices.set(kid, choice);
    return choice;
  }

  // search asks the Ring of the candidates that opened the last frame under
  // this key id. The other one is asked too as long as both together stay
  // within what one may spend; after a frame that neither opens, it comes first.
  async #search(choice, kid, frame) {
    this.#frames++;
    const ask = (short) => {
      const [ring, list] = short ? [this.#short, choice.short] : [this.#long, choice.long];
      ring.maxStep = list.turns;
      return ring.open(kid, list.keys, list.exact, frame);
    };
    if ((choice.shortFirst ? choice.short : choice.long).keys.length === 0) choice.shortFirst = !choice.shortFirst;
    try {
      return await ask(choice.shortFirst);
    } catch (first) {
      if (!(first instanceof Refusal) || choice.short.keys.length === 0 || choice.long.keys.length === 0) throw first;
      choice.shortFirst = !choice.shortFirst;
      if (this.tries >= PER_FRAME * this.#frames) throw hold();
      try {
        return await ask(choice.shortFirst);
      } catch (second) {
        throw first.reason === "hold" && second instanceof Refusal ? first : second;
      }
    }
  }
}

// meets applies a key's filters to a track. The SSRC counts only where it is
// known to be the sender's.
function meets(key, meta) {
  return (key.kind === "" || key.kind === meta.kind) &&
    (key.ssrc === undefined || meta.ssrc === undefined || key.ssrc === meta.ssrc);
}

// maxTurns is how often the step that a key id shows can be counted on by 2^R
// before it passes the bound; negative where it lies beyond already.
function maxTurns(key, kid) {
  if (key.kdf !== "ratchet") return 0;
  const low = kid & (1n << key.bits) - 1n;
  return Number(BigInt(MAX_RATCHET) - low >> key.bits);
}

function stepOf(key, kid, turns) {
  if (key.kdf !== "ratchet") return 0;
  return Number(kid & (1n << key.bits) - 1n) + Number(BigInt(turns) << key.bits);
}
