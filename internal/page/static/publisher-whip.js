// The client's side of WHIP, RFC 9725.

// Refused is what the recorder answered instead of taking an offer. Its
// message is the recorder's own line of text.
export class Refused extends Error {
  constructor(status, text) {
    super(text || `the recorder answered ${status}`);
    this.status = status;
  }
}

// Whip speaks to one recorder. The token stays in the page's memory.
export class Whip {
  #token;
  #session = null;

  constructor(token) {
    this.#token = token;
  }

  // recorder tells what the recorder expects: { encrypted }.
  async recorder() {
    const response = await this.#fetch("recorder", {});
    return response.json();
  }

  // servers are the ICE servers that the recorder names, as
  // RTCPeerConnection takes them.
  async servers() {
    const response = await this.#fetch("whip", { method: "OPTIONS" });
    return iceServers(response.headers.get("Link") ?? "");
  }

  // publish sends an offer and returns the answer.
  async publish(offer, encrypted) {
    const response = await this.#fetch(encrypted ? "whip?e2ee=1" : "whip", {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: offer,
    });
    const location = response.headers.get("Location");
    if (location) this.#session = new URL(location, response.url);
    return response.text();
  }

  // forget says that the recorder has ended the session.
  forget() {
    this.#session = null;
  }

  // remove ends the session. It works while the page is being left.
  async remove() {
    if (!this.#session) return;
    const session = this.#session;
    this.#session = null;
    await this.#fetch(session, { method: "DELETE", keepalive: true });
  }

  async #fetch(url, options) {
    const headers = { ...options.headers };
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    let response;
    try {
      response = await fetch(url, { ...options, headers, cache: "no-store", referrerPolicy: "no-referrer" });
    } catch {
      throw new Refused(0, "the recorder does not answer");
    }
    if (!response.ok) throw new Refused(response.status, (await response.text()).trim().slice(0, 300));
    return response;
  }
}

// iceServers reads Link headers (RFC 9725, section 4.6):
//   <turn:host:3478?transport=udp>; rel="ice-server"; username="u"; credential="c"
export function iceServers(header) {
  const servers = [];
  for (const link of header.matchAll(/<([^>]*)>((?:\s*;\s*[\w-]+="(?:[^"\\]|\\.)*")*)/g)) {
    const server = { urls: link[1] };
    let rel = "";
    for (const [, name, value] of link[2].matchAll(/([\w-]+)="((?:[^"\\]|\\.)*)"/g)) {
      const text = value.replace(/\\(.)/g, "$1");
      if (name === "rel") rel = text;
      if (name === "username" || name === "credential") server[name] = text;
    }
    if (rel === "ice-server") servers.push(server);
  }
  return servers;
}
