// The strip above the seek bar: where packets were lost, and where the picture
// can start.

const svg = "http://www.w3.org/2000/svg";
const width = 1000; // of the strip's own coordinates

// draw shows the losses and key frames of a recording, and says the losses in
// words for those who do not see it.
export function draw(strip, details, clock) {
  const duration = details.duration_s;
  const at = (seconds) => (duration > 0 ? Math.min(width, Math.max(0, seconds / duration * width)) : 0);
  const marks = [];
  const spans = new Map(); // packets, by second and kind
  for (const track of details.tracks) {
    for (const seconds of track.key_frames_s ?? []) marks.push(rect("key", at(seconds), 2, 5, 5));
    for (const loss of track.losses ?? []) {
      marks.push(rect("loss", at(loss.from_s), Math.max(3, at(loss.to_s) - at(loss.from_s)), 0, 10));
      const place = `${clock(loss.from_s)} (${track.kind})`;
      spans.set(place, (spans.get(place) ?? 0) + loss.packets);
    }
  }
  marks.push(rect("now", 0, 3, 0, 10));
  strip.replaceChildren(...marks);
  const total = [...spans.values()].reduce((a, b) => a + b, 0);
  const some = [...spans].slice(0, 20).map(([place, packets]) => `${packets} at ${place}`).join(", ") + (spans.size > 20 ? " …" : "");
  const text = total === 0 ? "No packets were lost when this was recorded." : `${total} packets were lost when this was recorded: ${some}.`;
  strip.setAttribute("aria-label", text);
  const title = document.createElementNS(svg, "title");
  title.textContent = text;
  strip.prepend(title);
}

// move shows where the player is.
export function move(strip, fraction) {
  strip.querySelector(".now")?.setAttribute("x", Math.min(width - 3, Math.max(0, fraction * width)));
}

function rect(kind, x, w, y, h) {
  const r = document.createElementNS(svg, "rect");
  r.setAttribute("class", kind);
  for (const [name, value] of Object.entries({ x, y, width: w, height: h })) r.setAttribute(name, value);
  return r;
}
