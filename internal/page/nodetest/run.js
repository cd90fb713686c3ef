// Runs frames through a worker, for tests in another language:
//
//   node run.js JOB
//
// JOB is JSON: { messages, options, frames, out, posted }. messages go to the
// worker first. frames and out are files of frames: length, RTP timestamp (32
// bits each, big-endian), type (0, 1 key, 2 delta), bytes. posted becomes the
// list of all that the worker said.

import fs from "node:fs";
import { bytesOf, Frame, Worker } from "./fakes.js";

const job = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const worker = new Worker();
for (const m of job.messages) await worker.send(m);
const out = await worker.run(job.options, read(fs.readFileSync(job.frames)));
fs.writeFileSync(job.out, Buffer.concat(out.flatMap(write)));
fs.writeFileSync(job.posted, JSON.stringify(worker.posted));

function read(data) {
  const frames = [];
  for (let at = 0; at < data.length;) {
    const size = data.readUInt32BE(at), rtpTimestamp = data.readUInt32BE(at + 4), type = [undefined, "key", "delta"][data[at + 8]];
    // A server that replays has an SSRC of its own.
    frames.push(new Frame(new Uint8Array(data.subarray(at + 9, at + 9 + size)), { rtpTimestamp, synchronizationSource: 99 }, type));
    at += 9 + size;
  }
  return frames;
}

function write(frame) {
  const head = Buffer.alloc(9), bytes = bytesOf(frame);
  head.writeUInt32BE(bytes.length, 0);
  head.writeUInt32BE(frame.metadata.rtpTimestamp, 4);
  return [head, bytes];
}
