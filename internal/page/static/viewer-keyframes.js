// Where pictures can start, where the encryption hides that from the server.

// KeyFrames calls tell({ track, rtp_timestamp }) for each key frame that was
// found. It calls again() for the beginning where what opened first is none,
// until that returns true: the first picture was lost then, as in Firefox,
// which drops what comes before it is ready. A server that sees key frames is
// asked for them by the browser itself.
export class KeyFrames {
  #tell;
  #again;
  #hidden = new Set(); // tracks, by number
  #begun = new Set(); // those of which a key frame was seen or asked for

  constructor(tell, again) {
    this.#tell = tell;
    this.#again = again;
  }

  // begin is for another connection, of tracks as the server describes them.
  begin(tracks) {
    const hides = (t) => t.kind === "video" && t.key_frames_visible === false;
    this.#hidden = new Set([...tracks.keys()].filter((i) => hides(tracks[i])));
    this.#begun = new Set();
  }

  // sought tells that the beginning was asked for already.
  sought() {
    this.#begun = new Set(this.#hidden);
  }

  saw(track, rtpTimestamp) {
    this.#begun.add(track);
    if (this.#hidden.has(track)) this.#tell({ track, rtp_timestamp: rtpTimestamp >>> 0 });
  }

  // opened tells that frames of a track have.
  opened(track) {
    if (!this.#hidden.has(track) || this.#begun.has(track)) return;
    if (this.#again()) this.sought();
  }
}
