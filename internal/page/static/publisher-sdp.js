// What the publisher asks for in its offer, beyond what the browser does by
// itself.

const dependencyDescriptor =
  "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";
const captureTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time";

// Under encryption of whole frames the browser's own packetizer still reads
// those of H.264 (it looks for start codes) and AV1 (for OBUs), and takes them
// apart wrongly. VP9 comes first: its descriptor tells in clear which frames
// are key frames.
const sealable = ["vp9", "vp8"];
const clear = ["vp9", "vp8", "h264", "av1"];

// videoCodecs lists the codecs to choose from, the best first.
export function videoCodecs(encrypting) {
  const name = ({ mimeType }) => mimeType.slice("video/".length).toLowerCase();
  const can = new Set(RTCRtpSender.getCapabilities("video").codecs.map(name));
  return (encrypting ? sealable : clear).filter((codec) => can.has(codec));
}

// wantCodec leaves one video codec in the offer, and what repairs it. The
// order of H.264's and VP9's profiles stays the browser's.
export function wantCodec(transceiver, codec) {
  const wanted = [`video/${codec}`, "video/rtx"];
  const { codecs } = RTCRtpSender.getCapabilities("video");
  transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => wanted.includes(mimeType.toLowerCase())));
}

// wantExtensions asks for the header extensions that a recording is better
// with, where the browser has them but does not offer them. The dependency
// descriptor is the only place in clear where sealed VP8 tells its key frames.
export function wantExtensions(transceiver) {
  if (!transceiver.setHeaderExtensionsToNegotiate) return;
  const all = transceiver.getHeaderExtensionsToNegotiate();
  for (const extension of all) {
    if ([dependencyDescriptor, captureTime].includes(extension.uri)) extension.direction = "sendrecv";
  }
  transceiver.setHeaderExtensionsToNegotiate(all);
}

// wantRepair changes an offer so that lost audio is sent again: browsers offer
// that for video alone. It adds the dependency descriptor as well, where
// wantExtensions could not.
export function wantRepair(sdp) {
  const media = sdp.split(/^(?=m=)/m);
  return media.map((text) => {
    if (text.startsWith("m=audio ")) return addNack(text);
    if (text.startsWith("m=video ")) return addDescriptor(text, sdp);
    return text;
  }).join("");
}

function addNack(media) {
  const opus = /^a=rtpmap:(\d+) opus\/48000.*\r\n/im.exec(media);
  if (!opus) return media;
  const line = `a=rtcp-fb:${opus[1]} nack\r\n`;
  return media.includes(line) ? media : media.replace(opus[0], opus[0] + line);
}

function addDescriptor(media, sdp) {
  if (media.includes(dependencyDescriptor)) return media;
  const used = [...sdp.matchAll(/^a=extmap:(\d+)/gm)].map((match) => Number(match[1]));
  // RFC 8285: ids 1 to 14 fit the short form.
  const id = Array.from({ length: 14 }, (_, i) => i + 1).find((i) => !used.includes(i));
  const first = /^a=(?:extmap|rtpmap):/m.exec(media);
  if (!id || !first) return media;
  return media.slice(0, first.index) + `a=extmap:${id} ${dependencyDescriptor}\r\n` + media.slice(first.index);
}
