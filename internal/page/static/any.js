// The schemes, and a track opened with whichever of them fits, for key files
// that hold keys of several. The one that opened the last frame is asked first;
// once one has proved itself, a scheme that cannot authenticate is not believed.
//
// Together they spend no more than nine tries a frame on average. Those that are
// left out for that have their turn with the next frame.

import * as jitsi from "./jitsi.js";
import * as livekit from "./livekit.js";
import { format, hold, Refusal } from "./refusal.js";
import * as sframe from "./sframe.js";
import * as sframejs from "./sframejs.js";
import * as xor from "./xor.js";

const SCHEMES = { sframe, medooze: sframejs, jitsi, livekit, xor };
const PER_FRAME = 9;
const MOST_CREDIT = 1 << 13;
const RANK = { format: 1, clear: 2, no_key: 3, auth: 4, hold: 5 }; // the one that recognised most of a frame is right

// prepareKeys makes of keys of the key file what makeOpener takes, by scheme.
// Keys of schemes that no browser can open are left out. The octets of the keys
// are gone then: what stays cannot be read out, but for XOR.
export async function prepareKeys(keys) {
  const prepared = {};
  for (const key of keys.filter((k) => k.kty === "oct" && Object.hasOwn(SCHEMES, k.scheme))) {
    (prepared[key.scheme] ??= []).push(await SCHEMES[key.scheme].prepare(key));
  }
  for (const key of keys) key.k?.fill(0);
  return prepared;
}

// makeOpener makes the opener of one track: meta is { kind, sifTrailer }.
export function makeOpener(prepared, meta) {
  const openers = Object.entries(prepared).map(([scheme, keys]) => {
    const fit = keys.filter((k) => k.kind === "" || k.kind === meta.kind);
    return SCHEMES[scheme].makeOpener(fit, meta);
  });
  return new Any(openers);
}

class Any {
  #openers;
  #proved = false;
  #credit = 0;

  constructor(openers) {
    this.#openers = openers;
  }

  injected(bytes, meta) {
    return this.#openers.some((o) => o.injected?.(bytes, meta));
  }

  async open(bytes, meta) {
    this.#credit = Math.min(this.#credit + PER_FRAME, MOST_CREDIT);
    let best = format();
    for (const [i, o] of this.#openers.entries()) {
      if (i > 0 && this.#credit <= 0) {
        this.#turn(i);
        throw hold();
      }
      const before = o.tries;
      try {
        const opened = await o.open(bytes, meta);
        if (opened.unauthenticated && this.#proved) throw new Refusal("auth");
        this.#openers.splice(i, 1);
        this.#openers.unshift(o);
        this.#proved = !opened.unauthenticated;
        return opened;
      } catch (err) {
        if (!(err instanceof Refusal)) throw err;
        if (RANK[err.reason] > RANK[best.reason]) best = err;
      } finally {
        this.#credit -= o.tries - before;
      }
    }
    throw best;
  }

  // turn moves the openers from n on, which were not asked, before the others;
  // one that proved itself stays first.
  #turn(n) {
    const from = this.#proved ? 1 : 0;
    const asked = this.#openers.slice(from, n);
    this.#openers = [...this.#openers.slice(0, from), ...this.#openers.slice(n), ...asked];
  }
}
