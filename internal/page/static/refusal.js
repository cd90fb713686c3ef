// Refusal is why a frame was not opened. Openers throw nothing else, whatever
// bytes they are given. reason is one of those that worker.js lists.

export class Refusal extends Error {
  constructor(reason, message = reason) {
    super(message);
    this.reason = reason;
  }
}

export const auth = () => new Refusal("auth", "not authentic");
export const format = () => new Refusal("format", "not a frame of this scheme");
export const clear = () => new Refusal("clear", "in clear by a rule of the scheme");
export const hold = () => new Refusal("hold", "not opened yet");
export const noKey = (id) => new Refusal("no_key", `no key with id ${id}`);
