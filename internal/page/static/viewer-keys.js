// The keys: a file that is chosen or dropped, a passphrase, or the fragment of
// the address. They go to the worker, and to nowhere else.

import { fragmentKeys, parseKeyFile, passphraseKeys } from "./keyfile.js";

const $ = (id) => document.getElementById(id);

// most is how much of a file is read.
const most = 16 << 20;

// Keyring calls changed({ keys, sifTrailer, allowUnauthenticated }) whenever
// there are other keys.
export class Keyring {
  #changed;
  #parsed = null;
  #from = "";

  constructor(changed) {
    this.#changed = changed;
    $("keyform").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#passphrase();
    });
    $("keys").addEventListener("change", () => this.#file($("keys").files[0]));
    $("scheme").addEventListener("change", () => { $("room-field").hidden = $("scheme").value !== "jitsi"; });
    $("unauthenticated").addEventListener("change", () => this.#tell());
    $("forget").addEventListener("click", () => this.forget());
    this.#drops();
  }

  get has() { return (this.#parsed?.keys.length ?? 0) > 0; }

  // take uses keys that were read already; from says where from. None at all are
  // no reason to let through what is not authenticated: that is for forget.
  take(parsed, from) {
    if (parsed.keys.length === 0) throw new Error("there is no key in it");
    this.#parsed = parsed;
    this.#from = from;
    this.taken(parsed.warnings);
    this.#tell();
  }

  // takeAddress uses the keys of a fragment "#keys=…", if it has any.
  takeAddress(hash) {
    try {
      const keys = fragmentKeys(hash);
      if (keys) this.take(keys, "Keys from the address. Whoever saw the address has them.");
    } catch (error) {
      this.say(`The keys in the address cannot be used: ${error.message}.`);
    }
  }

  forget() {
    this.#parsed = null;
    this.say("There are no keys now.");
    this.#tell();
  }

  // taken says what there is to say of the keys in use.
  taken(warnings) { this.say([this.#from, ...warnings].join("\n")); }

  say(text) { $("keys-say").textContent = text; }

  async #file(file) {
    if (!file) return;
    await this.#read(async () => {
      if (file.size > most) throw new Error("it is too large to be a key file");
      const parsed = parseKeyFile(await file.text());
      this.take(parsed, `${parsed.keys.length === 1 ? "One key" : `${parsed.keys.length} keys`} from ${file.name}.`);
    });
    $("keys").value = ""; // the same file can be chosen again
  }

  #passphrase() {
    return this.#read(() => {
      this.take(passphraseKeys($("passphrase").value, $("scheme").value, $("room").value), "A key from the passphrase.");
      $("passphrase").value = "";
    });
  }

  // read does what may fail because of what the user gave; the keys before are
  // kept then.
  async #read(f) {
    try {
      await f();
    } catch (error) {
      this.say(`This cannot be used as keys: ${error.message}.`);
    }
  }

  #tell() {
    const { keys, sifTrailer } = this.#parsed ?? { keys: [] };
    $("forget").hidden = !this.has;
    this.#changed({ keys, sifTrailer, allowUnauthenticated: $("unauthenticated").checked });
  }

  #drops() {
    const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    document.addEventListener("dragover", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      document.body.classList.add("dropping");
    });
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) document.body.classList.remove("dropping");
    });
    document.addEventListener("drop", (event) => {
      document.body.classList.remove("dropping");
      if (!files(event)) return;
      event.preventDefault();
      this.#file(event.dataTransfer.files[0]);
    });
  }
}
