// The publisher's page: what to record, with which key, and how it goes.

import { Capture } from "./publisher-media.js";
import { KeyChoice } from "./publisher-keys.js";
import { Session } from "./publisher-session.js";
import { videoCodecs } from "./publisher-sdp.js";
import { Whip } from "./publisher-whip.js";
import { clock, readFragment } from "./viewer-address.js";

const $ = (id) => document.getElementById(id);
const fragment = takeFragment();
const trace = fragment.has("trace");
if (trace) globalThis.mjrTrace = [];

const capture = new Capture();
const keys = new KeyChoice($("encryption"), refresh);
let whip = new Whip(fragment.get("token") ?? "");
let session = null;
let since = 0;

// takeFragment reads #token=…&trace, and leaves no token in the address bar.
function takeFragment() {
  const values = readFragment(location.hash);
  if (values.has("token")) history.replaceState(null, "", location.pathname + location.search);
  return values;
}

// say shows a state: idle, needs-permission, ready, connecting, recording,
// stopped, failed or insecure-context.
function say(state, text) {
  $("status").dataset.state = state;
  $("status").textContent = text;
  refresh();
}

// refresh makes the page show what can be done now.
function refresh() {
  const busy = session !== null;
  const captured = capture.stream.active;
  const source = $("source").value;
  $("sources").disabled = busy;
  for (const input of $("encryption").querySelectorAll("input")) input.disabled = busy; // the key can still be saved
  $("camera-field").hidden = source !== "camera" || $("camera").length === 0;
  $("microphone-field").hidden = $("microphone").length === 0;
  $("codec-field").hidden = source === "microphone";
  $("preview").hidden = !captured || source === "microphone";
  $("level").parentElement.hidden = !captured;
  fill($("codec"), videoCodecs(keys.encrypting).map((codec) => [codec, names[codec]]));
  const missing = captured ? keys.missing : "Choose what to record first.";
  $("hint").textContent = busy ? "" : missing;
  $("start").disabled = busy || missing !== "";
  $("stop").disabled = !busy;
}

const names = { vp9: "VP9", vp8: "VP8", h264: "H.264", av1: "AV1" };

// fill gives a list its options, and keeps what was chosen if it is there.
function fill(select, options) {
  const before = select.value;
  if (options.map(([value]) => value).join() === [...select.options].map(({ value }) => value).join()) return;
  select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
  if (options.some(([value]) => value === before)) select.value = before;
}

async function open() {
  $("allow").disabled = true;
  try {
    await capture.open({ source: $("source").value, camera: $("camera").value, microphone: $("microphone").value });
    for (const track of capture.stream.getTracks()) track.onended = lost;
    $("preview").srcObject = capture.stream;
    const { cameras, microphones } = await capture.devices();
    fill($("camera"), cameras.map((d) => [d.deviceId, d.label || "Camera"]));
    fill($("microphone"), microphones.map((d) => [d.deviceId, d.label || "Microphone"]));
    say("ready", "Ready. Nothing is recorded yet.");
  } catch (error) {
    capture.close();
    say("needs-permission", `Not ready: ${error.message}.`);
  }
  $("allow").disabled = false;
}

// lost is called when a device is gone, or the screen is shared no more.
function lost() {
  capture.close();
  if (session) session.stop();
  else say("needs-permission", "The device is gone, or the screen is shared no more.");
}

async function start() {
  const encryption = keys.encryption;
  const mine = new Session({ whip, trace, ended: over });
  session = mine;
  say("connecting", "Connecting to the recorder …");
  if (!await mine.start({ stream: capture.stream, codec: $("codec").value, encryption, trace })) return;
  since = performance.now();
  say("recording", encryption ? "Recording, encrypted end to end." : "Recording, not encrypted.");
}

function over(error) {
  session = null;
  $("counts").textContent = "";
  if (error) say("failed", `Failed: ${error.message.replace(/\.$/, "")}.`);
  else if (capture.stream.active) say("stopped", "Stopped. The recording is with the recorder.");
  else say("stopped", "Stopped, as the device is gone or the screen is shared no more.");
}

function tick() {
  $("level").value = capture.level();
  if (session && since && $("status").dataset.state === "recording") {
    const words = [clock((performance.now() - since) / 1000)];
    if (session.sealed) words.push(`${session.sealed} frames sealed`);
    if (session.dropped) words.push(`${session.dropped} not sent, as they could not be sealed`);
    $("counts").textContent = words.join(", ");
  }
}

// enter asks the recorder what it expects, with the token that there is.
async function enter() {
  try {
    const { encrypted } = await whip.recorder();
    keys.required = encrypted;
    $("access").hidden = true;
    $("setup").hidden = false;
    say("needs-permission", "Choose what to record. The browser will ask whether this page may.");
  } catch (error) {
    $("access").hidden = error.status !== 401;
    say(error.status === 401 ? "idle" : "failed", error.status === 401 ? "The recorder wants a token: it is in the address that mjr printed." : `Failed: ${error.message}.`);
  }
}

$("access").addEventListener("submit", (event) => {
  event.preventDefault();
  whip = new Whip($("token").value.trim());
  enter();
});
$("setup").addEventListener("submit", (event) => event.preventDefault());
$("source").addEventListener("change", () => {
  capture.close();
  say("needs-permission", "Choose what to record. The browser will ask whether this page may.");
});
for (const id of ["camera", "microphone"]) $(id).addEventListener("change", open);
$("allow").addEventListener("click", open);
$("start").addEventListener("click", start);
$("stop").addEventListener("click", () => session?.stop());
addEventListener("pagehide", () => session?.stop());
setInterval(tick, 100);

if (!isSecureContext) {
  say("insecure-context", "Browsers let no page use cameras and keys that came over plain HTTP. Open it as https://… (mjr record --tls-self-signed), or as http://localhost on the recorder's own machine.");
} else {
  enter();
}
