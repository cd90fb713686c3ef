// The controls of the player, by mouse, touch and keyboard. What they do is
// done by the server: the page asks, and shows what is answered.

import { clock } from "./viewer-address.js";
import { move } from "./viewer-timeline.js";

const $ = (id) => document.getElementById(id);

// Controls show a player. send(command) tells the server, and returns the
// player's new state; without a command it only asks.
export class Controls {
  #send;
  #stage;
  #state = null; // as the server last told it
  #at = 0; // when
  #turn = 0;
  #dragging = false;
  #blocked = false;

  constructor(send, stage) {
    this.#send = send;
    this.#stage = stage;
    $("play").addEventListener("click", () => this.toggle());
    $("seek").addEventListener("input", () => {
      this.#dragging = true;
      this.#showPosition(Number($("seek").value));
    });
    $("seek").addEventListener("change", () => {
      this.#dragging = false;
      this.seek(Number($("seek").value));
    });
    $("speed").addEventListener("change", () => this.command({ speed: Number($("speed").value) }));
    $("loop").addEventListener("change", () => this.command({ loop: $("loop").checked }));
    $("mute").addEventListener("click", () => this.mute());
    $("volume").addEventListener("input", () => {
      stage.volume = Number($("volume").value);
      if (stage.muted) this.mute();
    });
    $("fullscreen").addEventListener("click", () => this.fullscreen());
    $("stage").addEventListener("click", () => this.toggle());
    $("stage").addEventListener("dblclick", () => this.fullscreen());
    document.addEventListener("fullscreenchange", () => {
      $("fullscreen").textContent = document.fullscreenElement ? "Leave full screen" : "Full screen";
    });
    document.addEventListener("keydown", (event) => this.#key(event));
    for (const gesture of ["click", "keydown"]) document.addEventListener(gesture, () => this.#unblock());
  }

  get state() { return this.#state; }

  // position is where the player should be by now, in seconds.
  get position() {
    if (!this.#state) return 0;
    const { position_s, duration_s, speed, paused, ended } = this.#state;
    const run = paused || ended ? 0 : (performance.now() - this.#at) / 1000 * speed;
    return Math.min(duration_s, position_s + run);
  }

  // due tells whether the player should be at the end, and has not said so.
  get due() { return Boolean(this.#state) && !this.#state.paused && !this.#state.ended && this.position >= this.#state.duration_s; }

  // show takes what the server told: null where it tells nothing.
  show(state) {
    if (state !== this.#state) this.#at = performance.now();
    this.#state = state;
    const fixed = !state || state.live;
    for (const id of ["seek", "speed", "loop"]) $(id).disabled = fixed;
    $("play").disabled = fixed && !this.#blocked;
    if (state) {
      $("seek").max = state.duration_s;
      $("duration").textContent = clock(state.duration_s);
      $("loop").checked = state.loop;
      if ([...$("speed").options].some((o) => Number(o.value) === state.speed)) $("speed").value = state.speed;
    }
    const playing = state && !state.paused && !state.ended;
    $("play").textContent = !playing ? "Play" : this.#blocked ? "Play with sound" : "Pause";
    $("silent").hidden = !state || state.speed === 1;
    this.tick();
  }

  // blocked is called when the browser wants a gesture before it plays.
  blocked() {
    this.#blocked = true;
    this.show(this.#state);
  }

  get silenced() { return this.#blocked; }

  // unblock takes any gesture for the one that the browser wants.
  #unblock() {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#stage.gesture();
    this.show(this.#state);
  }

  tick() {
    if (!this.#dragging) {
      $("seek").value = this.position;
      this.#showPosition(this.position);
    }
    if (this.#state?.duration_s > 0) move($("strip"), this.position / this.#state.duration_s);
  }

  #showPosition(seconds) {
    $("position").textContent = clock(seconds);
    $("seek").setAttribute("aria-valuetext", `${clock(seconds)} of ${clock(this.#state?.duration_s)}`);
  }

  async toggle() {
    this.#stage.gesture();
    const blocked = this.#blocked;
    this.#blocked = false;
    if (!this.#state || this.#state.live || (blocked && !this.#state.paused)) return this.show(this.#state);
    if (this.#state.ended) return this.command({ seek_s: 0, paused: false });
    return this.command({ paused: !this.#state.paused });
  }

  seek(seconds) {
    if (!this.#state) return undefined;
    return this.command({ seek_s: Math.min(this.#state.duration_s, Math.max(0, seconds)) });
  }

  mute() {
    this.#stage.muted = !this.#stage.muted;
    $("mute").setAttribute("aria-pressed", this.#stage.muted);
    $("mute").textContent = this.#stage.muted ? "Unmute" : "Mute";
  }

  // fullscreen shows the player, with its controls, on all of the screen.
  async fullscreen() {
    try {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await $("player").requestFullscreen();
    } catch {
      // The browser, or the page around this one, does not allow it.
    }
  }

  // faster goes by steps through the speeds that there are.
  faster(step) {
    const options = [...$("speed").options];
    const to = options[options.findIndex((o) => o.selected) + step];
    if (!to || !this.#state) return undefined;
    to.selected = true; // for the next step, which may come before the answer
    return this.command({ speed: Number(to.value) });
  }

  // command tells the server, and shows at once what will be: who presses a key
  // three times means three steps.
  async command(command) {
    if (!this.#state || this.#state.live) return;
    const turn = ++this.#turn;
    const { seek_s: sought, ...rest } = command;
    const moved = sought === undefined ? { position_s: this.position } : { position_s: sought, ended: false };
    this.show({ ...this.#state, ...moved, ...rest });
    try {
      const state = await this.#send(command);
      if (turn === this.#turn) this.answer(state, turn);
    } catch {
      this.#turn++; // the next answer tells what is: the page says elsewhere what is wrong
    }
  }

  // turn is for answer: it tells whether something was commanded since.
  get turn() { return this.#turn; }

  // answer takes what the server told when it was asked in a turn. What it told
  // before the last command is out of date.
  answer(state, turn) {
    if (turn !== this.#turn) return;
    this.#turn++;
    this.show(state);
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || $("player").hidden) return;
    const on = event.target;
    if (on.matches("input:not([type=range]):not([type=checkbox]), select, textarea")) return;
    // What an element does with a key by itself is not done twice. The seek bar
    // would go by tenths of a second.
    if (on.matches("button, summary, input:not([type=range]), a") && [" ", "Enter"].includes(event.key)) return;
    if (on.matches("#volume") && /^(Arrow|Home|End|Page)/.test(event.key)) return;
    const act = this.#shortcut(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  }

  #shortcut(key) {
    const by = (seconds) => () => this.seek(this.position + seconds);
    const duration = this.#state?.duration_s ?? 0;
    if (/^[0-9]$/.test(key)) return () => this.seek(duration * Number(key) / 10);
    return {
      " ": () => this.toggle(), k: () => this.toggle(),
      ArrowLeft: by(-5), ArrowRight: by(5), j: by(-10), l: by(10),
      ArrowUp: () => this.#louder(0.1), ArrowDown: () => this.#louder(-0.1),
      Home: () => this.seek(0), End: () => this.seek(duration),
      m: () => this.mute(), f: () => this.fullscreen(),
      "<": () => this.faster(-1), ">": () => this.faster(1),
    }[key];
  }

  #louder(by) {
    this.#stage.volume += by;
    $("volume").value = this.#stage.volume;
  }
}
