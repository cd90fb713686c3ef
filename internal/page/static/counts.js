// Counts is what became of a track's frames, as worker.js describes the message.

const PAUSE = 250; // milliseconds between two messages at least
const MOST_KIDS = 64;

export class Counts {
  #received = 0;
  #options;
  #send;
  #done = { opened: 0, sealed: 0, unverified: 0, passed: 0, injected: 0 };
  #refused = { no_key: 0, auth: 0, format: 0, clear: 0, unauthenticated: 0, hold: 0, overflow: 0, failed: 0 };
  #scheme = null;
  #kids = new Set();
  #timer = null;

  constructor(options, send) {
    this.#options = options;
    this.#send = send;
    this.post();
  }

  receives() {
    this.#received++;
    this.#changed();
  }

  // passes counts a frame that did not fail: how is one of opened, sealed, ….
  passes(how, { scheme, kid } = {}) {
    this.#done[how]++;
    if (scheme !== undefined) this.#scheme = scheme;
    if (kid !== undefined && this.#kids.size < MOST_KIDS) this.#kids.add(kid);
    this.#changed();
  }

  refuses(reason) {
    this.#refused[reason]++;
    this.#changed();
  }

  #changed() {
    this.#timer ??= setTimeout(() => this.post(), PAUSE);
  }

  // post sends them now.
  post() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const { track, kind, op } = this.#options;
    this.#send({
      type: "counts", track, kind, op, received: this.#received, ...this.#done,
      refused: { ...this.#refused }, scheme: this.#scheme, kids: [...this.#kids],
    });
  }
}
