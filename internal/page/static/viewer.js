// The viewer's page: which recording, with which keys, and how it goes.

import { address, clock, places, takeFragment } from "./viewer-address.js";
import { Connection } from "./viewer-connection.js";
import { Controls } from "./viewer-controls.js";
import { Frames } from "./viewer-frames.js";
import { KeyFrames } from "./viewer-keyframes.js";
import { Keyring } from "./viewer-keys.js";
import * as listing from "./viewer-list.js";
import { Opener } from "./viewer-opener.js";
import * as panel from "./viewer-panel.js";
import { about, notes } from "./viewer-recording.js";
import { Refused, Server } from "./viewer-server.js";
import { Stage } from "./viewer-stage.js";
import { judge, wanting } from "./viewer-state.js";
import { draw } from "./viewer-timeline.js";

const $ = (id) => document.getElementById(id);
const hash = location.hash;
const fragment = takeFragment(hash);
if (fragment.has("trace")) globalThis.mjrTrace = [];

const stage = new Stage($("stage"), () => controls.blocked());
const controls = new Controls((command) => server.player(command), stage);
const keyring = new Keyring(useKeys);
const frames = new Frames();
const keyFrames = new KeyFrames((key_frame) => server.hasPlayer && server.player({ key_frame }).catch(() => {}), restart);
let server = null;
let opener = null; // the worker
let connection = null;
let recording = null; // { id, name, encrypted, tracks, … }
let stats = []; // of the browser
let failure = "";
let begin = null; // where the player was when it began, in seconds
let resume = null; // where it was when it failed
let unanswered = 0; // how often the server did not answer lately
let prompt = ""; // what the user is to do before there is anything to tell
let hidden = 0; // for how many seconds
let opened = false; // whether the keys are shown because they are needed

// startOpener starts the worker. It must not be before the page is known to be
// one that may use keys.
function startOpener() {
  opener = new Opener({
    counted: (track, { received, opened }) => { if (received > 0) connection?.saw(track); if (opened > 0) keyFrames.opened(track); },
    keyFrame: (track, rtpTimestamp) => keyFrames.saw(track, rtpTimestamp),
    keys: (warnings) => { if (keyring.has) keyring.taken(warnings); },
    problem: (message) => keyring.say(`There is a problem: ${message}.`),
    failed: fail,
    changed: show,
  }, globalThis.mjrTrace);
}

// useKeys gives the worker other keys. What came before says nothing of them.
// If nothing was shown yet, the recording begins anew: nobody has seen it.
function useKeys(keys) {
  opener.use(keys);
  const unseen = recording && (!frames.shown || frames.tracks.some((t) => t.blind));
  frames.rekey(performance.now());
  if (waits()) disconnect();
  else if (recording && !connection) connect();
  else if (unseen && restart()) keyFrames.sought();
  show();
}

// waits tells whether the recording is not played before there are keys.
function waits() {
  return Boolean(recording?.encrypted) && !keyring.has;
}

// restart goes back to where the player began. It tells whether it could.
function restart() {
  if (begin !== null) controls.seek(begin);
  return begin !== null;
}

// show says which state the page is in.
function show() {
  const player = controls.state;
  frames.add(opener?.counts.filter(Boolean) ?? [], performance.now());
  stage.reveal(frames.open);
  const { state, text: told } = judge({
    secure: isSecureContext, failure, encrypted: recording?.encrypted, hasKeys: keyring.has,
    connected: Boolean(connection?.connected), frames, at: performance.now(),
    paused: player?.paused, ended: player?.ended, silenced: controls.silenced, undecodable: recording?.undecodable,
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

function fail(error) {
  failure = error.message;
  if (controls.state && !controls.state.live) resume = controls.position;
  connection?.close();
  hidePlayer();
  show();
}

function hidePlayer() {
  controls.show(null);
  for (const e of ["player", "help"]) $(e).hidden = true;
}

// choose takes a recording. What is encrypted waits for its keys.
async function choose(id) {
  leave();
  try {
    recording = await about(server, id);
    document.title = `${recording.name} – mjr`;
    $("title").textContent = recording.name;
    $("list").hidden = true;
    for (const e of ["panel", "keyring"]) $(e).hidden = false;
    $("plain").hidden = !recording.encrypted || recording.known && recording.tracks.every((t) => t.encrypted);
    $("notes").textContent = notes(recording).join("\n");
    $("notes").hidden = $("notes").textContent === "";
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
  hidePlayer();
}

// connect begins to play, from a position or from where the server begins.
async function connect(from = null) {
  opener.begin(recording.tracks);
  stats = [];
  begin = null;
  keyFrames.begin(recording.tracks);
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
  const mine = connection = new Connection({ server, opener, id, tracks, stage, changed, failed: fail });
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

// ask where the player is.
async function ask() {
  const asked = connection;
  if (!server?.hasPlayer || !asked?.connected) return controls.show(null);
  try {
    const { turn } = controls, state = await server.player();
    if (connection !== asked || failure) return undefined;
    begin ??= state.position_s;
    unanswered = 0;
    controls.answer(state, turn);
  } catch (error) {
    if (connection !== asked || failure || !(error instanceof Refused)) return undefined;
    if (error.status === 404) fail(new Error("the session is over"));
    else if (error.status === 410) fail(error);
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
  panel.fill($("counts"), stats.map((s) => ({ ...recording.tracks[s.index], stats: s, counts: opener.counts[s.index] ?? {} })));
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
  address("");
  listing.fill($("recordings"), recordings, (r) => {
    $("back").hidden = false;
    address(`#recording=${encodeURIComponent(r.id)}`); // for when the page is loaded again
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
setInterval(() => { controls.tick(); show(); }, 200);
// Nobody sees the position of a page that is hidden, but its title and state.
setInterval(() => { if (!document.hidden || controls.due || ++hidden % 10 === 0) ask(); }, 1_000);
document.addEventListener("visibilitychange", () => ask());
setInterval(look, 1_000);

if (isSecureContext) {
  startOpener();
  keyring.takeAddress(hash);
  addEventListener("hashchange", () => { // an address with keys, put in where the page is open
    const { hash: later } = location;
    if (takeFragment(later).has("keys")) keyring.takeAddress(later);
  });
  enter(fragment.get("token") ?? "");
} else {
  show();
}
