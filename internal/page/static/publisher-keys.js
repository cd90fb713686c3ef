// The choice of a key: a new one, one from a file, or none.

import { newKeyFile, parseKeyFile } from "./keyfile.js";

// KeyChoice is the part of the form about encryption. It calls changed when
// something was chosen.
export class KeyChoice {
  #form;
  #changed;
  #fresh = null; // the new key, made when it is needed first
  #saved = false;
  #file = null;

  constructor(form, changed) {
    this.#form = form;
    this.#changed = changed;
    form.addEventListener("change", (event) => {
      if (event.target.id === "file") this.#read(event.target.files[0]);
      this.#show();
    });
    this.#find("#save").addEventListener("click", () => this.#save());
  }

  // required is set where the recorder marks all it gets as encrypted.
  set required(required) {
    this.#find("#without").hidden = required;
    if (required && this.#chosen === "none") this.#find("[value=new]").checked = true;
    this.#show();
  }

  get encrypting() {
    return this.#chosen !== "none";
  }

  // missing says what has to be done before a recording can start, or "".
  get missing() {
    if (this.#chosen === "new" && !this.#saved) return "Save the key file first.";
    if (this.#chosen === "file" && !this.#file) return "Choose a key file first.";
    return "";
  }

  // encryption is what the worker seals with, null where nothing is sealed.
  get encryption() {
    switch (this.#chosen) {
      case "new":
        return { keys: this.#new().keys };
      case "file":
        return { keys: this.#file.keys };
    }
    return null;
  }

  get #chosen() {
    return this.#find("[name=keys]:checked").value;
  }

  #find(selector) {
    return this.#form.querySelector(selector);
  }

  #new() {
    this.#fresh ??= newKeyFile();
    return this.#fresh;
  }

  #show() {
    this.#find("#new-key").hidden = this.#chosen !== "new";
    this.#find("#key-file").hidden = this.#chosen !== "file";
    this.#changed();
  }

  #save() {
    const { text, name } = this.#new();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    this.#saved = true;
    this.#find("#saved").textContent = `Saved as ${name}. Keep it as safe as the recording is to be.`;
    this.#changed();
  }

  async #read(file) {
    const says = this.#find("#file-says");
    this.#file = null;
    says.textContent = "";
    if (file) {
      try {
        const parsed = parseKeyFile(await file.text());
        if (!parsed.schemes.includes("sframe")) throw new Error("no key for RFC 9605 (SFrame) is in it");
        this.#file = parsed;
        says.textContent = [`Keys: ${parsed.keys.length}.`, ...parsed.warnings].join(" ");
      } catch (error) {
        says.textContent = `This key file cannot be used: ${error.message}.`;
      }
    }
    this.#changed();
  }
}
