// The viewer's page: which recording, with which keys, and how it goes.

import { fragmentKeys } from "./keyfile.js";
import { clock, places, readFragment } from "./viewer-address.js";
import { Connection } from "./viewer-connection.js";
import { Controls } from "./viewer-controls.js";
import { Frames } from "./viewer-frames.js";
import { Keyring } from "./viewer-keys.js";
import * as listing from "./viewer-list.js";
import * as panel from "./viewer-panel.js";
import { Refused, Server } from "./viewer-server.js";
import { Stage } from "./viewer-stage.js";
import { judge } from "./viewer-state.js";
import { draw } from "./viewer-timeline.js";

const $ = (id) => document.getElementById(id);
const hash = location.hash;
const fragment = takeFragment(hash);
if (fragment.has("trace")) {
  globalThis.mjrTrace = [];
  globalThis.mjrStats = () => connection?.stats();
}

const stage = new Stage($("stage"), () => controls.blocked());
const controls = new Controls((command) => server.player(command), stage);
const keyring = new Keyring(useKeys);
const frames = new Frames();
let server = null;
let worker = null;
let connection = null;
let recording = null; // { id, name, encrypted, tracks, … }
let base = 0; // of the numbers that the worker knows the tracks of this connection by
let counts = []; // of the worker, by track
let stats = []; // of the browser, as they were last
let failure = "";
let begin = null; // where the player was when it began, in seconds
let resume = null; // where it was when it failed
let unanswered = 0; // how often the server did not answer lately
let prompt = ""; // what the user is to do before there is anything to tell
let opened = false; // whether the keys are shown because they are needed

// takeFragment removes what is secret from the address bar.
function takeFragment(text) {
  const read = readFragment(text);
  if (read.has("token") || read.has("keys")) history.replaceState(null, "", location.pathname + location.search);
  return read;
}

function startWorker() {
  worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  worker.onerror = () => fail(new Error("the worker that decrypts does not start"));
  worker.onmessage = ({ data }) => {
    const track = data.track - base; // below 0: of a connection that is over
    if (data.type === "frame") globalThis.mjrTrace?.push({ ...data, track });
    if (data.type === "counts" && track >= 0) {
      counts[track] = { ...data, track };
      if (data.received > 0) connection?.saw(track);
    }
    if (data.type === "keyframe" && track >= 0) sawKeyFrame(track, data.rtpTimestamp);
    if (data.type === "keys" && keyring.has) keyring.taken(data.warnings);
    if (data.type === "error") keyring.say(`There is a problem: ${data.message}.`);
    show();
  };
  if (fragment.has("trace")) worker.postMessage({ type: "trace", on: true });
}

// useKeys gives the worker other keys. What came before says nothing of them.
// If nothing was shown yet, the recording begins anew: nobody has seen it.
function useKeys(keys) {
  worker.postMessage({ type: "keys", ...keys });
  const unseen = recording && (!frames.shown || frames.tracks.some((t) => t.blind));
  frames.rekey(performance.now());
  if (waits()) disconnect();
  else if (recording && !connection) connect();
  else if (unseen && begin !== null) controls.seek(begin);
  show();
}

// waits tells whether the recording is not played before there are keys.
function waits() {
  return Boolean(recording?.encrypted) && !keyring.has;
}

function keysOfAddress(text) {
  try {
    const keys = fragmentKeys(text);
    if (keys) keyring.take(keys, "Keys from the address. Whoever saw the address has them.");
  } catch (error) {
    keyring.say(`The keys in the address cannot be used: ${error.message}.`);
  }
}

// sawKeyFrame tells the server where a picture can start, where it cannot see
// that itself: then it can seek there.
function sawKeyFrame(track, rtpTimestamp) {
  if (recording?.tracks[track]?.key_frames_visible !== false || !server.hasPlayer) return;
  server.player({ key_frame: { track, rtp_timestamp: rtpTimestamp >>> 0 } }).catch(() => {});
}

// show says which state the page is in.
function show() {
  const player = controls.state;
  frames.add(counts.filter(Boolean), performance.now());
  const { state, text: told } = judge({
    secure: isSecureContext, failure, encrypted: recording?.encrypted, hasKeys: keyring.has,
    connected: Boolean(connection?.connected), frames, at: performance.now(),
    paused: player?.paused, ended: player?.ended, silenced: controls.silenced,
  });
  const text = state === "connecting" && prompt ? prompt : told;
  if ($("status").dataset.state === state && $("status").textContent === text) return;
  $("status").dataset.state = state;
  $("status").textContent = text;
  $("retry").hidden = state !== "failed" || !$("access").hidden;
  if (wanting.includes(state)) {
    $("keyring").open = opened = true;
  } else if (opened && state === "playing") {
    $("keyring").open = opened = false;
  }
}

// wanting are the states in which other keys would help.
const wanting = ["no-key", "wrong-key", "not-encrypted", "unauthenticated"];

function fail(error) {
  failure = error.message;
  if (controls.state && !controls.state.live) resume = controls.position;
  connection?.close();
  controls.show(null);
  for (const e of ["player", "help"]) $(e).hidden = true;
  show();
}

// choose takes a recording. What is encrypted waits for its keys.
async function choose(id) {
  leave();
  try {
    recording = await about(id);
    document.title = `${recording.name} – mjr`;
    $("title").textContent = recording.name;
    $("list").hidden = true;
    for (const e of ["panel", "keyring"]) $(e).hidden = false;
    $("plain").hidden = !recording.encrypted || recording.known && recording.tracks.every((t) => t.encrypted);
    note(recording);
    if (waits()) show();
    else await connect();
  } catch (error) {
    fail(error);
  }
}

// leave ends what is being watched.
function leave() {
  disconnect();
  recording = null;
  failure = prompt = "";
  for (const e of ["panel", "keyring", "notes"]) $(e).hidden = true;
}

function disconnect() {
  connection?.close();
  connection = begin = resume = null;
  controls.show(null);
  for (const e of ["player", "help"]) $(e).hidden = true;
}

// connect begins to play, from a position or from where the server begins.
async function connect(from = null) {
  base += 1 << 16;
  counts = [];
  stats = [];
  begin = null;
  frames.reset();
  failure = "";
  unanswered = 0;
  for (const e of ["player", "help"]) $(e).hidden = false;
  $("fullscreen").hidden = recording.tracks.every((t) => t.kind !== "video");
  if (recording.known) {
    draw($("strip"), recording, clock);
    $("duration").textContent = clock(recording.duration_s);
  }
  const { id, tracks } = recording;
  tracks.forEach(({ encrypted }, i) => worker.postMessage({ type: "encrypted", encrypted, track: base + i }));
  const mine = connection = new Connection({ server, worker, id, tracks, base, counts: (t) => counts[t], stage, changed, failed: fail });
  show();
  try {
    await mine.start();
  } catch (error) {
    if (connection === mine) fail(error);
  }

  function changed() {
    if (connection === mine && mine.connected && from !== null) {
      server.player({ seek_s: from }).catch(() => {});
      from = null;
    }
    ask();
    show();
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
  const asked = connection;
  if (!server?.hasPlayer || !asked?.connected) return controls.show(null);
  try {
    const state = await server.player();
    if (connection !== asked || failure) return undefined;
    begin ??= state.position_s;
    unanswered = 0;
    controls.show(state);
  } catch (error) {
    if (connection !== asked || failure || !(error instanceof Refused)) return undefined;
    if (error.status === 404) fail(new Error("the session is over"));
    else if (error.status === 0 && ++unanswered >= 3) fail(error);
  }
  return undefined;
}

// again tries anew after a failure. A server that was started anew calls the
// same recordings by other ids.
async function again() {
  if (recording?.known) {
    await server.details(recording.id).catch((error) => {
      if (error.status !== 404) throw error;
      recording = null;
    });
  }
  return recording ? connect(resume) : list();
}

// look at what the browser makes of the media.
async function look() {
  if (!connection?.connected) return;
  const before = stats;
  stats = await connection.stats().catch(() => []);
  for (const s of stats) if (s.kind === "video") frames.decoded(s.index, s.framesDecoded ?? 0);
  if (!$("panel").open) return;
  $("link").textContent = panel.link(before, stats);
  const name = ({ kind, codec }, i) => `${kind} ${i}${codec ? ` (${codec})` : ""}`;
  panel.fill($("counts"), stats.map((s) => ({ name: name(recording.tracks[s.index], s.index), stats: s, counts: counts[s.index] ?? {} })));
}

// list lets the user choose, if there is a choice.
async function list() {
  const all = await server.recordings();
  if (all === null) return choose("");
  const { recordings } = all;
  $("back").hidden = recordings.length < 2;
  const wanted = recordings.length === 1 ? recordings[0] : recordings.find((r) => r.id === fragment.get("recording"));
  fragment.delete("recording"); // the next time the user may want another
  if (wanted) return choose(wanted.id);
  leave();
  prompt = recordings.length ? "Choose a recording." : "There are no recordings yet.";
  show();
  document.title = "Watch – mjr";
  $("title").textContent = "Watch";
  $("retry").hidden = recordings.length > 0;
  $("back").hidden = true;
  listing.fill($("recordings"), recordings, (r) => {
    $("back").hidden = false;
    choose(r.id);
  });
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
    if (error.status !== 401) {
      $("access").hidden = true;
      return fail(error);
    }
    $("access").hidden = false; // it is the way to try again
    fail(new Error(token === "" ? "the server wants a token: it is in the address that mjr printed" : "the server does not take this token"));
    $("token").focus();
  }
  return undefined;
}

$("access").addEventListener("submit", (event) => {
  event.preventDefault();
  failure = "";
  enter($("token").value.trim());
});
$("retry").addEventListener("click", () => again().catch(fail));
$("back").addEventListener("click", () => list().catch(fail));
$("plain").addEventListener("click", () => {
  recording.encrypted = false;
  if (!recording.known) for (const t of recording.tracks) t.encrypted = false;
  $("plain").hidden = true;
  disconnect();
  if (keyring.has) keyring.forget(); // with keys nothing else goes through
  else connect();
});
addEventListener("pagehide", () => connection?.close());
addEventListener("pageshow", (event) => {
  if (event.persisted && recording) connect();
});
addEventListener("hashchange", () => {
  if (takeFragment(location.hash).has("keys")) keysOfAddress(location.hash);
});
setInterval(() => { controls.tick(); show(); }, 200);
setInterval(() => { if (!document.hidden) ask(); }, 1_000);
setInterval(look, 1_000);

if (isSecureContext) {
  startWorker();
  keysOfAddress(hash);
  enter(fragment.get("token") ?? "");
} else {
  show();
}
