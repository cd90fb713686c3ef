// What a viewer is told: which state the page is in, by what the worker counts.
// No clock, no page: everything comes in as arguments.

// sure is how many frames in a row have to fail before a key is called wrong.
const sure = 10;

// Window tells what became of frames since the keys were last changed, and in
// the last moments.
export class Window {
  #base = new Map(); // by track, when the keys were changed
  #past = []; // { at, sum }, the last moments
  #first = null; // when the first frame since came
  #now = empty();

  // reset begins anew: there are other keys, or another connection.
  reset(counts) {
    this.#base = new Map(counts.map((c) => [c.track, flat(c)]));
    this.#past = [];
    this.#first = null;
    this.#now = empty();
  }

  // add takes what the worker has counted of all tracks, at a time in ms.
  add(counts, at) {
    const sum = empty();
    for (const c of counts) {
      const now = flat(c), base = this.#base.get(c.track) ?? empty();
      for (const name of Object.keys(sum)) sum[name] += now[name] - (base[name] <= now[name] ? base[name] : 0);
    }
    this.#now = sum;
    if (sum.good + sum.bad > 0) this.#first ??= at;
    this.#past.push({ at, sum });
    while (this.#past.length > 2 && this.#past[1].at <= at - 2_000) this.#past.shift();
  }

  // total is since the keys were changed, recent of the last 2 s.
  get total() { return this.#now; }

  get recent() {
    const old = this.#past[0]?.sum ?? empty();
    return Object.fromEntries(Object.keys(old).map((name) => [name, this.#now[name] - old[name]]));
  }

  // since is how long frames have been coming, in ms.
  since(at) { return this.#first === null ? 0 : at - this.#first; }
}

const empty = () => ({ good: 0, bad: 0, key: 0, format: 0, unauthenticated: 0, other: 0 });

// flat sums up one track's counts: good went to the decoder; bad did not, for
// a reason that only other keys can mend.
function flat({ opened = 0, unverified = 0, passed = 0, refused = {} }) {
  const { no_key = 0, auth = 0, format = 0, clear = 0, unauthenticated = 0, hold = 0 } = refused;
  const key = no_key + auth + hold, wrongFormat = format + clear;
  return {
    good: opened + unverified + passed, bad: key + wrongFormat + unauthenticated,
    key, format: wrongFormat, unauthenticated, other: clear,
  };
}

// judge names the state. What it looks at:
//   secure       whether the page may use keys at all
//   failure      words, if something has failed for good
//   encrypted    what the server says of the recording
//   hasKeys      whether there are keys
//   connected    whether media can come
//   frames       a Window
//   at           the time, in ms
//   paused, ended   what the player says
export function judge({ secure, failure, encrypted, hasKeys, connected, frames, at, paused, ended }) {
  if (!secure) return "insecure-context";
  if (failure) return "failed";
  if (encrypted && !hasKeys) return "no-key";
  if (!connected) return "connecting";
  const { total, recent } = frames;
  if (hasKeys && total.good === 0) {
    const certain = total.bad >= sure || (total.bad > 0 && frames.since(at) >= 1_000);
    if (certain && total.unauthenticated >= total.bad / 2) return "unauthenticated";
    if (certain && total.key >= total.bad / 2) return "wrong-key";
    if (certain) return "not-encrypted";
  } else if (hasKeys && recent.good === 0 && recent.bad >= sure) {
    return "damaged";
  }
  if (ended) return "ended";
  if (paused) return "paused";
  return total.good > 0 ? "playing" : "connecting";
}

// words say it to people.
export const words = {
  "no-key": "This recording is end-to-end encrypted. Choose the key file to watch it; the server has no key, and gets none.",
  connecting: "Connecting …",
  playing: "Playing.",
  paused: "Paused.",
  "wrong-key": "These keys do not open this recording. Nothing of it was shown or played. Choose another key file.",
  "not-encrypted": "What comes is not encrypted in the way that these keys are for. Nothing of it is shown, as nobody can say whether it is genuine.",
  unauthenticated: "These keys are for a scheme that cannot tell a genuine picture from a forged one. Tick the box below to see it all the same.",
  damaged: "Frames stopped opening: the recording is damaged here, or the sender changed to a key that is not in the key file. Nothing that cannot be opened is shown.",
  "insecure-context": "Browsers let no page use keys that came over plain HTTP. Open it as https://… (mjr replay --tls-self-signed), or as http://localhost on the server's own machine.",
  failed: "Failed.",
  ended: "This is the end of the recording.",
};
