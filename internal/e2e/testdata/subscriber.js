// A subscriber of a VideoRoom, as an application of Janus's has it, with the
// worker of mjr's page: it shows that what mjr publishes there can be watched.

const parameters = new URLSearchParams(location.search);
const room = Number(parameters.get("room"));
globalThis.mjrTrace = [];

const worker = new Worker("worker.js", { type: "module" });
worker.onmessage = ({ data }) => { if (data.type === "frame") mjrTrace.push(data); };
worker.postMessage({ type: "trace", on: true });

const socket = new WebSocket(parameters.get("janus"), "janus-protocol");
const open = new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
const waiting = new Map();
let session = 0;

socket.onmessage = ({ data }) => {
  const m = JSON.parse(data);
  const answer = waiting.get(m.transaction);
  if (answer && m.janus !== "ack") {
    waiting.delete(m.transaction);
    answer(m);
  }
};

function ask(message) {
  const transaction = crypto.randomUUID();
  return new Promise((resolve) => {
    waiting.set(transaction, resolve);
    socket.send(JSON.stringify({ ...message, transaction, ...(session ? { session_id: session } : {}) }));
  });
}

async function watch() {
  await open;
  session = (await ask({ janus: "create" })).data.id;
  const handle_id = (await ask({ janus: "attach", plugin: "janus.plugin.videoroom" })).data.id;
  const message = (body, jsep) => ask({ janus: "message", handle_id, body, ...(jsep ? { jsep } : {}) });
  let feed;
  while (!feed) {
    const { plugindata } = await message({ request: "listparticipants", room });
    feed = plugindata.data.participants.find((p) => p.publisher)?.id;
    if (!feed) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { jsep } = await message({ request: "join", ptype: "subscriber", room, streams: [{ feed }] });
  const pc = globalThis.pc = new RTCPeerConnection({ encodedInsertableStreams: true });
  const stream = new MediaStream();
  pc.ontrack = ({ receiver, track }) => {
    const { readable, writable } = receiver.createEncodedStreams();
    const options = { op: "open", kind: track.kind, codec: track.kind === "video" ? parameters.get("codec") : "opus", track: track.kind === "video" ? 1 : 0 };
    worker.postMessage({ type: "stream", readable, writable, ...options }, [readable, writable]);
    stream.addTrack(track);
    document.getElementById("screen").srcObject = stream;
  };
  pc.onconnectionstatechange = () => { document.getElementById("status").dataset.state = pc.connectionState; };
  await pc.setRemoteDescription({ type: "offer", sdp: jsep.sdp });
  await pc.setLocalDescription(await pc.createAnswer());
  await new Promise((resolve) => {
    const check = () => { if (pc.iceGatheringState === "complete") resolve(); };
    pc.onicegatheringstatechange = check;
    check();
  });
  await message({ request: "start" }, { type: "answer", sdp: pc.localDescription.sdp, e2ee: true });
}

// begin is called with the keys.
globalThis.begin = ({ keys }) => {
  worker.postMessage({ type: "keys", keys });
  watch().catch((error) => {
    document.getElementById("status").dataset.state = "failed";
    document.getElementById("status").textContent = error.message;
  });
};
