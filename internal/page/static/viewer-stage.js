// The pictures and the sound.

// Stage puts received tracks into media elements: one for every picture, and
// one for all sound, which is heard also where no picture shows. The browser
// keeps in step what comes over one connection, whatever elements play it.
export class Stage {
  #element;
  #pictures = new Map(); // by track
  #sound = new MediaStream();
  #audio;
  #blocked;
  #muted = false;
  #volume = 1;

  // blocked is called when the browser wants a gesture before it plays.
  constructor(element, blocked) {
    this.#element = element;
    this.#blocked = blocked;
    this.#audio = document.createElement("audio");
  }

  add(index, track) {
    if (track.kind === "audio") this.#sound.addTrack(track);
    else this.#pictures.set(index, track);
    this.#arrange();
  }

  // reveal shows the pictures of these tracks, and no other: the last one that
  // came under other keys would stay.
  reveal(tracks) {
    for (const video of this.#element.querySelectorAll("video")) video.classList.toggle("blank", !tracks.includes(Number(video.dataset.track)));
  }

  clear() {
    for (const t of this.#sound.getTracks()) this.#sound.removeTrack(t);
    this.#pictures.clear();
    this.#element.replaceChildren();
    this.#audio.srcObject = null;
  }

  #arrange() {
    const elements = [...this.#pictures].sort(([a], [b]) => a - b).map(([index, track], i) => {
      const video = this.#element.querySelector(`video[data-track="${index}"]`) ?? Object.assign(document.createElement("video"), { className: "blank" });
      video.dataset.track = index;
      video.playsInline = true;
      video.setAttribute("aria-label", `Picture ${i + 1}`);
      if (video.srcObject?.getTracks()[0] !== track) video.srcObject = new MediaStream([track]);
      return video;
    });
    if (this.#sound.getTracks().length > 0) elements.push(this.#audio);
    this.#audio.srcObject ??= this.#sound;
    this.#element.replaceChildren(...elements);
    this.#apply();
    this.play();
  }

  // play starts what does not play yet. Pictures, which are without sound, need
  // no gesture.
  play() {
    for (const e of this.#all()) {
      if (!e.paused) continue;
      e.play().catch((error) => {
        if (error.name === "NotAllowedError") this.#blocked();
      });
    }
  }

  // gesture is called by what the user does: now sound may be heard.
  gesture() {
    this.#apply();
    this.play();
  }

  get muted() { return this.#muted; }
  set muted(muted) {
    this.#muted = muted;
    this.#apply();
  }

  get volume() { return this.#volume; }
  set volume(volume) {
    this.#volume = Math.min(1, Math.max(0, volume));
    this.#apply();
  }

  #apply() {
    for (const video of this.#element.querySelectorAll("video")) video.muted = true;
    this.#audio.muted = this.#muted;
    this.#audio.volume = this.#volume;
  }

  #all() { return [...this.#element.querySelectorAll("video, audio")]; }
}
