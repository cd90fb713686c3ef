// The viewer's page: which recording, with which keys, and how it goes.

import { fragmentKeys } from "./keyfile.js";
import { clock, places, readFragment } from "./viewer-address.js";
import { Connection } from "./viewer-connection.js";
import { Controls } from "./viewer-controls.js";
import { Keyring } from "./viewer-keys.js";
import { fill, link } from "./viewer-panel.js";
import { Refused, Server } from "./viewer-server.js";
import { Stage } from "./viewer-stage.js";
import { judge, Window, words } from "./viewer-state.js";
import { draw } from "./viewer-timeline.js";

const $ = (id) => document.getElementById(id);
const hash = location.hash;
const fragment = readFragment(hash);
if (fragment.has("token") || fragment.has("keys")) history.replaceState(null, "", location.pathname + location.search);
if (fragment.has("trace")) globalThis.mjrTrace = [];

const stage = new Stage($("stage"), () => controls.blocked());
const controls = new Controls((command) => server.player(command), stage);
const keyring = new Keyring(useKeys);
const frames = new Window();
let server = null;
let worker = null;
let connection = null;
let recording = null; // { id, name, encrypted, tracks, … }
let counts = []; // of the worker, by track
let before = []; // stats of a moment ago
let failure = "";

function startWorker() {
  worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  worker.onerror = () => fail(new Error("the worker that decrypts does not start"));
  worker.onmessage = ({ data }) => {
    if (data.type === "frame") globalThis.mjrTrace?.push(data);
    if (data.type === "counts") counts[data.track] = data;
    if (data.type === "keyframe") sawKeyFrame(data);
    if (data.type === "error") keyring.say(`These keys cannot be used: ${data.message}.`);
    show();
  };
  if (fragment.has("trace")) worker.postMessage({ type: "trace", on: true });
}

// useKeys gives the worker other keys. What came before says nothing of them.
function useKeys(keys) {
  worker.postMessage({ type: "keys", ...keys });
  frames.reset(counts.filter(Boolean));
  show();
}

// sawKeyFrame tells the server where a picture can start, where it cannot see
// that itself: then it can seek there.
function sawKeyFrame({ track, rtpTimestamp }) {
  if (recording?.tracks[track]?.key_frames_visible !== false || !server.hasPlayer) return;
  server.player({ key_frame: { track, rtp_timestamp: rtpTimestamp >>> 0 } }).catch(() => {});
}

// show says which state the page is in.
function show() {
  const player = controls.state;
  frames.add(counts.filter(Boolean), performance.now());
  const state = judge({
    secure: isSecureContext, failure, encrypted: recording?.encrypted, hasKeys: keyring.has,
    connected: Boolean(connection?.connected), frames, at: performance.now(),
    paused: player?.paused, ended: player?.ended,
  });
  if ($("status").dataset.state === state && state !== "failed") return;
  $("status").dataset.state = state;
  $("status").textContent = state === "failed" ? `Failed: ${failure.replace(/\.$/, "")}.` : words[state];
  $("retry").hidden = state !== "failed";
}

function fail(error) {
  failure = error.message;
  connection?.close();
  show();
}

// watch begins to play a recording.
async function watch(id) {
  failure = "";
  connection?.close();
  try {
    recording = await about(id);
    document.title = `${recording.name} – mjr`;
    $("title").textContent = recording.name;
    $("list").hidden = true;
    for (const e of ["player", "panel", "keyring"]) $(e).hidden = false;
    $("plain").hidden = recording.known;
    note(recording);
    recording.tracks.forEach(({ encrypted }, track) => worker.postMessage({ type: "encrypted", encrypted, track }));
    if (recording.known) {
      draw($("strip"), recording, clock);
      $("duration").textContent = clock(recording.duration_s);
    }
    counts = [];
    frames.reset([]);
    connection = new Connection({ server, worker, id, tracks: recording.tracks, counts: (t) => counts[t], stage, changed: show, failed: fail });
    show();
    await connection.start();
    await ask();
  } catch (error) {
    fail(error);
  }
}

// about is what is known of a recording. Of a server that is not ours nothing
// is: it is taken for encrypted until the user says that it is not.
async function about(id) {
  const details = await server.details(id);
  if (details) return { ...details, id, known: true, encrypted: details.tracks.some((t) => t.encrypted) };
  const tracks = [{ kind: "audio", codec: "opus", encrypted: true }, { kind: "video", codec: "", encrypted: true }];
  return { id, name: "Stream", known: false, encrypted: true, tracks };
}

// note says what a server without the key cannot do with a recording.
function note({ tracks, known, live }) {
  const notes = [];
  if (tracks.some((t) => t.kind === "video" && t.key_frames_visible === false)) {
    notes.push("The encryption hides from the server where a picture can start. Until this page has seen such places, a jump sends all from the beginning, and after a loss the picture stands still until the next one. Some browsers cannot show such video at all.");
  }
  if (!known) notes.push("This server offers no controls.");
  if (live) notes.push("All viewers share one timeline.");
  $("notes").textContent = notes.join("\n");
  $("notes").hidden = notes.length === 0;
}

// ask where the player is.
async function ask() {
  if (!server?.hasPlayer || !connection?.connected) return controls.show(null);
  try {
    controls.show(await server.player());
  } catch (error) {
    if (error instanceof Refused && error.status === 404) fail(new Error("the session is over"));
  }
  return undefined;
}

async function panel() {
  if (!connection) return;
  const stats = await connection.stats().catch(() => []);
  if (before.length === 0 || stats.length) $("link").textContent = link(before, stats);
  before = stats;
  const name = (i) => `${recording.tracks[i].kind} ${i}${recording.tracks[i].codec ? ` (${recording.tracks[i].codec})` : ""}`;
  fill($("counts"), stats.map((s) => ({ name: name(s.index), stats: s, counts: counts[s.index] ?? {} })));
}

// list lets the user choose, if there is a choice.
async function list() {
  const all = await server.recordings();
  const wanted = fragment.get("recording");
  if (all === null) return watch("");
  if (wanted && all.recordings.some((r) => r.id === wanted)) return watch(wanted);
  if (all.recordings.length === 1) return watch(all.recordings[0].id);
  $("status").textContent = all.recordings.length ? "Choose a recording." : "There are no recordings.";
  $("recordings").replaceChildren(...all.recordings.map((r) => {
    const item = document.createElement("li"), button = document.createElement("button"), more = document.createElement("small");
    const encrypted = r.tracks.some((t) => t.encrypted);
    button.type = "button";
    button.textContent = r.name;
    more.textContent = [
      r.duration_s === null ? "" : clock(r.duration_s), r.tracks.map((t) => t.codec).join(", "), encrypted ? "end-to-end encrypted" : "not encrypted",
    ].filter(Boolean).join(" · ");
    button.append(more);
    button.addEventListener("click", () => watch(r.id));
    item.append(button);
    return item;
  }));
  $("list").hidden = false;
  return undefined;
}

// enter speaks to the server, with the token that there is.
async function enter(token) {
  try {
    server = new Server(token, places(new URLSearchParams(location.search).get("whep"), location.href));
    await list();
    $("access").hidden = true;
  } catch (error) {
    $("access").hidden = error.status !== 401;
    fail(error.status === 401 ? new Error("the server wants a token: it is in the address that mjr printed") : error);
  }
}

$("access").addEventListener("submit", (event) => {
  event.preventDefault();
  failure = "";
  enter($("token").value.trim());
});
$("retry").addEventListener("click", () => (recording ? watch(recording.id) : location.reload()));
$("plain").addEventListener("click", () => {
  recording.encrypted = false;
  worker.postMessage({ type: "encrypted", encrypted: false });
  $("plain").hidden = true;
  show();
});
addEventListener("pagehide", () => connection?.close());
setInterval(() => { controls.tick(); show(); }, 200);
setInterval(() => { if (!document.hidden) ask(); }, 1_000);
setInterval(() => { if ($("panel").open) panel(); }, 1_000);

if (isSecureContext) {
  startWorker();
  try {
    const keys = fragmentKeys(hash);
    if (keys) keyring.take(keys, "Keys from the address. Whoever saw the address has them.");
  } catch (error) {
    keyring.say(`The keys in the address cannot be used: ${error.message}.`);
  }
  enter(fragment.get("token") ?? "");
} else {
  show();
}
