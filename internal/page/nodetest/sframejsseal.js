// A second frame under the key and ratchet step of an SFrame.js vector, whose
// short tags nothing is believed of before another one speaks. It is made with
// Node's own cryptography and not with the page's.

import { createCipheriv, createHmac, hkdfSync } from "node:crypto";
import { unhex } from "./corpus.js";

const derive = (secret, salt, size) => Buffer.from(hkdfSync("sha256", secret, salt, "", size));

export function sealSFrameJS(v, text) {
  let base = unhex(v.material[0].base_key);
  for (let i = 0; i < v.params.ratchets; i++) base = derive(base, "SFrameRatchetKey", 32);
  const id = BigInt(v.params.sender_id), counter = 200n;
  const iv = derive(base, "SFrameSaltKey", 16);
  const numbers = Buffer.alloc(16);
  const idFirst = v.params.iv_order === "kid-ctr";
  numbers.writeBigUInt64BE(idFirst ? id : counter, 0);
  numbers.writeBigUInt64BE(idFirst ? counter : id, 8);
  for (let i = 0; i < 16; i++) iv[i] ^= numbers[i];
  const long = unhex(v.encrypted)[0] & 8 ? unhex(v.encrypted).subarray(1, 1 + (unhex(v.encrypted)[0] & 7)) : [];
  const header = Buffer.from([0x10 | unhex(v.encrypted)[0] & 0x0f, ...long, Number(counter)]);
  const sealed = Buffer.concat([header, createCipheriv("aes-128-ctr", derive(base, "SFrameEncryptionKey", 16), iv).update(text)]);
  const tag = createHmac("sha256", derive(base, "SFrameAuthenticationKey", 32)).update(sealed).digest();
  return new Uint8Array(Buffer.concat([sealed, tag.subarray(0, v.kind === "video" ? 10 : 4)]));
}
