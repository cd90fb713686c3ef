// One connection to the server, with a worker between what comes and the
// decoder. The worker lasts longer than a connection, and has the keys.

import { noWay } from "./noway.js";
import { wantSound } from "./viewer-sdp.js";

// watched is how long packets may come of which no frame reaches the worker, in
// ms: of the way that can be given up for another, and of the last one. A busy
// machine is slow to hand over the first frame; nothing is shown before it does.
const watched = { script: 1_500, streams: 6_000 };

// waits is how long a connection may take to stand, in ms: some browsers look
// for a way for ever.
const waits = 20_000;

// Connection receives tracks: [{ kind, codec, encrypted }], in the order of the
// recording. It calls changed() when something has, and failed(error) once.
export class Connection {
  #server;
  #opener;
  #options;
  #pc = null;
  #receivers = []; // { index, kind, receiver, stuck, seen }
  #timer = 0;
  #late = 0;
  #over = false;

  // options: { server, opener, id, tracks, stage, changed, failed }
  constructor(options) {
    this.#options = options;
    this.#server = options.server;
    this.#opener = options.opener;
  }

  // start begins. streams: whether frames are handed over by
  // createEncodedStreams, the older way.
  async start(streams = !("RTCRtpScriptTransform" in globalThis)) {
    if (streams && !("createEncodedStreams" in RTCRtpReceiver.prototype)) throw new Error("this browser cannot decrypt end to end");
    const { id, tracks } = this.#options;
    const servers = await this.#server.servers(id);
    if (this.#over) return;
    const pc = new RTCPeerConnection({ iceServers: servers, bundlePolicy: "max-bundle", encodedInsertableStreams: streams });
    this.#pc = pc;
    let stood = false;
    pc.onconnectionstatechange = () => {
      stood ||= pc.connectionState === "connected";
      if (pc.connectionState === "failed") this.#fail(new Error(stood ? "the connection to the server was lost" : noWay(pc, "server")));
      this.#options.changed();
    };
    pc.ontrack = ({ track, transceiver }) => {
      const r = this.#receivers.find((r) => r.receiver === transceiver.receiver);
      track.enabled = r.seen; // black and silent while frames may bypass the worker
      this.#options.stage.add(r.index, track);
    };
    tracks.forEach(({ kind, codec }, index) => this.#receive(index, kind, codec, streams));
    const { sdp } = await pc.createOffer();
    await pc.setLocalDescription({ type: "offer", sdp: wantSound(sdp) });
    await gathered(pc);
    if (this.#over) return;
    const answer = await this.#server.play(id, pc.localDescription.sdp);
    if (this.#over) return this.#server.leave();
    await pc.setRemoteDescription({ type: "answer", sdp: answer });
    this.#late = setTimeout(() => { if (!stood) this.#fail(new Error(noWay(pc, "server"))); }, waits);
    this.#timer = setInterval(() => this.#watch(streams).catch(() => {}), 250);
  }

  // receive makes a media line. The transform has to be there before anything
  // else happens: set a moment later, it never gets a frame (Chromium 156).
  #receive(index, kind, codec, streams) {
    const { receiver } = this.#pc.addTransceiver(kind, { direction: "recvonly" });
    this.#opener.attach(receiver, { kind, codec, index }, streams);
    this.#receivers.push({ index, kind, receiver, stuck: 0, seen: false });
  }

  // saw tells that the worker gets a track's frames, so that nothing reaches the
  // decoder but what the worker lets through.
  saw(index) {
    const r = this.#receivers.find((r) => r.index === index);
    if (!r || r.seen) return;
    r.seen = r.receiver.track.enabled = true;
  }

  get connected() { return this.#pc?.connectionState === "connected"; }

  // watch looks for packets of which nothing reaches the worker: they would go
  // to the decoder unopened. Then a new connection tries the older way.
  async #watch(streams) {
    for (const r of this.#receivers) {
      const packets = (await inbound(r.receiver))?.packetsReceived ?? 0;
      const frames = this.#opener.counts[r.index]?.received ?? 0;
      if (frames > 0 || packets < 5) r.stuck = 0;
      else r.stuck ||= performance.now();
      if (r.stuck && performance.now() - r.stuck > (streams ? watched.streams : watched.script)) return this.#again(streams);
    }
  }

  async #again(streams) {
    if (this.#over) return;
    this.#stop();
    if (streams || !("createEncodedStreams" in RTCRtpReceiver.prototype)) {
      return this.#fail(new Error("this browser does not hand frames over to be decrypted"));
    }
    this.#receivers = [];
    try {
      await this.start(true);
    } catch (error) {
      this.#fail(error);
    }
  }

  // stats are of all tracks: { kind, packetsReceived, packetsLost, framesDecoded, … }.
  async stats() {
    return Promise.all(this.#receivers.map(async ({ index, kind, receiver }) => ({ index, kind, ...(await inbound(receiver)) })));
  }

  close() {
    this.#over = true;
    this.#stop();
  }

  #stop() {
    clearInterval(this.#timer);
    clearTimeout(this.#late);
    this.#options.stage.clear();
    const pc = this.#pc;
    this.#pc = null;
    // The server is told first: after the connection its session is gone, too.
    const goodbye = new Promise((resolve) => setTimeout(resolve, 1_000));
    Promise.race([this.#server.leave(), goodbye]).then(() => pc?.close());
  }

  #fail(error) {
    if (this.#over) return;
    this.close();
    this.#options.failed(error);
  }
}

async function inbound(receiver) {
  for (const s of (await receiver.getStats()).values()) if (s.type === "inbound-rtp") return s;
  return undefined;
}

// gathered waits for all candidates, but not for long: the server learns of the
// rest when they reach it.
function gathered(pc) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 2_000);
    const check = () => {
      if (pc.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    };
    pc.addEventListener("icegatheringstatechange", check);
    check();
  });
}
