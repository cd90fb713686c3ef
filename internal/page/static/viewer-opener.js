// The worker, as the page sees it. It has the keys, and lasts as long as the
// page; connections come and go.

const apart = 1 << 16; // between the numbers of two connections' tracks

// Opener calls hears: { counted(track, counts), keyFrame(track, rtpTimestamp),
// keys(warnings), problem(message), failed(error), changed() }. Tracks are those
// of the connection that began last: what is told of others late is left out.
export class Opener {
  counts = []; // as the worker counts, by track
  #base = 0;
  #worker;

  // trace is an array for what the worker says of each frame, or undefined.
  constructor(hears, trace) {
    this.#worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    this.#worker.onerror = () => hears.failed(new Error("the worker that decrypts does not start"));
    this.#worker.onmessage = ({ data }) => {
      const track = data.track - this.#base; // below 0: of a connection that is over
      if (data.type === "frame") trace?.push({ ...data, track });
      if (data.type === "counts" && track >= 0) {
        this.counts[track] = { ...data, track };
        hears.counted(track, data);
      }
      if (data.type === "keyframe" && track >= 0) hears.keyFrame(track, data.rtpTimestamp);
      if (data.type === "keys") hears.keys(data.warnings);
      if (data.type === "error") hears.problem(data.message);
      hears.changed();
    };
    if (trace) this.#worker.postMessage({ type: "trace", on: true });
  }

  // begin is for another connection: what was counted before is forgotten.
  begin(tracks) {
    this.#base += apart;
    this.counts = [];
    tracks.forEach(({ encrypted }, i) => this.#worker.postMessage({ type: "encrypted", encrypted, track: this.#base + i }));
  }

  use(keys) {
    this.#worker.postMessage({ type: "keys", ...keys });
  }

  // attach lets the frames of a receiver go through the worker: by a transform,
  // or by streams, the older way.
  attach(receiver, { kind, codec, index }, streams) {
    const options = { op: "open", kind, codec, track: this.#base + index };
    if (!streams) {
      receiver.transform = new RTCRtpScriptTransform(this.#worker, options);
      return;
    }
    const { readable, writable } = receiver.createEncodedStreams();
    this.#worker.postMessage({ type: "stream", readable, writable, ...options }, [readable, writable]);
  }
}
