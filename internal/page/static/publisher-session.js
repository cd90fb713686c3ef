// One publication: a peer connection to the recorder, and the worker that
// seals every frame on its way.
//
// Nothing leaves in clear. What is sent at first is black and silent; the
// camera and the microphone are switched to when the worker has sealed frames
// of every track. From then on, frames that the browser says it sent and the
// worker did not seal end the publication, as does any error of the worker.

import { noWay } from "./noway.js";
import { wantCodec, wantExtensions, wantRepair } from "./publisher-sdp.js";

const within = { worker: 5_000, gathering: 2_000, connection: 20_000, sealing: 10_000, match: 3_000, goodbye: 2_000 };

// Session publishes a stream. It calls ended(error) once; error is undefined
// where the recorder ended it well, or the device did.
export class Session {
  #whip;
  #ended;
  #pc = null;
  #worker = null;
  #tracks = []; // { index, kind, sender, track, transceiver, counts, claim }
  #over = false;
  #changed = () => {};
  #timer = 0;
  #onmessage;

  // options: { stream, codec, whip, encryption: { keys, sealKid } or null, trace, ended }
  constructor(options) {
    this.#whip = options.whip;
    this.#ended = options.ended;
    this.#onmessage = options.trace ? (message) => globalThis.mjrTrace.push(message) : () => {};
  }

  // start returns true when the stream is being published, false when that
  // ended before.
  async start({ stream, codec, encryption, trace }) {
    try {
      if (encryption) await this.#startWorker(encryption, trace);
      const iceServers = await this.#whip.servers();
      this.#alive();
      this.#connect(stream, codec, Boolean(encryption), iceServers);
      if (encryption) await this.#until(() => this.#tracks.every(({ counts }) => counts), within.worker, "the worker that seals did not take the tracks");
      await this.#negotiate(Boolean(encryption));
      await this.#until(() => this.#pc.connectionState === "connected", within.connection, () => noWay(this.#pc, "recorder"));
      if (!encryption) return this.#alive();
      this.#timer = setInterval(() => this.#watch().catch((e) => this.#end(e)), 500);
      await this.#until(() => this.#tracks.every(({ counts }) => counts.sealed > 0), within.sealing, "nothing was sealed");
      for (const { track } of this.#tracks) track.enabled = true;
      return true;
    } catch (error) {
      this.#end(error);
      return false;
    }
  }

  // stop ends the publication well.
  stop() {
    this.#end();
  }

  // sealed is how many frames the worker has sealed so far.
  get sealed() {
    return this.#tracks.reduce((sum, { counts }) => sum + (counts?.sealed ?? 0), 0);
  }

  // dropped is how many frames the worker let nobody have.
  get dropped() {
    return this.#tracks.reduce((sum, { counts }) => sum + Object.values(counts?.refused ?? {}).reduce((a, b) => a + b, 0), 0);
  }

  async #startWorker({ keys, sealKid }, trace) {
    this.#worker = new Worker("worker.js", { type: "module" });
    this.#worker.onerror = () => this.#end(new Error("the worker that seals failed"));
    this.#worker.onmessageerror = this.#worker.onerror;
    let ready = null;
    this.#worker.onmessage = ({ data }) => {
      this.#onmessage(data);
      if (data.type === "error") this.#end(new Error(data.message));
      if (data.type === "keys") ready = data;
      const track = data.type === "counts" && this.#tracks[data.track];
      if (track) track.counts = data;
      this.#changed();
    };
    if (trace) this.#worker.postMessage({ type: "trace", on: true });
    this.#worker.postMessage({ type: "keys", keys, sealKid, allowUnauthenticated: false });
    await this.#until(() => ready, within.worker, "the worker that seals did not start");
    if (!ready.sealKid) throw new Error("the key file has no key to seal with");
  }

  #connect(stream, codec, encrypting, iceServers) {
    const scripted = "RTCRtpScriptTransform" in globalThis;
    if (encrypting && !scripted && !RTCRtpSender.prototype.createEncodedStreams) {
      throw new Error("this browser cannot encrypt end to end");
    }
    const pc = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle", encodedInsertableStreams: encrypting && !scripted });
    this.#pc = pc;
    let stood = false;
    pc.onconnectionstatechange = () => {
      stood ||= pc.connectionState === "connected";
      if (pc.connectionState === "failed") this.#end(new Error(stood ? "the connection to the recorder was lost" : noWay(pc, "recorder")));
      this.#changed();
    };
    // The preview goes on with the stream's own tracks.
    const sent = new MediaStream(stream.getTracks().map((track) => track.clone()));
    const order = [...sent.getAudioTracks(), ...sent.getVideoTracks()];
    order.forEach((track, index) => {
      const { kind } = track;
      track.enabled = !encrypting;
      track.onended = () => this.#end();
      const transceiver = pc.addTransceiver(track, { direction: "sendonly", streams: [sent] });
      const { sender } = transceiver;
      if (encrypting) {
        const options = { op: "seal", kind, codec: kind === "video" ? codec : "opus", track: index };
        if (scripted) {
          sender.transform = new RTCRtpScriptTransform(this.#worker, options);
        } else {
          const { readable, writable } = sender.createEncodedStreams();
          this.#worker.postMessage({ type: "stream", readable, writable, ...options }, [readable, writable]);
        }
      }
      if (kind === "video") wantCodec(transceiver, codec);
      wantExtensions(transceiver);
      this.#tracks.push({ index, kind, sender, track, transceiver, counts: null, claim: null });
    });
  }

  async #negotiate(encrypting) {
    const pc = this.#pc;
    const offer = await pc.createOffer();
    this.#alive();
    await pc.setLocalDescription({ type: "offer", sdp: wantRepair(offer.sdp) });
    // The recorder finds the browser's addresses by what comes from them, so
    // that a gathering which takes long need not be waited for.
    await this.#until(() => pc.iceGatheringState === "complete", within.gathering, null);
    const answer = await this.#whip.publish(pc.localDescription.sdp, encrypting);
    if (this.#over) this.#whip.remove().catch(() => {});
    this.#alive();
    await pc.setRemoteDescription({ type: "answer", sdp: answer });
    this.#alive();
    for (const { kind, sender, transceiver } of this.#tracks) {
      if (transceiver.currentDirection !== "sendonly") throw new Error(`the recorder does not take the ${kind}`);
      sender.transport?.addEventListener("statechange", () => {
        if (sender.transport.state !== "closed") return;
        this.#whip.forget(); // the recorder said goodbye
        this.#end();
      });
    }
  }

  // watch holds what the browser says it has sent against what the worker says
  // it has sealed. The worker may tell late on a busy machine, so one claim of
  // the browser stands until it is matched, and counts after a while.
  async #watch() {
    for (const t of this.#tracks) {
      if (t.claim && t.claim.sent <= t.counts.sealed) t.claim = null;
      if (t.claim && performance.now() - t.claim.at > within.match) throw new Error(`the browser sends ${t.kind} past the encryption`);
      if (t.claim) continue;
      const stats = await t.sender.getStats();
      for (const s of stats.values()) {
        if (s.type !== "outbound-rtp") continue;
        const sent = t.kind === "video" ? s.framesSent ?? 0 : s.packetsSent - (s.retransmittedPacketsSent ?? 0);
        t.claim = { sent, at: performance.now() };
      }
    }
  }

  // until waits for a condition that something observed makes true. Without a
  // complaint the end of the time is no failure.
  async #until(condition, most, complaint) {
    const deadline = performance.now() + most;
    while (this.#alive() && !condition()) {
      const left = deadline - performance.now();
      if (left <= 0) {
        if (complaint) throw new Error(typeof complaint === "function" ? complaint() : complaint);
        return;
      }
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 100));
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #alive() {
    if (this.#over) throw new Error("stopped");
    return true;
  }

  // end stops what is sent at once. The connection stands until the recorder
  // has answered, so that it gets what is under way; unless there is an error.
  async #end(error) {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#timer);
    for (const { track } of this.#tracks) {
      track.onended = null;
      track.stop();
    }
    this.#changed();
    if (error) this.#close();
    const removed = this.#whip.remove().catch(() => {}); // else the recorder notices by itself
    if (!error) await Promise.race([removed, new Promise((resolve) => setTimeout(resolve, within.goodbye))]);
    this.#close();
    this.#ended(error);
  }

  #close() {
    this.#pc?.close();
    this.#worker?.terminate();
  }
}
