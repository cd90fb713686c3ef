// Session is all that the worker does, apart from being one: it takes the
// messages and streams that worker.js describes.

import { makeOpener, prepareKeys } from "./any.js";
import { fromBase64url } from "./bytes.js";
import { readKeys } from "./keyfile.js";
import { KeyError } from "./keymembers.js";
import { canSeal, makeSealer } from "./sframeseal.js";
import { Track } from "./track.js";

const NONE = { hasKeys: false, broken: false, makeSealer: () => null };

export class Session {
  // state is a promise of the keys in use. Tracks await it before each frame.
  state = Promise.resolve(NONE);
  tracing = false;
  #post;
  #tracks = new Set();
  #encrypted = new Map(); // by track; undefined is all

  constructor(post) {
    this.#post = post;
  }

  post(message) {
    this.#post(message);
  }

  // message takes one message of the page.
  message(m) {
    switch (m?.type) {
      case "keys":
        return this.#setKeys(m);
      case "encrypted":
        if (m.track === undefined) this.#encrypted.clear();
        this.#encrypted.set(m.track, m.encrypted !== false);
        return;
      case "stream":
        return this.attach(m, m.readable, m.writable);
      case "trace":
        this.tracing = m.on === true;
        return;
    }
    this.#complain(`a message of unknown type ${JSON.stringify(m?.type)?.slice(0, 40)}`);
  }

  // encrypted is what the server says of a track, undefined before it did.
  encrypted(track) {
    return this.#encrypted.get(track) ?? this.#encrypted.get(undefined);
  }

  // attach runs a track until its streams end. transformer may be undefined.
  async attach({ op, kind, codec, track, ssrc }, readable, writable, transformer) {
    if (!["open", "seal"].includes(op) || !["audio", "video"].includes(kind)) {
      return this.#complain("a transform with neither op nor kind"); // and its frames go nowhere
    }
    const t = new Track(this, { op, kind, codec: String(codec ?? "").toLowerCase(), track, ssrc }, transformer);
    this.#tracks.add(t);
    await t.run(readable, writable);
    this.#tracks.delete(t);
  }

  // setKeys replaces all keys. If they are refused nothing goes on until there
  // are others: whoever meant to give keys does not want frames in clear.
  async #setKeys(m) {
    const loading = load(m).catch((err) => ({ ...NONE, broken: true, error: describe(err) }));
    this.state = loading;
    const state = await loading;
    if (this.state !== loading) return; // others came meanwhile
    if (state.broken) return this.#complain(state.error);
    this.post({ type: "keys", ...state.summary });
    for (const t of this.#tracks) t.requestKeyFrame(); // for a picture at once
  }

  #complain(message) {
    this.post({ type: "error", message });
  }
}

// load makes the keys of a message usable.
async function load(m) {
  if (!Array.isArray(m.keys)) throw new KeyError("the keys are no list");
  const { keys, warnings } = readKeys(m.keys);
  const sifTrailer = typeof m.sifTrailer === "string" ? fromBase64url(m.sifTrailer) ?? undefined : undefined;
  const prepared = await prepareKeys(keys);
  const sealKey = chooseSealKey(prepared.sframe ?? [], m.sealKid);
  const usable = Object.keys(prepared);
  if (m.keys.length > 0 && usable.length === 0) warnings.push("none of the keys is of a scheme that a browser can open");
  return {
    hasKeys: m.keys.length > 0,
    broken: false,
    allowUnauthenticated: m.allowUnauthenticated === true,
    makeOpener: (kind) => makeOpener(prepared, { kind, sifTrailer }),
    makeSealer: () => sealKey && makeSealer(sealKey),
    summary: { keys: keys.length, schemes: usable, sealKid: sealKey?.kid ?? null, warnings },
  };
}

function chooseSealKey(keys, kid) {
  if (kid === undefined || kid === null) return keys.find(canSeal) ?? null;
  const key = keys.find((k) => k.kid === kid);
  if (!key) throw new KeyError(`there is no key ${JSON.stringify(kid)} to seal with`);
  if (!canSeal(key)) throw new KeyError(`key ${JSON.stringify(kid)} cannot seal: it takes a suite with GCM and no kdf`);
  return key;
}

// describe is an error for people. Only a KeyError is sure to show no key.
function describe(err) {
  return err instanceof KeyError ? err.message : `the keys cannot be used: ${err.name}`;
}
