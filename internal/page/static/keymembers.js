// The members of one JSON object of a key file, by name. Values never stand in
// an error: a key may stand where another member belongs.

import { fromBase64url, fromHex } from "./bytes.js";

const MOST = 2n ** 64n - 1n;

// KeyError says in a person's words what is wrong with a key file.
export class KeyError extends Error {}

export class Members {
  #asked = new Set();

  constructor(raw, path = "") {
    this.raw = raw;
    this.path = path;
  }

  fail(name, what) {
    throw new KeyError(`${this.path}${name} ${what}`);
  }

  // get is undefined for what is missing or null.
  get(name) {
    this.#asked.add(name);
    return Object.hasOwn(this.raw, name) ? this.raw[name] ?? undefined : undefined;
  }

  object(name) {
    const v = this.get(name);
    if (v !== undefined && !isObject(v)) this.fail(name, "is not an object");
    return new Members(v ?? {}, `${this.path}${name}.`);
  }

  optionalText(name) {
    const v = this.get(name);
    if (v !== undefined && typeof v !== "string") this.fail(name, "is not a string");
    return v;
  }

  text(name) {
    return this.optionalText(name) ?? "";
  }

  oneOf(name, ...list) {
    const s = this.text(name);
    if (s !== "" && !list.includes(s)) this.fail(name, `is none of ${list.join(", ")}`);
    return s;
  }

  flag(name) {
    const v = this.get(name);
    if (v !== undefined && typeof v !== "boolean") this.fail(name, "is neither true nor false");
    return v;
  }

  number(name, low, high) {
    const v = this.get(name);
    const fits = Number.isInteger(v) && v >= low && v <= high;
    if (v !== undefined && !fits) this.fail(name, `is not a whole number ${low}..${high}`);
    return v;
  }

  // decimal is a BigInt of 64 bits: a string, or a number as far as JSON
  // numbers are exact here.
  decimal(name) {
    const v = this.get(name);
    if (v === undefined) return undefined;
    if (typeof v === "number" && v > Number.MAX_SAFE_INTEGER) {
      this.fail(name, "is a number above 2^53, of which this browser loses bits: write it as a string");
    }
    const digits = typeof v === "string" && /^[0-9]+$/.test(v);
    if (!digits && !(Number.isInteger(v) && v >= 0) || BigInt(v) > MOST) {
      this.fail(name, "is not a decimal number of at most 64 bits");
    }
    return BigInt(v);
  }

  // hex and base64 are undefined for what is missing or empty.
  hex(name) {
    const b = fromHex(this.text(name));
    if (b === null) this.fail(name, "is not hex");
    return b.length > 0 ? b : undefined;
  }

  base64(name) {
    const s = this.text(name);
    if (/[+/]/.test(s)) this.fail(name, "is base64 of the standard alphabet, not base64url");
    const b = fromBase64url(s);
    if (b === null) this.fail(name, "is not base64url");
    return b.length > 0 ? b : undefined;
  }

  // unread lists the members that nobody asked for.
  unread() {
    return Object.keys(this.raw).filter((name) => !this.#asked.has(name)).sort();
  }
}

export function isObject(v) {
  return typeof v === "object" && v !== null && !Array.isArray(v);
}
