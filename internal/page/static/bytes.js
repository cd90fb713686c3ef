// Octets, and their forms as text. Nothing here knows what they mean.

export function concat(...parts) {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    all.set(p, at);
    at += p.length;
  }
  return all;
}

// equal takes as long for arrays of one length whatever is in them, as tags
// are compared with it.
export function equal(a, b) {
  if (a.length !== b.length) return false;
  let differ = 0;
  for (let i = 0; i < a.length; i++) differ |= a[i] ^ b[i];
  return differ === 0;
}

export function startsWith(bytes, start) {
  return bytes.length >= start.length && equal(bytes.subarray(0, start.length), start);
}

export function endsWith(bytes, end) {
  return bytes.length >= end.length && equal(bytes.subarray(bytes.length - end.length), end);
}

export const utf8 = (text) => new TextEncoder().encode(text);

// be32 and be64 are a number and a BigInt, big-endian.
export function be32(n) {
  const b = new Uint8Array(4);
  new DataView(b.buffer).setUint32(0, n);
  return b;
}

export function be64(n) {
  const b = new Uint8Array(8);
  new DataView(b.buffer).setBigUint64(0, n);
  return b;
}

// number reads a BigInt, big-endian, of any length.
export function number(bytes) {
  let n = 0n;
  for (const b of bytes) n = n << 8n | BigInt(b);
  return n;
}

// shortest is the opposite of number for n above 0, and nothing for 0.
export function shortest(n) {
  const b = be64(n);
  const first = b.findIndex((x) => x !== 0);
  return b.subarray(first < 0 ? b.length : first);
}

export function hex(bytes) {
  let text = "";
  for (const b of bytes) text += b.toString(16).padStart(2, "0");
  return text;
}

// fromHex is null for what is no hex.
export function fromHex(text) {
  if (!/^([0-9a-fA-F]{2})*$/.test(text)) return null;
  const b = new Uint8Array(text.length / 2);
  for (let i = 0; i < b.length; i++) b[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return b;
}

export function base64url(bytes) {
  let text = "";
  for (const b of bytes) text += String.fromCharCode(b);
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// fromBase64url takes both forms, with and without padding, and is null for
// all else, bits left over included.
export function fromBase64url(text) {
  const bare = text.replace(/={1,2}$/, "");
  if (!/^[A-Za-z0-9_-]*$/.test(bare) || bare.length % 4 === 1) return null;
  const binary = atob(bare.replace(/-/g, "+").replace(/_/g, "/"));
  const b = Uint8Array.from(binary, (c) => c.charCodeAt(0));
  return base64url(b) === bare ? b : null;
}
