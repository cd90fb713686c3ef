// What the page's own address says.

// readFragment reads "#token=…&keys=…&recording=…&trace" into a Map.
export function readFragment(hash) {
  return new Map(hash.replace(/^#/, "").split("&").filter(Boolean).map((part) => {
    const [name, ...value] = part.split("=");
    return [name, decoded(value.join("="))];
  }));
}

// takeFragment removes what is secret from the address bar.
export function takeFragment(text) {
  const read = readFragment(text);
  if (read.has("token") || read.has("keys")) address("");
  return read;
}

// address puts a fragment into the address bar.
export function address(hash) {
  history.replaceState(null, "", location.pathname + location.search + hash);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// places tells where to ask: for the list of recordings, for one of them, and
// where to send an offer. whep is what "?whep=" has, or null; then the page
// came from the server itself.
export function places(whep, page) {
  if (whep === null) return { recordings: new URL("recordings", page), whep: null };
  const url = new URL(whep, page);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw new Error("?whep= is no web address");
  const one = url.pathname.match(/^(.*\/recordings\/[^/]+)\/whep$/);
  return { recordings: null, whep: url, details: one ? new URL(one[1], url) : null };
}

// clock writes seconds as people do.
export function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds || 0));
  const two = (n) => String(n).padStart(2, "0");
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}
