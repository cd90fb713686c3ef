// The pictures and the sound.

// Stage puts received tracks into media elements: one for every picture, the
// first of which also plays all sound.
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

  clear() {
    for (const t of this.#sound.getTracks()) this.#sound.removeTrack(t);
    this.#pictures.clear();
    this.#element.replaceChildren();
    this.#audio.srcObject = null;
  }

  // arrange makes the elements anew. Sound and picture of one element are kept
  // in step by the browser.
  #arrange() {
    const elements = [...this.#pictures].sort(([a], [b]) => a - b).map(([index, track], i) => {
      const video = this.#element.querySelector(`video[data-track="${index}"]`) ?? document.createElement("video");
      video.dataset.track = index;
      video.playsInline = true;
      video.setAttribute("aria-label", `Picture ${i + 1}`);
      const tracks = i === 0 ? [track, ...this.#sound.getTracks()] : [track];
      const have = video.srcObject?.getTracks() ?? [];
      if (have.length !== tracks.length || tracks.some((t) => !have.includes(t))) video.srcObject = new MediaStream(tracks);
      return video;
    });
    if (elements.length === 0) {
      this.#audio.srcObject = this.#sound;
      elements.push(this.#audio);
    }
    this.#element.replaceChildren(...elements);
    this.#apply();
    this.play();
  }

  // play starts what does not play yet. Where the browser lets no sound out
  // without a gesture, the picture goes on without.
  play() {
    for (const e of this.#all()) {
      if (!e.paused) continue;
      e.play().catch((error) => {
        if (error.name !== "NotAllowedError" || e.muted) return;
        e.muted = true;
        e.play().catch(() => {}); // the button tries again
        this.#blocked();
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
    this.#all().forEach((e, i) => {
      e.muted = this.#muted || i > 0;
      e.volume = this.#volume;
    });
  }

  #all() { return [...this.#element.querySelectorAll("video, audio")]; }
}
