// Why no connection was made, as far as the descriptions tell.

// noWay says it of a peer connection that never stood; server is what the
// other side is to people. Firefox leaves its own machine out: it uses no
// loopback address itself, and then sends to none.
export function noWay(pc, server) {
  const here = addresses(pc.localDescription), there = addresses(pc.remoteDescription);
  if (there.length > 0 && there.every(isLoopback) && !here.some(isLoopback)) {
    return `no way to the ${server} was found: it has loopback addresses alone, and the browser may not use those. Firefox does not: start mjr with --ice-host and another address of this machine, or set media.peerconnection.ice.loopback in about:config`;
  }
  return `no connection to the ${server}: no media can reach it`;
}

// addresses are those of the candidates (RFC 8839, section 5.1).
function addresses(description) {
  return [...(description?.sdp ?? "").matchAll(/^a=candidate:(?:\S+ ){4}(\S+)/gm)].map(([, address]) => address);
}

function isLoopback(address) {
  return address === "::1" || /^127\.\d+\.\d+\.\d+$/.test(address);
}
