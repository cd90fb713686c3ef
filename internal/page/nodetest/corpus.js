// The vectors of testdata, as the key files and frames that they stand for.

import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { makeOpener, prepareKeys } from "../static/any.js";
import { base64url } from "../static/bytes.js";
import { parseKeyFile, readKeys } from "../static/keyfile.js";

export const testdata = fileURLToPath(new URL("../../../testdata/", import.meta.url));

export const unhex = (text) => Uint8Array.from(Buffer.from(text, "hex"));

export const readJSON = (path) => JSON.parse(fs.readFileSync(testdata + path, "utf8"));

// vectors are the frame vectors of a file, those without bytes left out.
export function vectors(file) {
  const all = readJSON(`vectors/${file}.json`).vectors.filter((v) => v.expect);
  return all.map((v) => ({
    ...v,
    params: v.params ?? {},
    material: v.keys ?? [v.key],
    meta: {
      kind: v.kind, codec: v.codec, type: v.frame_type ?? undefined,
      ssrc: v.params?.ssrc === undefined ? undefined : Number(v.params.ssrc),
    },
  }));
}

// b64 is what a key file has for bytes in hex or for a text.
export const b64 = (text) => base64url(unhex(text));
export const text64 = (text) => base64url(new TextEncoder().encode(text));

// opener makes the opener of a track from JWKs, by way of a key file. Keys of
// one file are prepared once: passphrases take their time.
export async function opener(jwks, meta) {
  const text = JSON.stringify({ keys: jwks });
  if (!prepared.has(text)) prepared.set(text, prepareKeys(readKeys(parseKeyFile(text).keys).keys));
  return makeOpener(await prepared.get(text), meta);
}

const prepared = new Map();

// patiently opens a frame again and again while a search goes on, as a track
// does whose frames are all alike. another confirms what short tags found.
export async function patiently(o, bytes, meta, another) {
  for (let n = 0; ; n++) {
    try {
      return await o.open(bytes, meta);
    } catch (err) {
      if (err.reason !== "hold" || n === 300) throw err;
      if (n === 20 && another) {
        await o.open(another, meta);
        another = undefined;
      }
    }
  }
}
