// Makes a key file as the publisher's page does: node newkeyfile.js FILE

import fs from "node:fs";
import { newKeyFile } from "../static/keyfile.js";

fs.writeFileSync(process.argv[2], newKeyFile().text);
