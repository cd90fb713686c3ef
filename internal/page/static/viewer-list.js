// The list of recordings, where there is a choice.

import { clock } from "./viewer-address.js";

// fill writes the list: choose is called with the one that is chosen.
export function fill(list, recordings, choose) {
  list.replaceChildren(...recordings.map((r) => {
    const button = make("button", r.name);
    button.type = "button";
    button.append(make("small", describe(r)));
    button.addEventListener("click", () => {
      list.replaceChildren(); // it will be another one
      choose(r);
    });
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

// describe says what is known of a recording: how long it is may not be, before
// somebody watched it.
function describe({ duration_s: duration, tracks }) {
  const encrypted = tracks.filter((t) => t.encrypted).length;
  let how = "not encrypted";
  if (encrypted > 0) how = encrypted === tracks.length ? "end-to-end encrypted" : "partly end-to-end encrypted";
  return [duration === null ? "" : clock(duration), tracks.map((t) => `${t.kind} (${t.codec})`).join(", "), how].filter(Boolean).join(" · ");
}

const make = (name, text) => Object.assign(document.createElement(name), { textContent: text });
