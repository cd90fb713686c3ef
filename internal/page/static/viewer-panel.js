// The panel: what is received, opened and refused, by track.

const rows = [
  ["packets", "Packets", (t) => t.stats.packetsReceived],
  ["frames", "Frames", (t) => t.counts.received],
  ["opened", "Opened", (t) => t.counts.opened],
  ["scheme", "Scheme", (t) => t.counts.scheme],
  ["unverified", "Not authenticated", (t) => t.counts.unverified],
  ["passed", "In clear", (t) => t.counts.passed],
  ["injected", "Of the call's server", (t) => t.counts.injected],
  ...Object.entries({
    no_key: "no key for them", auth: "no key opens them", format: "of another format", clear: "in clear",
    unauthenticated: "not authenticated", hold: "search given up", overflow: "too many at once", failed: "the browser failed",
  }).map(([reason, words]) => [reason, `Refused: ${words}`, (t) => t.counts.refused?.[reason]]),
  ["decoded", "Decoded", (t) => t.stats.framesDecoded],
  ["freezes", "Freezes", (t) => t.stats.freezeCount],
  ["again", "Asked for again", (t) => t.stats.nackCount],
];

// always are the rows that say something also where they are 0.
const always = ["packets", "frames", "opened", "scheme"];

// fill writes the table, a column a track: [{ kind, codec, counts, stats }].
export function fill(table, tracks) {
  const all = [["track", "", (t) => `${t.kind} ${t.stats.index}${t.codec ? ` (${t.codec})` : ""}`], ...rows]
    .map(([id, head, value]) => ({ id, head, cells: tracks.map(value) }))
    .filter(({ id, cells }) => id === "track" || always.includes(id) || cells.some((n) => n > 0));
  table.replaceChildren(...all.map(({ id, head, cells }) => {
    const tr = document.createElement("tr");
    tr.dataset.row = id;
    tr.append(cell(head === "" ? "td" : "th", head, "row"), ...cells.map((n) => cell(id === "track" ? "th" : "td", n ?? "–", "col")));
    return tr;
  }));
}

function cell(name, text, scope) {
  const made = Object.assign(document.createElement(name), { textContent: text });
  if (name === "th") made.scope = scope;
  return made;
}

// link says how good the way from the server is, by the last stats and those
// before: "" where nothing can be said.
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
