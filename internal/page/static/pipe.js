// Pipe takes frames from a readable stream, hands them one after the other to
// whoever works on them, and writes what that one lets go on, in that order.

const MOST_QUEUED = 1024; // frames: a burst of half a minute of video

export class Pipe {
  #writer;
  #queue = [];
  #wake = () => {};
  #ended = false;

  // run ends when the streams do. work has receive(frame), called at once for
  // each frame; overflow(frame), for one that there is no room for; take(frame),
  // which may last; and finish(). What those throw ends both streams.
  async run(readable, writable, work) {
    const reader = readable.getReader();
    this.#writer = writable.getWriter();
    try {
      await Promise.all([this.#read(reader, work), this.#work(work)]);
      await this.#writer.close();
    } catch (err) {
      this.#ended = true;
      this.#wake();
      await Promise.allSettled([reader.cancel(err), this.#writer.abort(err)]);
    }
  }

  write(frame) {
    return this.#writer.write(frame);
  }

  // A browser drops frames unseen when they are not taken from it at once, so
  // they are, and wait here.
  async #read(reader, work) {
    try {
      for (; ;) {
        const { done, value } = await reader.read();
        if (done) break;
        work.receive(value);
        if (this.#queue.length < MOST_QUEUED) this.#queue.push(value);
        else work.overflow(value);
        this.#wake();
      }
    } finally {
      this.#ended = true;
      this.#wake();
    }
  }

  async #work(work) {
    for (; ;) {
      if (this.#queue.length > 0) await work.take(this.#queue.shift());
      else if (this.#ended) break;
      else await new Promise((resolve) => { this.#wake = resolve; });
    }
    await work.finish();
  }
}
