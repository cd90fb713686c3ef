// What a viewer is told: which state the page is in, and words for it. No
// clock, no page: everything comes in as arguments.

// sure is how many frames in a row have to fail before a key is called wrong,
// and clear how many of them for one reason.
const sure = 10, clear = 0.9;

// judge names the state, and says it to people: { state, text }. It looks at:
//   secure       whether the page may use keys at all
//   failure      words, if something has failed for good
//   encrypted    what the server says of the recording
//   hasKeys      whether there are keys
//   connected    whether media can come
//   frames       Frames
//   undecodable  tracks that the browser has no decoder for: [{ kind, codec }]
//   at           the time, in ms
//   paused, ended   what the player says
//   silenced     whether the browser wants a gesture before it lets sound out
export function judge(facts) {
  const { secure, failure, encrypted, hasKeys, connected, paused, ended, undecodable = [] } = facts;
  if (!secure) return say("insecure-context");
  if (failure) return say("failed", `Failed: ${failure.replace(/\.$/, "")}.`);
  if (encrypted && !hasKeys) return say("no-key");
  if (!connected) return say("connecting");
  const wrong = hasKeys ? refused(facts) : null;
  if (wrong) return wrong;
  const blind = facts.frames.tracks.find((t) => t.kind === "video" && t.blind);
  if (blind && !hasKeys) return say("no-key", hidden);
  if (blind && blind.total.unverified > 0) return say("wrong-key", noise);
  if (ended) return say("ended");
  if (paused) return say("paused");
  if (!facts.frames.shown) return say("connecting");
  if (blind) return say("playing", facts.silenced ? `${unseen} ${press}` : unseen);
  if (undecodable.length > 0) return say("playing", facts.silenced ? `${lacks(undecodable)} ${press}` : lacks(undecodable));
  if (facts.silenced) return say("playing", `Playing without sound. ${press}`);
  return say("playing", facts.frames.tracks.some((t) => t.total.unverified > 0) ? unproved : undefined);
}

const say = (state, text = words[state]) => ({ state, text });

// refused is the state that frames which do not open are the reason of.
function refused({ frames, at }) {
  const verdicts = frames.tracks.map((t) => [t, verdict(t, at)]);
  for (const state of ["damaged", "unauthenticated", "wrong-key", "not-encrypted"]) {
    const some = verdicts.filter(([, v]) => v === state).map(([t]) => t);
    if (some.length === 0) continue;
    if (state === "damaged" || !frames.shown) return say(state);
    return say(state, partly[state](names(some)));
  }
  return null;
}

// verdict judges one track: null is nothing to complain of.
function verdict(t, at) {
  const { total, recent } = t;
  if (total.good > 0) return recent.good === 0 && recent.bad >= sure ? "damaged" : null;
  const most = Math.max(total.key, total.format, total.unauthenticated);
  if ((total.bad < sure || most < clear * total.bad) && (total.bad === 0 || t.since(at) < 1_000)) return null;
  if (total.unauthenticated >= total.bad / 2) return "unauthenticated";
  return total.key >= total.bad / 2 ? "wrong-key" : "not-encrypted";
}

function names(tracks) {
  const all = tracks.map((t) => ({ audio: "sound", video: "picture" })[t.kind] ?? "media");
  return [...new Set(all)].join(" and the ");
}

// lacks says why there is no picture, or no sound: the browser is the reason.
const lacks = (tracks) => `Playing without the ${names(tracks)}: this browser has no decoder for ${[...new Set(tracks.map(({ codec }) => codec))].join(" and ")}.`;

// partly says it where something else of the recording opens.
const partly = {
  unauthenticated: (what) => `The ${what} is encrypted by a scheme that cannot tell what is genuine from what is forged. Tick the box below to have it all the same.`,
  "wrong-key": (what) => `These keys open only a part of this recording: the ${what} stays closed. The key file lacks a key.`,
  "not-encrypted": (what) => `The ${what} is not encrypted in the way that these keys are for, and is kept back: nobody can say whether it is genuine.`,
};

const unproved = "Playing. Nobody can tell whether this is genuine: its encryption does not authenticate.";
const press = "Browsers want a click before they let a page be heard: press “Play with sound”.";
const unseen = "Playing, but the browser shows no picture: the encryption hides from it where one starts. “mjr convert” with the same keys makes a file that plays.";
const hidden = "Nothing of the picture can be decoded: the recording is probably encrypted, though it was not marked so. Choose the key file.";
const noise = "What these keys make of the recording is no picture: probably they are the wrong ones. Choose another key file, or type another passphrase.";

// wanting are the states in which other keys would help.
export const wanting = ["no-key", "wrong-key", "not-encrypted", "unauthenticated"];

// words say a state to people.
export const words = {
  "no-key": "This recording is end-to-end encrypted. Choose the key file to watch it; the server has no key, and gets none.",
  connecting: "Connecting …",
  playing: "Playing.",
  paused: "Paused.",
  "wrong-key": "These keys do not open this recording. Nothing that they do not open is shown or played. Choose another key file.",
  "not-encrypted": "What comes is not encrypted in the way that these keys are for. Nothing of it is shown, as nobody can say whether it is genuine. Choose other keys, or forget these.",
  unauthenticated: "These keys are for a scheme that cannot tell a genuine picture from a forged one. Tick the box below to see it all the same.",
  damaged: "Frames stopped opening: the recording is damaged here, or the sender changed to a key that is not in the key file. Nothing that cannot be opened is shown.",
  "insecure-context": "Browsers let no page use keys that came over plain HTTP. Open it as https://… (mjr replay --tls-self-signed), or as http://localhost on the server's own machine.",
  failed: "Failed.",
  ended: "This is the end of the recording.",
};
