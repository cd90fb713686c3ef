// The client's side of WHEP (draft-ietf-wish-whep-04), and of what mjr's own
// server can do beyond it: a list of recordings, and a player.

import { iceServers, Refused } from "./publisher-whip.js";

export { Refused };

// Server speaks to one server. The token stays in the page's memory.
export class Server {
  #token;
  #places;
  #session = null;

  constructor(token, places) {
    this.#token = token;
    this.#places = places;
  }

  // recordings lists what there is: null where the server is not ours.
  async recordings() {
    if (!this.#places.recordings) return null;
    return (await this.#fetch(this.#places.recordings, {})).json();
  }

  // details are of one recording: null where the server tells none.
  async details(id) {
    const url = this.#places.recordings ? new URL(`recordings/${encodeURIComponent(id)}`, this.#places.recordings) : this.#places.details;
    if (!url) return null;
    return (await this.#fetch(url, {})).json();
  }

  // play sends an offer and returns the answer.
  async play(id, offer) {
    const response = await this.#fetch(this.#offers(id), {
      method: "POST", headers: { "Content-Type": "application/sdp" }, body: offer,
    });
    const location = response.headers.get("Location");
    this.#session = location ? new URL(location, response.url) : null;
    return response.text();
  }

  async servers(id) {
    try {
      const response = await this.#fetch(this.#offers(id), { method: "OPTIONS" });
      return iceServers(response.headers.get("Link") ?? "");
    } catch {
      return []; // the offer will say what is wrong
    }
  }

  // hasPlayer tells whether the session can be controlled.
  get hasPlayer() {
    return /\/viewers\/[^/]+$/.test(this.#session?.pathname ?? "");
  }

  // player asks where the player is, or tells it what to do.
  async player(command) {
    const url = `${this.#session.href}/player`;
    const options = command && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(command) };
    return (await this.#fetch(url, options ?? {})).json();
  }

  // leave ends the session. It works while the page is being left.
  async leave() {
    if (!this.#session) return;
    const session = this.#session;
    this.#session = null;
    await this.#fetch(session, { method: "DELETE", keepalive: true }).catch(() => {}); // the server notices by itself
  }

  #offers(id) {
    return this.#places.whep ?? new URL(`recordings/${encodeURIComponent(id)}/whep`, this.#places.recordings);
  }

  async #fetch(url, options) {
    const headers = { ...options.headers };
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    let response;
    try {
      response = await fetch(url, { ...options, headers, cache: "no-store", referrerPolicy: "no-referrer" });
    } catch {
      throw new Refused(0, "the server does not answer");
    }
    if (!response.ok) throw new Refused(response.status, (await response.text()).trim().slice(0, 300));
    return response;
  }
}
