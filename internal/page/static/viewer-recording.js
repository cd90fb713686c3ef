// What is known of a recording before anything of it came.

// about asks the server. Of a server that is not ours nothing is known: what it
// sends is taken for encrypted until the user says that it is not.
export async function about(server, id) {
  const details = await server.details(id);
  if (details) return { ...details, id, known: true, encrypted: details.tracks.some((t) => t.encrypted) };
  const tracks = [{ kind: "audio", codec: "opus", encrypted: true }, { kind: "video", codec: "", encrypted: true }];
  return { id, name: "Stream", known: false, encrypted: true, tracks };
}

// notes say what the user has to reckon with: above all what a server without
// the key cannot do.
export function notes({ tracks, known, live }) {
  const all = [];
  if (tracks.some((t) => t.kind === "video" && t.key_frames_visible === false)) {
    all.push("The encryption hides from the server where a picture can start. Until this page has seen such places, a jump sends all from the beginning, and after a loss the picture stands still until the next one. Some browsers cannot show such video at all.");
  }
  if (!known) all.push("This server offers no controls.");
  if (live) all.push("All viewers share one timeline.");
  return all;
}
