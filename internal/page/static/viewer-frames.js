// What became of frames, by track: since the keys were last changed, and in the
// last moments. No clock, no page: everything comes in as arguments.

const moments = 2_000; // what "recent" is, in ms
const enough = 60; // frames that say something of a decoder
const settling = 500; // for how long old keys may still open frames that were under way, in ms

// Frames has a History of each track.
export class Frames {
  #tracks = new Map();
  #from = -Infinity;

  // reset begins anew, with another connection.
  reset() {
    this.#tracks = new Map();
    this.#from = -Infinity;
  }

  // rekey begins anew, with other keys.
  rekey(at) {
    this.#tracks = new Map();
    this.#from = at + settling;
  }

  // add takes what the worker has counted of all tracks.
  add(counts, at) {
    for (const c of counts) {
      if (at < this.#from) this.#tracks.set(c.track, new History(c, flat(c)));
      if (!this.#tracks.has(c.track)) this.#tracks.set(c.track, new History(c, empty()));
      this.#tracks.get(c.track).add(flat(c), at);
    }
  }

  // decoded takes how many frames of a track the browser has decoded so far.
  decoded(track, n) {
    this.#tracks.get(track)?.decoded(n);
  }

  get tracks() { return [...this.#tracks.values()]; }

  // open are the tracks of which frames went on to a decoder; shown tells
  // whether there are any.
  get open() { return this.tracks.filter((t) => t.total.good > 0).map((t) => t.track); }

  get shown() { return this.open.length > 0; }
}

// History is one track's.
class History {
  #base; // the counts when the keys were changed
  #past = []; // { at, total }, the last moments
  #first = null; // when the first frame since came
  #seen = null; // { good, decoded } when the decoder was last judged

  constructor({ track, kind }, base) {
    this.track = track;
    this.kind = kind;
    this.total = empty();
    this.blind = false; // the decoder makes no picture of what it gets
    this.#base = base;
  }

  add(now, at) {
    // Counts that begin anew are of another connection.
    this.total = Object.fromEntries(Object.entries(now).map(([name, n]) => [name, n - (this.#base[name] <= n ? this.#base[name] : 0)]));
    if (this.total.good + this.total.bad > 0) this.#first ??= at;
    this.#past.push({ at, total: this.total });
    while (this.#past.length > 2 && this.#past[1].at <= at - moments) this.#past.shift();
  }

  decoded(n) {
    const { good } = this.total;
    if (this.#seen === null || n < this.#seen.decoded) this.#seen = { good, decoded: n };
    const came = good - this.#seen.good, made = n - this.#seen.decoded;
    if (came < enough) return;
    this.blind = made <= came / 10;
    this.#seen = { good, decoded: n };
  }

  get recent() {
    const old = this.#past[0]?.total ?? empty();
    return Object.fromEntries(Object.entries(this.total).map(([name, n]) => [name, n - old[name]]));
  }

  // since is how long frames have been coming, in ms.
  since(at) { return this.#first === null ? 0 : at - this.#first; }
}

const empty = () => ({ good: 0, bad: 0, key: 0, format: 0, unauthenticated: 0, unverified: 0, passed: 0 });

// flat sums up one track's counts: good went to the decoder; bad did not, for
// a reason that only other keys can mend.
function flat({ opened = 0, unverified = 0, passed = 0, refused = {} }) {
  const { no_key = 0, auth = 0, format = 0, clear = 0, unauthenticated = 0, hold = 0 } = refused;
  const key = no_key + auth + hold, wrongFormat = format + clear;
  return {
    good: opened + unverified + passed, bad: key + wrongFormat + unauthenticated,
    key, format: wrongFormat, unauthenticated, unverified, passed,
  };
}
