// Reads key files, for tests in another language:
//
//   node keyfiles.js FILES VERDICTS
//
// FILES is a JSON list of texts; VERDICTS becomes one of { error, warnings }.

import fs from "node:fs";
import { KeyError, parseKeyFile } from "../static/keyfile.js";

const [, , from, to] = process.argv;
fs.writeFileSync(to, JSON.stringify(JSON.parse(fs.readFileSync(from, "utf8")).map((text) => {
  try {
    return { error: "", warnings: parseKeyFile(text).warnings };
  } catch (err) {
    if (!(err instanceof KeyError)) throw err;
    return { error: err.message, warnings: [] };
  }
})));
