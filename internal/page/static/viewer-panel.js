// The panel: what is received, opened and refused, by track.

const columns = [
  ["Track", (t) => t.name],
  ["Packets", (t) => t.stats.packetsReceived],
  ["Frames", (t) => t.counts.received],
  ["Opened", (t) => t.counts.opened],
  ["Not authenticated", (t) => t.counts.unverified],
  ["In clear", (t) => t.counts.passed],
  ["Refused", (t) => refused(t.counts)],
  ["Decoded", (t) => t.stats.framesDecoded],
  ["Freezes", (t) => t.stats.freezeCount],
  ["Scheme", (t) => t.counts.scheme],
];

const reasons = {
  no_key: "no key for them", auth: "no key opens them", format: "of another format", clear: "in clear",
  unauthenticated: "not authenticated", hold: "search given up", overflow: "too many", failed: "the browser failed",
};

function refused({ refused = {} }) {
  const some = Object.entries(refused).filter(([, n]) => n > 0);
  if (some.length === 0) return 0;
  return some.map(([reason, n]) => `${n} ${reasons[reason] ?? reason}`).join(", ");
}

// fill writes the table. tracks: [{ name, counts, stats }].
export function fill(table, tracks) {
  const row = (cell, texts) => {
    const tr = document.createElement("tr");
    tr.append(...texts.map((text) => Object.assign(document.createElement(cell), { textContent: text ?? "–" })));
    return tr;
  };
  table.replaceChildren(
    row("th", columns.map(([head]) => head)),
    ...tracks.map((t) => row("td", columns.map(([, value]) => value(t)))),
  );
  for (const th of table.querySelectorAll("th")) th.scope = "col";
}

// link says how good the way from the server is, by the last stats and those
// before: null where nothing can be said.
export function link(before, now) {
  let lost = 0, came = 0;
  for (const s of now) {
    const old = before.find((b) => b.index === s.index);
    if (!old || s.packetsReceived === undefined) continue;
    lost += Math.max(0, s.packetsLost - old.packetsLost);
    came += s.packetsReceived - old.packetsReceived;
  }
  if (came + lost < 20) return "";
  const percent = Math.round(lost / (came + lost) * 100);
  return percent > 5 ? `The network between the server and you loses ${percent} % of the packets.` : "";
}
