// Track is one medium on its way through the worker: frames come from a
// readable stream, are opened or sealed one after the other, and leave in the
// same order. What cannot be opened or sealed ends here, and is counted.

import { hex } from "./bytes.js";
import { Counts } from "./counts.js";
import { isKey } from "./frametype.js";
import { Refusal } from "./refusal.js";
import { sha256 } from "./webcrypto.js";

const MOST_QUEUED = 1024; // frames: a burst of half a minute of video
const MOST_HELD = 16; // frames that wait until their key is found

export class Track {
  #session;
  #transformer;
  #writer;
  #queue = [];
  #wake = () => {};
  #ended = false;
  #state = null; // what #box was made for
  #box = null; // opener or sealer
  #held = [];
  #lost = false; // a frame was dropped since the last that went on
  #asked = -Infinity; // when a key frame was asked for
  #complained = false;

  // options are those of worker.js; transformer may be undefined.
  constructor(session, options, transformer) {
    this.#session = session;
    this.#transformer = transformer;
    this.options = options;
    this.counts = new Counts(options, (message) => session.post(message));
  }

  // run ends when the streams do.
  async run(readable, writable) {
    const reader = readable.getReader();
    this.#writer = writable.getWriter();
    try {
      await Promise.all([this.#read(reader), this.#work()]);
      await this.#writer.close();
    } catch (err) {
      this.#ended = true;
      this.#wake();
      await Promise.allSettled([reader.cancel(err), this.#writer.abort(err)]);
    }
    this.counts.post();
  }

  // A browser drops frames unseen when they are not taken from it at once, so
  // they are, and wait here.
  async #read(reader) {
    try {
      for (; ;) {
        const { done, value } = await reader.read();
        if (done) break;
        this.counts.receives();
        if (this.#queue.length < MOST_QUEUED) this.#queue.push(value);
        else this.#refuse("overflow");
        this.#wake();
      }
    } finally {
      this.#ended = true;
      this.#wake();
    }
  }

  async #work() {
    for (; ;) {
      if (this.#queue.length === 0 && this.#ended) break;
      if (this.#queue.length === 0) await new Promise((resolve) => this.#wake = resolve);
      else await this.#take(this.#queue.shift());
    }
    await this.#giveUp(0);
  }

  // take handles one frame. Only the streams themselves may fail it.
  async #take(frame) {
    const state = await this.#session.state; // keys that are being read are waited for
    const item = { frame, bytes: new Uint8Array(frame.data), meta: metaOf(frame, this.options) };
    if (this.#session.tracing) item.hash = hex(await sha256(item.bytes));
    try {
      if (this.options.op === "seal") await this.#seal(state, item);
      else await this.#open(state, item);
    } catch (err) {
      if (!(err instanceof Refusal)) throw err;
      this.#drop(item, err.reason);
    }
  }

  async #seal(state, item) {
    // Their packetizers look into what they send, and would mangle ciphertext.
    if (["h264", "h265", "av1"].includes(item.meta.codec)) {
      this.#complain(`${item.meta.codec} does not survive being sealed: use vp9 or vp8`);
      throw new Refusal("format");
    }
    await this.#renew(state, () => state.makeSealer());
    if (this.#box === null) throw new Refusal("no_key");
    const out = await this.#try(() => this.#box.seal(item.bytes));
    this.counts.opens("sealed", { scheme: "sframe", kid: this.#box.kid });
    await this.#forward(item, out);
  }

  async #open(state, item) {
    if (!state.hasKeys) {
      if (state.broken || this.#session.encrypted(this.options.track) !== false) throw new Refusal("no_key");
      this.counts.opens("passed");
      return this.#forward(item, item.bytes);
    }
    await this.#renew(state, () => state.makeOpener(this.options.kind));
    if (this.#box.injected(item.bytes, item.meta)) return this.#drop(item, "injected");
    const opened = await this.#attempt(item);
    if (opened === null) {
      this.#held.push(item);
      return this.#giveUp(MOST_HELD);
    }
    if (opened.adopted) await this.#openHeld(state);
    await this.#giveUp(0); // frames leave in the order in which they came
    await this.#show(state, item, opened);
  }

  // attempt is null for a frame that may open later.
  async #attempt(item) {
    try {
      return await this.#try(() => this.#box.open(item.bytes, item.meta));
    } catch (err) {
      if (err instanceof Refusal && err.reason === "hold") return null;
      throw err;
    }
  }

  // openHeld tries the frames that waited for the key found just now.
  async #openHeld(state) {
    for (const item of this.#held.splice(0)) {
      try {
        const opened = await this.#attempt(item);
        if (opened === null) this.#drop(item, "hold");
        else await this.#show(state, item, opened);
      } catch (err) {
        if (!(err instanceof Refusal)) throw err;
        this.#drop(item, err.reason);
      }
    }
  }

  async #giveUp(keep) {
    while (this.#held.length > keep) this.#drop(this.#held.shift(), "hold");
  }

  // show lets a frame that opened go on, if it may be believed.
  async #show(state, item, opened) {
    if (opened.unauthenticated && !state.allowUnauthenticated) throw new Refusal("unauthenticated");
    this.counts.opens(opened.unauthenticated ? "unverified" : "opened", opened);
    if (this.options.kind === "video") this.#noteKeyFrame(item, opened.plain);
    await this.#forward(item, opened.plain);
  }

  #noteKeyFrame({ meta }, plain) {
    const key = isKey(plain, meta.codec);
    if (key) this.#session.post({ type: "keyframe", track: this.options.track, rtpTimestamp: meta.rtpTimestamp });
    else if (this.#lost) this.requestKeyFrame();
    this.#lost = false;
  }

  async #forward(item, bytes) {
    if (bytes !== item.bytes) item.frame.data = exactly(bytes);
    if (item.hash) this.#trace(item, hex(await sha256(bytes)), null);
    await this.#writer.write(item.frame);
  }

  #drop(item, reason) {
    if (reason === "injected") this.counts.injects();
    else this.#refuse(reason);
    if (item.hash) this.#trace(item, null, reason);
  }

  #refuse(reason) {
    this.#lost = true;
    this.counts.refuses(reason);
  }

  // renew makes the opener or sealer anew when there are other keys.
  async #renew(state, make) {
    if (this.#state === state) return;
    await this.#giveUp(0);
    this.#box = await this.#try(make);
    this.#state = state;
  }

  // try makes of what should never happen the end of one frame.
  async #try(f) {
    try {
      return await f();
    } catch (err) {
      if (err instanceof Refusal) throw err;
      this.#complain(`a frame could not be ${this.options.op === "seal" ? "sealed" : "opened"}: ${err.name}`);
      throw new Refusal("failed");
    }
  }

  #complain(message) {
    if (!this.#complained) this.#session.post({ type: "error", message: `${this.options.kind}: ${message}` });
    this.#complained = true;
  }

  // requestKeyFrame asks the sender, at most twice a second.
  requestKeyFrame() {
    const now = performance.now();
    if (this.options.op !== "open" || this.options.kind !== "video" || now - this.#asked < 500) return;
    this.#asked = now;
    this.#transformer?.sendKeyFrameRequest?.()?.catch(() => {}); // refused before the track is up
  }

  #trace({ hash, meta }, out, reason) {
    const { track, kind } = this.options;
    this.#session.post({ type: "frame", track, kind, rtpTimestamp: meta.rtpTimestamp, in: hash, out, reason });
  }
}

// metaOf is what is known of a frame without a key. For VP8 and AV1 a receiving
// browser takes the type from bytes that are ciphertext here.
function metaOf(frame, { kind, codec, ssrc }) {
  const m = frame.getMetadata();
  const named = m.mimeType?.split("/")[1]?.toLowerCase() ?? codec;
  const told = ["vp9", "h264", "h265"].includes(named) && ["key", "delta"].includes(frame.type);
  return {
    kind, ssrc, codec: named, type: told ? frame.type : undefined,
    frameSSRC: m.synchronizationSource, rtpTimestamp: m.rtpTimestamp ?? frame.timestamp,
  };
}

// exactly is the buffer of an array, and nothing besides it.
function exactly(bytes) {
  return bytes.length === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
}
