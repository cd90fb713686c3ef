package e2e

import (
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// relayedOnly has a page use no way but a relay's, and tells which it uses.
const relayedOnly = `
globalThis.relayed = [];
RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration, ...more) {
    super({ ...configuration, iceTransportPolicy: "relay" }, ...more);
    relayed.push(this);
  }
};
globalThis.way = async () => {
  const stats = [...(await relayed.at(-1).getStats()).values()];
  const pair = stats.find((s) => s.type === "candidate-pair" && s.nominated && s.state === "succeeded");
  return stats.find((s) => s.id === pair?.localCandidateId)?.candidateType ?? "none";
};`

// TestRelayedPublisher: a browser that has no other way to the recorder than
// the TURN server which the recorder tells it of.
func TestRelayedPublisher(t *testing.T) {
	turn := newTURN(t)
	b := pagetest.New(t)
	b.Before(relayedOnly)
	s := newStudio(t, b, "--turn-file", turn.file(turnSecret))
	s.prepare(s.mjr.url(), "vp9", true)
	s.record(100, 100)
	if got := pagetest.Value[string](b, "way()"); got != "relay" {
		t.Errorf("the browser sends from a candidate of type %s", got)
	}
	s.stop()
	for kind, rec := range s.check(true) {
		if n := rec.missing(t); n != 0 {
			t.Errorf("%s: %d packets missing", kind, n)
		}
	}
	silentOn(t, s.mjr, turnSecret)
}

// TestOwnRelay: mjr itself has a way over the TURN server, for those who reach
// it on no other.
func TestOwnRelay(t *testing.T) {
	turn := newTURN(t)
	dir := t.TempDir()
	s := &studio{t: t, dir: dir, mjr: start(t, "record", "--json", "--listen", "127.0.0.1:0", "--turn-file", turn.file(turnSecret), filepath.Join(dir, "call"))}
	var e webrtc.SettingEngine
	e.SetIncludeLoopbackCandidate(true)
	e.SetIPFilter(net.IP.IsLoopback)
	e.SetRemoteIPFilter(func(ip net.IP) bool { return ip.String() == relayIP })
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(e)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.GracefulClose() })
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, "audio", "guest")
	if err == nil {
		_, err = pc.AddTrack(track)
	}
	if err != nil {
		t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	resp, err := http.Post(s.mjr.url()+"whip", "application/sdp", strings.NewReader(pc.LocalDescription().SDP))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("%s: %s (%v)", resp.Status, answer, err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)}); err != nil {
		t.Fatal(err)
	}
	until(t, "the connection", func() bool { return pc.ConnectionState() == webrtc.PeerConnectionStateConnected })
	const n = 50
	for i := range n {
		p := &rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: uint16(i), Timestamp: uint32(i) * 960}, Payload: []byte{byte(i)}}
		if err := track.WriteRTP(p); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "all packets", func() bool { return len(s.file("call-audio-0").packets) == n })
	pair, err := pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair.Remote.Address != relayIP || pair.Remote.Typ != webrtc.ICECandidateTypeRelay {
		t.Errorf("the way is %v (%v)", pair, err)
	}
	if code := s.mjr.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}
	silentOn(t, s.mjr, turnSecret)
}

// TestRelayedViewer: the same for one who watches.
func TestRelayedViewer(t *testing.T) {
	turn := newTURN(t)
	rec := corpus.Load(t, "jitsi-vp8")
	w := theatre(t, append([]string{"--turn-file", turn.file(turnSecret)}, media(rec)...)...)
	w.Before(relayedOnly)
	w.Open(w.mjr.url() + fragment(t, rec.Keys))
	w.State("playing")
	w.State("ended")
	if got := pagetest.Value[string](w.Browser, "way()"); got != "relay" {
		t.Errorf("the browser receives at a candidate of type %s", got)
	}
	w.genuine(rec)
	w.end()
	silentOn(t, w.mjr, turnSecret)
}

// TestWrongTURNSecret: who has only a relay does not get in, mjr says why, and
// the secret is nowhere.
func TestWrongTURNSecret(t *testing.T) {
	turn := newTURN(t)
	b := pagetest.New(t)
	b.Before(relayedOnly)
	const wrong = "wrong-s3cret"
	s := newStudio(t, b, "--turn-file", turn.file(wrong))
	s.prepare(s.mjr.url(), "vp8", false)
	b.Eval(`document.getElementById("start").click()`)
	var warning struct{ Message string }
	s.mjr.event("warning", &warning)
	if !strings.Contains(warning.Message, turn.address) || !strings.Contains(warning.Message, "username and credential") {
		t.Errorf("mjr warns: %s", warning.Message)
	}
	b.State("failed")
	if got := pagetest.Value[string](b, `document.getElementById("status").textContent`); !strings.HasPrefix(got, "Failed: no ") || !strings.Contains(got, "recorder") {
		t.Errorf("the page says %q", got)
	}
	if exists(filepath.Join(s.dir, "call-audio-0.mjr.tmp")) {
		t.Error("something was recorded")
	}
	if code := s.mjr.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}
	silentOn(t, s.mjr, wrong)
	for _, c := range b.Complaints() {
		if strings.Contains(c, wrong) {
			t.Errorf("the page says %s", c)
		}
	}
}
