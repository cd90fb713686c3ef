// What the viewer asks for in its offer, beyond what the browser does by itself.

// wantSound changes an offer so that lost audio is sent again, which browsers
// offer for video alone, and so that stereo is decoded as such: Opus is mono to
// them otherwise (RFC 7587, section 6.1).
export function wantSound(sdp) {
  return sdp.split(/^(?=m=)/m).map((media) => (media.startsWith("m=audio ") ? opus(media) : media)).join("");
}

function opus(media) {
  const map = /^a=rtpmap:(\d+) opus\/48000.*\r\n/im.exec(media);
  if (!map) return media;
  const [line, type] = map;
  const nack = `a=rtcp-fb:${type} nack\r\n`;
  const format = new RegExp(`^a=fmtp:${type} .*$`, "m");
  let text = media.includes(nack) ? media : media.replace(line, line + nack);
  if (!format.test(text)) text = text.replace(line, `${line}a=fmtp:${type} stereo=1\r\n`);
  return text.replace(format, (all) => (/\bstereo=/.test(all) ? all : `${all};stereo=1`));
}
