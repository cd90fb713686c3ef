// The worker of the page: it opens the frames that a viewer receives and seals
// those that a publisher sends. Keys live here and nowhere else in the page.
//
//   const worker = new Worker("worker.js", { type: "module" });
//   receiver.transform = new RTCRtpScriptTransform(worker, options);
//   options: { op: "open" | "seal", kind: "audio" | "video", codec: "vp8", track: 0 }
//
// An option ssrc tells the SSRC that the frames were sealed under, where it is
// known and not the one that they come with.
//
// Messages to the worker:
//
//   { type: "keys", keys: [JWK…], allowUnauthenticated: false, sealKid: "…", sifTrailer: "…" }
//       All keys, at any time; replaces those before, [] is none. sealKid is
//       the kid of the key to seal with; without it, the first that can.
//       allowUnauthenticated lets frames through that a scheme opens without
//       authentication (XOR). sifTrailer is that of the set's top level.
//       keyfile.js makes keys and sifTrailer. Answered by "keys", or by "error",
//       after which nothing goes through until there are other keys.
//   { type: "encrypted", encrypted: true | false, track: 0 }
//       What the server says of a track, or of all without a track. It counts
//       only while there are no keys: false passes frames as they are, true
//       drops them. Before it is said, frames are dropped.
//   { type: "stream", readable, writable, op, kind, codec, track }
//       Both streams of createEncodedStreams, transferred.
//   { type: "trace", on: true }
//       Hash every frame that comes in and goes out.
//
// Messages from the worker:
//
//   { type: "keys", keys: 3, schemes: ["sframe"], sealKid: "…" | null, warnings: ["…"] }
//       The keys are in use. Warnings hold no key material.
//   { type: "counts", track, kind, op, received, opened, sealed, unverified, passed, injected,
//     refused: { no_key, auth, format, clear, unauthenticated, hold, overflow, failed }, scheme, kids }
//       When a transform is attached, and when they change, at most 4 a
//       second. received is the sum of all the others and of the frames that
//       still wait. opened: authentic. unverified: opened by a scheme that
//       cannot tell right from wrong (XOR), as allowed. passed: in clear, as
//       there are no keys and the server says so. injected: made by a LiveKit
//       server, dropped. refused: dropped, because
//         no_key           there are no keys, or none with the id in the frame
//         auth             no key opens it: a wrong key, or altered bytes
//         format           not a frame of any scheme that the keys are for
//         clear            in clear by a rule of the scheme
//         unauthenticated  opened, but not to be believed, and not allowed
//         hold             a key or ratchet step was searched for too long
//         overflow         more frames than the queue takes
//         failed           the browser would not take or give the frame
//       scheme is that of the last frame opened, kids the ids of its keys.
//   { type: "keyframe", track, rtpTimestamp }
//       A video key frame was opened, as only its plaintext shows.
//   { type: "frame", track, kind, rtpTimestamp, in, out, reason }
//       When tracing: SHA-256 in hex of a frame as it came and as it went on;
//       out is null if it was dropped, and reason then says why.
//   { type: "error", message }
//       For people. Never with key material.

import { Session } from "./session.js";

const session = new Session((message) => self.postMessage(message));

self.onmessage = ({ data }) => session.message(data);
self.onrtctransform = ({ transformer }) => {
  session.attach(transformer.options, transformer.readable, transformer.writable, transformer);
};
