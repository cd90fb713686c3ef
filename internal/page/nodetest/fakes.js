// What a browser gives a worker: encoded frames, and the two ends of a transform.

import { Session } from "../static/session.js";

export class Frame {
  constructor(bytes, metadata = {}, type = undefined) {
    this.data = bytes.slice().buffer;
    this.metadata = { synchronizationSource: 1, rtpTimestamp: 0, ...metadata };
    this.type = type;
  }

  getMetadata() {
    return this.metadata;
  }
}

// OldFrame is one of createEncodedStreams in older browsers.
export class OldFrame {
  constructor(bytes, timestamp) {
    this.data = bytes.slice().buffer;
    this.timestamp = timestamp;
  }

  getMetadata() {
    return {};
  }
}

// Worker is a session with what it posted.
export class Worker {
  posted = [];
  #waiting = [];

  constructor() {
    this.session = new Session((message) => {
      this.posted.push(structuredClone(message));
      this.#waiting.splice(0).forEach((f) => f());
    });
  }

  // send gives the worker a message, and waits for its answer to keys.
  async send(message) {
    const seen = this.posted.length;
    this.session.message(structuredClone(message));
    if (message.type === "keys") await this.until((m, i) => i >= seen && ["keys", "error"].includes(m.type));
    return this.posted.slice(seen);
  }

  async until(met) {
    for (; ;) {
      const found = this.posted.find(met);
      if (found) return found;
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
  }

  of(type) {
    return this.posted.filter((m) => m.type === type);
  }

  // counts are the last ones of a track.
  counts(track = 0) {
    return this.of("counts").filter((m) => m.track === track).at(-1);
  }

  // attach puts a transform into the worker.
  attach(options, transformer) {
    return new Transform(this.session, { track: 0, ...options }, transformer);
  }

  // run sends frames through a transform of its own, and returns what came out.
  async run(options, frames, transformer) {
    const t = this.attach(options, transformer);
    frames.forEach((f) => t.write(f));
    return t.end();
  }
}

class Transform {
  #controller;
  #out = [];
  #waiting = [];
  #done;

  constructor(session, options, transformer) {
    const readable = new ReadableStream({ start: (c) => { this.#controller = c; } });
    const writable = new WritableStream({
      write: (frame) => {
        const taker = this.#waiting.shift();
        if (taker) taker(frame);
        else this.#out.push(frame);
      },
    });
    this.#done = session.attach(options, readable, writable, transformer);
  }

  write(frame) {
    this.#controller.enqueue(frame);
  }

  // next is the next frame out.
  async next() {
    return this.#out.shift() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  // end closes the track and returns all that is left of it.
  async end() {
    this.#controller.close();
    await this.#done;
    return this.#out;
  }
}

export const bytesOf = (frame) => new Uint8Array(frame.data);

// seeded gives the same noise every time (SplitMix).
export function seeded(seed) {
  let state = BigInt(seed);
  const next = () => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = BigInt.asUintN(64, (z ^ z >> 30n) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ z >> 27n) * 0x94d049bb133111ebn);
    return Number((z ^ z >> 31n) & 0xffffffffn);
  };
  return {
    below: (n) => next() % n,
    bytes: (n) => Uint8Array.from({ length: n }, () => next() & 0xff),
  };
}
