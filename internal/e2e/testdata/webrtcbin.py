#!/usr/bin/python3
"""Publishes by WHIP and watches by WHEP, with GStreamer's webrtcbin.

    webrtcbin.py publish URL CODEC PACKETS [trickle]
    webrtcbin.py watch   URL CODEC

CODEC is that of the video: vp8, vp9 or h264; the audio is Opus. It prints a
line of JSON for everything that happens:

    {"type": "session", "location": "/…"}
    {"type": "packet", "track": "video", "ssrc": 1, "seq": 2, "payload": "SHA-256"}
    {"type": "sent"}     PACKETS of each track went out, and the frame they end in
    {"type": "trickled", "status": 204}

It ends, with a DELETE, when its standard input does.
"""
import hashlib
import json
import struct
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC  # noqa: E402

PATIENCE = 90
PAYLOAD_TYPES = {"audio": 111, "video": 96}
ENCODERS = {
    "vp8": "vp8enc deadline=1 keyframe-max-dist=15 target-bitrate=1000000 ! rtpvp8pay picture-id-mode=15-bit",
    "vp9": "vp9enc deadline=1 cpu-used=8 keyframe-max-dist=15 target-bitrate=1000000 ! rtpvp9pay picture-id-mode=15-bit",
    "h264": "openh264enc complexity=low gop-size=15 bitrate=1000000 ! video/x-h264,profile=constrained-baseline"
    " ! rtph264pay config-interval=-1 aggregate-mode=zero-latency",
}
out = threading.Lock()


def say(**what):
    with out:
        print(json.dumps(what), flush=True)


def fail(text):
    print(text, file=sys.stderr, flush=True)
    sys.exit(1)


def rtp_caps(kind, codec):
    caps = f"application/x-rtp,media={kind},encoding-name={codec.upper()},payload={PAYLOAD_TYPES[kind]}"
    if kind == "audio":
        return caps + ",clock-rate=48000,encoding-params=(string)2"
    caps += ",clock-rate=90000,rtcp-fb-nack-pli=true"
    if codec == "h264":
        caps += ",packetization-mode=(string)1"
    return caps


class Counter:
    """Prints the packets of a pad; with a limit, lets no frame pass that begins after it."""

    def __init__(self, kind, limit=None, full=None):
        self.kind, self.limit, self.full = kind, limit, full  # kind None: both, told apart by the payload type
        self.count, self.closed = 0, False

    def probe(self, pad, info):
        if self.closed:
            return Gst.PadProbeReturn.DROP
        if info.type & Gst.PadProbeType.BUFFER_LIST:
            buffers = info.get_buffer_list()
            buffers = [buffers.get(i) for i in range(buffers.length())]
        else:
            buffers = [info.get_buffer()]
        for b in buffers:
            ends = self.packet(b.extract_dup(0, b.get_size()))
        if self.limit and self.count >= self.limit and (ends or self.kind == "audio"):
            self.closed = True
            self.full()
        return Gst.PadProbeReturn.OK

    def packet(self, data):
        first, second, seq, _, ssrc = struct.unpack_from(">BBHII", data)
        at, end = 12 + 4 * (first & 15), len(data)
        if first & 0x10:
            at += 4 + 4 * struct.unpack_from(">H", data, at + 2)[0]
        if first & 0x20:
            end -= data[-1]
        self.count += 1
        kind = self.kind or ("audio" if second & 127 == PAYLOAD_TYPES["audio"] else "video")
        say(type="packet", track=kind, ssrc=ssrc, seq=seq, payload=hashlib.sha256(data[at:end]).hexdigest())
        return second & 0x80


class Session:
    """One offer over HTTP, and what becomes of it."""

    def __init__(self, url, pipeline, trickles):
        self.url, self.pipeline, self.trickles = url, pipeline, trickles
        self.bin = pipeline.get_by_name("bin")
        # Asks no router. What the bindings return here is not theirs: it is kept.
        self.ice = self.bin.get_property("ice-agent")
        self.agent = self.ice.get_property("agent")
        self.agent.set_property("upnp", False)
        self.candidates, self.changed = [], threading.Event()
        self.bin.connect("on-ice-candidate", lambda _, line, text: self.candidates.append((line, text)))
        self.bin.connect("notify::ice-gathering-state", lambda *_: self.changed.set())

    def begin(self):
        made = Gst.Promise.new()
        self.bin.emit("create-offer", None, made)
        if made.wait() != Gst.PromiseResult.REPLIED:
            fail("no offer")
        reply = made.get_reply()  # holds the offer
        offer = reply.get_value("offer")
        self.set("set-local-description", offer)
        if not self.trickles:
            self.wait()
        text = self.bin.get_property("local-description").sdp.as_text()
        if self.trickles:
            text = "".join(line + "\r\n" for line in text.splitlines() if not line.startswith("a=candidate:"))
        _, headers, answer = self.ask("POST", self.url, text, {"Content-Type": "application/sdp"})
        self.location = urllib.parse.urljoin(self.url, headers["Location"])
        say(type="session", location=headers["Location"])
        _, sdp = GstSdp.SDPMessage.new_from_text(answer)
        self.set("set-remote-description", GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp))
        if self.trickles:
            self.wait()
            fragment = [line for line in text.splitlines() if line.startswith(("a=ice-ufrag:", "a=ice-pwd:"))][:2]
            fragment += ["m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=mid:audio0"] + ["a=" + text for _, text in self.candidates]
            status, _, _ = self.ask("PATCH", self.location, "\r\n".join(fragment + ["a=end-of-candidates", ""]),
                                    {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": headers["ETag"]})
            say(type="trickled", status=status)

    def wait(self):
        for _ in range(PATIENCE):
            if self.bin.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
                return
            self.changed.wait(1)  # it now and then says so too early, or not at all
            self.changed.clear()
        fail("candidates were not gathered")

    def set(self, what, description):
        done = Gst.Promise.new()
        self.bin.emit(what, description, done)
        if done.wait() != Gst.PromiseResult.REPLIED:
            fail(what + " failed")

    def ask(self, method, url, body, headers):
        request = urllib.request.Request(url, body and body.encode(), headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as e:
            fail(f"{method}: {e.code} {e.read().decode()}")

    def end(self):
        self.ask("DELETE", self.location, None, {})
        self.pipeline.set_state(Gst.State.NULL)


def publish(url, codec, packets, *options):
    pipeline = Gst.parse_launch(
        "webrtcbin name=bin bundle-policy=max-bundle "
        "audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay ! "
        f"capsfilter name=audio caps={rtp_caps('audio', 'opus')} ! bin. "
        "videotestsrc is-live=true pattern=zone-plate kx2=6 ky2=6 kt=3 ! video/x-raw,width=320,height=240,framerate=25/1 ! videoconvert ! "
        f"{ENCODERS[codec]} mtu=1200 ! capsfilter name=video caps={rtp_caps('video', codec)} ! bin."
    )
    left = {"audio", "video"}

    def full(kind):
        left.discard(kind)
        if not left:
            say(type="sent")

    session = Session(url, pipeline, "trickle" in options)
    for i, kind in enumerate(("audio", "video")):
        counter = Counter(kind, int(packets), lambda kind=kind: full(kind))
        pad = session.bin.get_static_pad(f"sink_{i}")
        pad.add_probe(Gst.PadProbeType.BUFFER | Gst.PadProbeType.BUFFER_LIST, counter.probe)
        way = session.bin.emit("get-transceiver", i)
        way.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
        way.set_property("do-nack", kind == "video")
    return session


def watch(url, codec):
    pipeline = Gst.Pipeline.new()
    webrtc = Gst.ElementFactory.make("webrtcbin", "bin")
    webrtc.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
    webrtc.set_property("latency", 20000)  # ms, in which what a busy machine loses is asked for again
    pipeline.add(webrtc)

    def arriving(_, pad):
        # Before the jitter buffer, which gives up what a busy machine is late with.
        if pad.get_name().startswith("recv_rtp_sink_"):
            pad.add_probe(Gst.PadProbeType.BUFFER | Gst.PadProbeType.BUFFER_LIST, Counter(None).probe)

    def added(_, pad):
        if pad.direction == Gst.PadDirection.SRC:
            sink = Gst.ElementFactory.make("fakesink")
            sink.set_property("sync", False)
            sink.set_property("async", False)
            pipeline.add(sink)
            sink.sync_state_with_parent()
            pad.link(sink.get_static_pad("sink"))

    webrtc.get_by_name("rtpbin").connect("pad-added", arriving)
    webrtc.connect("pad-added", added)
    for kind, name in (("audio", "opus"), ("video", codec)):
        way = webrtc.emit("add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY,
                          Gst.Caps.from_string(rtp_caps(kind, name) + ",rtcp-fb-nack=true"))
        way.set_property("do-nack", True)
    return Session(url, pipeline, False)


def complain(bus):
    while True:
        message = bus.timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.ERROR)
        print(message.src.get_path_string(), message.parse_error(), file=sys.stderr, flush=True)


def main(role, *arguments):
    Gst.init(None)
    session = {"publish": publish, "watch": watch}[role](*arguments)
    threading.Thread(target=complain, args=(session.pipeline.get_bus(),), daemon=True).start()
    session.pipeline.set_state(Gst.State.PLAYING)
    session.begin()
    sys.stdin.read()
    session.end()


main(*sys.argv[1:])
