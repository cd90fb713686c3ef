// Track is one medium on its way through the worker. Its frames are opened or
// sealed, and those that cannot be end here, and are counted.

import { hex } from "./bytes.js";
import { Counts } from "./counts.js";
import { isKey } from "./frametype.js";
import { Pipe } from "./pipe.js";
import { Refusal } from "./refusal.js";
import { sha256 } from "./webcrypto.js";

const MOST_HELD = 16; // frames that wait until their key is found
const PATIENCE = 500; // milliseconds between two requests for a key frame
const MANGLED = ["h264", "h265", "av1"]; // packetizers look into these

export class Track {
  #session;
  #transformer;
  #pipe = new Pipe();
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
    await this.#pipe.run(readable, writable, this);
    this.counts.post();
  }

  receive() {
    this.counts.receives();
  }

  overflow() {
    this.#refuse("overflow");
  }

  finish() {
    this.#giveUp(0);
  }

  // take handles one frame. Only the streams themselves may fail it.
  async take(frame) {
    const state = await this.#session.state; // keys that are being read are waited for
    const item = { frame, bytes: new Uint8Array(frame.data), meta: metaOf(frame, this.options) };
    if (this.#session.tracing) item.hash = hex(await sha256(item.bytes));
    await this.#orDrop(item, () => this.options.op === "seal" ? this.#seal(state, item) : this.#open(state, item));
  }

  async #seal(state, item) {
    if (MANGLED.includes(item.meta.codec)) {
      this.#complain(`${item.meta.codec} does not survive being sealed: use vp9 or vp8`);
      throw new Refusal("format");
    }
    await this.#renew(state, () => state.makeSealer());
    if (this.#box === null) throw new Refusal("no_key");
    const sealed = await this.#safely(() => this.#box.seal(item.bytes));
    this.counts.passes("sealed", { scheme: "sframe", kid: this.#box.kid });
    await this.#forward(item, sealed);
  }

  async #open(state, item) {
    if (!state.hasKeys) {
      if (state.broken || this.#session.encrypted(this.options.track) !== false) throw new Refusal("no_key");
      this.counts.passes("passed");
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
    this.#giveUp(0); // frames leave in the order in which they came
    await this.#show(state, item, opened);
  }

  // attempt is null for a frame that may open later.
  async #attempt(item) {
    try {
      return await this.#safely(() => this.#box.open(item.bytes, item.meta));
    } catch (err) {
      if (err instanceof Refusal && err.reason === "hold") return null;
      throw err;
    }
  }

  // openHeld tries the frames that waited for the key found just now.
  async #openHeld(state) {
    for (const item of this.#held.splice(0)) {
      await this.#orDrop(item, async () => {
        const opened = await this.#attempt(item);
        if (opened === null) throw new Refusal("hold");
        await this.#show(state, item, opened);
      });
    }
  }

  #giveUp(keep) {
    while (this.#held.length > keep) this.#drop(this.#held.shift(), "hold");
  }

  // show lets a frame that opened go on, if it may be believed.
  async #show(state, item, opened) {
    if (opened.unauthenticated && !state.allowUnauthenticated) throw new Refusal("unauthenticated");
    this.counts.passes(opened.unauthenticated ? "unverified" : "opened", opened);
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
    if (bytes !== item.bytes) item.frame.data = bytes.slice().buffer; // whatever backs bytes
    if (item.hash) this.#trace(item, hex(await sha256(bytes)), null);
    await this.#pipe.write(item.frame);
  }

  async #orDrop(item, f) {
    try {
      await f();
    } catch (err) {
      if (!(err instanceof Refusal)) throw err;
      this.#drop(item, err.reason);
    }
  }

  #drop(item, reason) {
    if (reason === "injected") this.counts.passes("injected");
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
    this.#giveUp(0);
    this.#box = await this.#safely(make);
    this.#state = state;
  }

  // safely makes of what should never happen the end of one frame.
  async #safely(f) {
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

  // requestKeyFrame asks the sender for a picture that needs none before it.
  requestKeyFrame() {
    const now = performance.now();
    if (this.options.op !== "open" || this.options.kind !== "video" || now - this.#asked < PATIENCE) return;
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
  const m = frame.getMetadata?.() ?? {};
  const named = m.mimeType?.split("/")[1]?.toLowerCase() ?? codec;
  const told = ["vp9", "h264", "h265"].includes(named) && ["key", "delta"].includes(frame.type);
  return {
    kind, ssrc, codec: named, type: told ? frame.type : undefined,
    frameSSRC: m.synchronizationSource, rtpTimestamp: m.rtpTimestamp ?? frame.timestamp,
  };
}
