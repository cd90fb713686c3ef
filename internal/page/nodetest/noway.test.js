// What is said where no connection could be made.

import assert from "node:assert/strict";
import test from "node:test";

import { noWay } from "../static/noway.js";

const described = (...addresses) => ({
  sdp: ["v=0", ...addresses.map((a, i) => `a=candidate:${i} 1 udp 2130706431 ${a} 40000 typ host`), ""].join("\r\n"),
});

test("a browser that keeps from its own machine is named as the reason", () => {
  const name = "0b5c6e9f-7d2f-4f3c-9a1e-0123456789ab.local";
  for (const [here, there, reason] of [
    [[name], ["127.0.0.1", "::1"], true],
    [["192.0.2.7"], ["127.0.0.1"], true],
    [[], ["127.0.0.1"], true],
    [["127.0.0.1"], ["127.0.0.1"], false],
    [[name], ["192.0.2.7", "127.0.0.1"], false],
    [[name], [], false],
  ]) {
    const text = noWay({ localDescription: described(...here), remoteDescription: described(...there) }, "server");
    assert.equal(text.includes("Firefox"), reason, `${here} to ${there}: ${text}`);
    assert.match(text, /server/);
  }
  assert.match(noWay({ localDescription: null, remoteDescription: null }, "recorder"), /no connection to the recorder/);
});
