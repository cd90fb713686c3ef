// What is remembered of derived keys.

// Chain is a secret and those that it is ratcheted to. next makes one's
// successor. One of every so many is remembered: no walk costs more steps than
// none before it had taken, and those between two. Walks go one after the
// other, so that tracks may share a chain.
export class Chain {
  #every;
  #marks;
  #last;
  #next;
  #turn = Promise.resolve();

  constructor(first, next, every = 32) {
    this.#every = every;
    this.#marks = [first];
    this.#last = { step: 0, key: first };
    this.#next = next;
  }

  at(step) {
    const walk = this.#turn.then(() => this.#walk(step));
    this.#turn = walk.catch(() => {});
    return walk;
  }

  // reached tells whether so far was walked before.
  reached(step) {
    return step < this.#marks.length * this.#every;
  }

  async #walk(step) {
    const every = this.#every, mark = Math.min(Math.floor(step / every), this.#marks.length - 1);
    let here = this.#last;
    if (here.step > step || here.step < every * mark) here = { step: every * mark, key: this.#marks[mark] };
    while (here.step < step) {
      here = { step: here.step + 1, key: await this.#next(here.key) };
      if (here.step === every * this.#marks.length) this.#marks.push(here.key);
    }
    this.#last = here;
    return here.key;
  }
}

// Recent remembers the few values that were used last, by a name.
export class Recent {
  #values = new Map();

  constructor(most) {
    this.most = most;
  }

  get(name) {
    return this.#values.get(name);
  }

  set(name, value) {
    this.#values.delete(name);
    this.#values.set(name, value);
    if (this.#values.size > this.most) this.#values.delete(this.#values.keys().next().value);
    return value;
  }
}
