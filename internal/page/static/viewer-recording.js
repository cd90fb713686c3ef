// What is known of a recording before anything of it came.

// about asks the server. Of a server that is not ours nothing is known: what it
// sends is taken for encrypted until the user says that it is not.
export async function about(server, id) {
  const details = await server.details(id);
  if (details) {
    const { tracks } = details;
    const lacks = undecodable(tracks);
    if (lacks.length > 0 && lacks.length === tracks.length) throw new Error(`this browser has no decoder for ${lacks[0].codec}`);
    return { ...details, id, known: true, encrypted: tracks.some((t) => t.encrypted), undecodable: lacks };
  }
  const tracks = [{ kind: "audio", codec: "opus", encrypted: true }, { kind: "video", codec: "", encrypted: true }];
  return { id, name: "Stream", known: false, encrypted: true, undecodable: [], tracks };
}

const names = { vp8: "VP8", vp9: "VP9", av1: "AV1", h264: "H.264", h265: "H.265", opus: "Opus", g722: "G.722" };

// undecodable lists the tracks that this browser has no decoder for: their
// kinds, and their codecs as people call them.
function undecodable(tracks) {
  return tracks.filter(({ kind, codec }) => {
    const can = RTCRtpReceiver.getCapabilities(kind)?.codecs;
    return codec && can && !can.some((c) => c.mimeType.toLowerCase() === `${kind}/${codec}`);
  }).map(({ kind, codec }) => ({ kind, codec: names[codec] ?? codec }));
}

// notes say what the user has to reckon with: above all what a server without
// the key cannot do.
export function notes({ tracks, known, live, undecodable }) {
  const all = [];
  if (undecodable.some(({ codec }) => codec === "H.264")) {
    all.push("Firefox has H.264 in calls by its OpenH264 plugin, which it downloads by itself, if it may: see “Plugins” in about:addons.");
  }
  if (tracks.some((t) => t.kind === "video" && t.key_frames_visible === false)) {
    all.push("The encryption hides from the server where a picture can start. Until this page has seen such places, a jump sends all from the beginning, and after a loss the picture stands still until the next one. Some browsers cannot show such video at all.");
  }
  if (!known) all.push("This server offers no controls.");
  if (live) all.push("All viewers share one timeline.");
  return all;
}
