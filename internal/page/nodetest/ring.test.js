// The search for a key: what it may cost, what it finds, and when it believes.

import assert from "node:assert/strict";
import test from "node:test";
import { Chain } from "../static/chain.js";
import { Ring } from "../static/ring.js";

// sealed is a frame under one key and step. It notes what was tried on it.
function sealed(key, step, { bytes = Uint8Array.of(key, step), skip, cost } = {}) {
  const tried = [];
  return { bytes, skip, cost, tried, try: async (k, s) => { tried.push(`${k}.${s}`); return k === key && s === step; } };
}

const reason = (promise) => promise.then(() => "opened", (err) => err.reason);
const until = async (ring, keys, make, most = 5000) => {
  for (let n = 1; n <= most; n++) if (await reason(ring.open(1, keys, false, make())) === "opened") return n;
  return Infinity;
};

test("a known key costs one try", async () => {
  const ring = new Ring({ maxStep: 9 });
  await ring.open(1, [0, 1, 2], false, sealed(2, 0));
  const again = sealed(2, 0);
  assert.deepEqual(await ring.open(1, [0, 1, 2], false, again), { key: 2, step: 0, adopted: false });
  assert.deepEqual(again.tried, ["2.0"]);
});

test("after a change: the next step, the other keys, then all keys step by step", async () => {
  const ring = new Ring({ maxStep: 3 });
  for (let n = 0; n < 9; n++) await ring.open(1, [0, 1], false, sealed(1, 0));
  const f = sealed(5, 5);
  assert.equal(await reason(ring.open(1, [0, 1], false, f)), "auth");
  assert.deepEqual(f.tried, ["1.0", "1.1", "0.0", "0.1", "1.1", "0.2", "1.2", "0.3", "1.3"]);
});

test("a search costs nine tries a frame at most, and goes on with the next", async () => {
  const ring = new Ring({ maxStep: 200 }), keys = [0, 1, 2, 3, 4];
  let frames = 0, found = false;
  while (!found && frames < 1000) {
    found = await reason(ring.open(1, keys, false, sealed(3, 150))) === "opened";
    frames++;
    assert(ring.tries <= 9 * frames, `${ring.tries} tries for ${frames} frames`);
  }
  assert(found && frames > 80 && frames < 250, `${frames}`);
});

test("what a try costs counts", async () => {
  const cheap = new Ring({ maxStep: 50 }), dear = new Ring({ maxStep: 50 });
  const fast = await until(cheap, [0], () => sealed(0, 40)), slow = await until(dear, [0], () => sealed(0, 40, { cost: (k, s) => s > 0 ? 9 : 1 }));
  assert(fast < 12 && slow > 30 && slow < 100, `${fast}, ${slow}`);
});

test("a search that ends within one frame says that no key opens it", async () => {
  const ring = new Ring({ maxStep: 1 });
  assert.equal(await reason(ring.open(1, [0, 1], false, sealed(7, 7))), "auth");
  assert.equal(await reason(ring.open(1, [], false, sealed(7, 7))), "auth");
});

test("with short tags a second, other frame must speak", async () => {
  const ring = new Ring({ confirm: true });
  const first = sealed(1, 0, { bytes: Uint8Array.of(1) });
  assert.equal(await reason(ring.open(1, [0, 1], false, first)), "hold");
  assert.equal(await reason(ring.open(1, [0, 1], false, first)), "hold"); // the very same confirms nothing
  const second = await ring.open(1, [0, 1], false, sealed(1, 0, { bytes: Uint8Array.of(2) }));
  assert.deepEqual(second, { key: 1, step: 0, adopted: true });
  assert.equal(await reason(ring.open(1, [0, 1], false, first)), "opened");
});

test("the only key that bears an id needs no second frame", async () => {
  const ring = new Ring({ confirm: true, maxStep: 5 });
  assert.equal(await reason(ring.open(1, [4, 5], true, sealed(4, 0))), "opened");
  assert.equal(await reason(ring.open(2, [4, 5], true, sealed(5, 0))), "hold");
  assert.equal(await reason(ring.open(4, [4, 5], false, sealed(4, 0))), "hold");
  assert.equal(await reason(ring.open(3, [4, 5], true, sealed(4, 1))), "hold");
});

test("a search ends where a known key opens a frame", async () => {
  const ring = new Ring({ maxStep: 3 }), keys = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  await ring.open(1, keys, false, sealed(0, 0));
  while (await reason(ring.open(1, keys, false, sealed(99, 9))) !== "hold"); // it is under way
  await ring.open(1, keys, false, sealed(0, 0));
  const next = sealed(0, 1);
  await ring.open(1, keys, false, next);
  assert.deepEqual(next.tried, ["0.0", "0.1"]); // and begins anew
});

test("what is skipped costs no try, and no time without end", async () => {
  const ring = new Ring({ maxStep: 1e9 });
  const f = sealed(0, 5, { skip: (k, s) => s > 0 && s !== 5 });
  assert.equal(await reason(ring.open(1, [0], false, f)), "opened");
  assert.deepEqual(f.tried, ["0.0", "0.5"]);
  const never = sealed(9, 9, { skip: () => true });
  assert.equal(await reason(new Ring({ maxStep: 1e9 }).open(1, [0], false, never)), "hold");
  assert.deepEqual(never.tried, []);
});

test("ids without number are forgotten, not gathered", async () => {
  const ring = new Ring();
  const tries = async (id) => {
    const f = sealed(2, 0);
    await ring.open(id, [0, 1, 2], false, f);
    return f.tried.length;
  };
  assert.deepEqual([await tries(0), await tries(0)], [3, 1]);
  for (let id = 1; id < 5000; id++) await tries(id);
  assert.equal(await tries(0), 3);
});

test("a chain walks no step twice that it has come by", async () => {
  let steps = 0;
  const chain = new Chain(0, async (n) => {
    steps++;
    return n + 1;
  });
  assert.deepEqual(await Promise.all([chain.at(100), chain.at(3), chain.at(100), chain.at(64)]), [100, 3, 100, 64]);
  assert(steps < 100 + 3 + 4 + 32 + 32, `${steps}`);
  steps = 0;
  for (let n = 1000; n > 900; n--) assert.equal(await chain.at(n), n);
  assert(steps < 900 + 100 * 31, `${steps}`);
  const all = new Chain(0, async (n) => n + 1, 1);
  assert.deepEqual([await all.at(9), all.reached(9), all.reached(10)], [9, true, false]);
});

test("a chain that fails once goes on after", async () => {
  let broken = true;
  const chain = new Chain(0, async (n) => {
    if (broken) throw new Error("no");
    return n + 1;
  });
  await assert.rejects(chain.at(2));
  broken = false;
  assert.equal(await chain.at(2), 2);
});
