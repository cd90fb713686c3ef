package record_test

import (
	"encoding/binary"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	pion "github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// guest is a publisher that is not ours: Pion, as others use it.
type guest struct {
	s      *studio
	pc     *webrtc.PeerConnection
	socket net.PacketConn
	tracks []*guestTrack
	url    string // of the session
}

type guestTrack struct {
	local    *webrtc.TrackLocalStaticRTP
	sender   *webrtc.RTPSender
	next     uint16
	mid, rid string
	midID    uint8
	ridID    uint8
}

// newGuest is ready to offer tracks, all through one socket.
func newGuest(s *studio) *guest {
	s.t.Helper()
	m := new(webrtc.MediaEngine)
	if err := m.RegisterDefaultCodecs(); err != nil {
		s.t.Fatal(err)
	}
	for _, uri := range []string{sdp.SDESMidURI, sdp.SDESRTPStreamIDURI} {
		if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, webrtc.RTPCodecTypeVideo); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: sdp.AudioLevelURI}, webrtc.RTPCodecTypeAudio); err != nil {
		s.t.Fatal(err)
	}
	return newGuestWith(s, m)
}

func newGuestWith(s *studio, m *webrtc.MediaEngine) *guest {
	s.t.Helper()
	socket, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	var e webrtc.SettingEngine
	e.SetIncludeLoopbackCandidate(true)
	e.SetICEUDPMux(webrtc.NewICEUDPMux(nil, socket))
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(e)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		s.t.Fatal(err)
	}
	g := &guest{s: s, pc: pc, socket: socket}
	s.t.Cleanup(g.close)
	return g
}

func (g *guest) close() {
	g.pc.GracefulClose()
	g.socket.Close()
}

// add offers a track, or with rids the layers of one.
func (g *guest) add(mime string, rids ...string) {
	g.s.t.Helper()
	kind, _, _ := strings.Cut(mime, "/")
	c := webrtc.RTPCodecCapability{MimeType: mime, ClockRate: 90000}
	if kind == "audio" {
		c.ClockRate, c.Channels = 48000, 2
	}
	var sender *webrtc.RTPSender
	for i := range max(1, len(rids)) {
		t := new(guestTrack)
		var options []func(*webrtc.TrackLocalStaticRTP)
		if len(rids) > 0 {
			t.rid = rids[i]
			options = append(options, webrtc.WithRTPStreamID(t.rid))
		}
		var err error
		t.local, err = webrtc.NewTrackLocalStaticRTP(c, kind, "guest", options...)
		if err == nil && i == 0 {
			sender, err = g.pc.AddTrack(t.local)
		} else if err == nil {
			err = sender.AddEncoding(t.local)
		}
		if err != nil {
			g.s.t.Fatal(err)
		}
		t.sender = sender
		g.tracks = append(g.tracks, t)
	}
}

// offer is a description of all tracks, with all candidates.
func (g *guest) offer() string {
	g.s.t.Helper()
	offer, err := g.pc.CreateOffer(nil)
	if err == nil {
		err = g.pc.SetLocalDescription(offer)
	}
	if err != nil {
		g.s.t.Fatal(err)
	}
	await(g.s.t, "candidates", webrtc.GatheringCompletePromise(g.pc))
	return g.pc.LocalDescription().SDP
}

// posted posts an offer, which must be answered.
func (g *guest) posted(query, offer string) (answer string, h http.Header) {
	g.s.t.Helper()
	status, answer, h := g.s.post(query, "application/sdp", offer)
	if status != http.StatusCreated {
		g.s.t.Fatalf("status %d: %s", status, answer)
	}
	g.url = g.s.url + h.Get("Location")
	return answer, h
}

// connected is closed when media can flow.
func (g *guest) connected() <-chan struct{} {
	connected := make(chan struct{})
	once := sync.OnceFunc(func() { close(connected) })
	g.pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			once()
		}
	})
	return connected
}

func (g *guest) wait(connected <-chan struct{}) {
	g.s.t.Helper()
	select {
	case <-connected:
	case <-time.After(time.Minute):
		g.s.t.Fatal("no connection")
	}
}

// publish offers all tracks, and waits for the connection.
func (g *guest) publish(query string) {
	g.s.t.Helper()
	offer := g.offer()
	connected := g.connected()
	answer, _ := g.posted(query, offer)
	if err := g.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		g.s.t.Fatal(err)
	}
	g.wait(connected)
	for _, t := range g.tracks {
		for _, tr := range g.pc.GetTransceivers() {
			if tr.Sender() == t.sender {
				t.mid = tr.Mid()
			}
		}
		for _, x := range t.sender.GetParameters().HeaderExtensions {
			switch x.URI {
			case sdp.SDESMidURI:
				t.midID = uint8(x.ID)
			case sdp.SDESRTPStreamIDURI:
				t.ridID = uint8(x.ID)
			}
		}
	}
}

// send sends packets on a track, numbered on from those before.
func (g *guest) send(track, n int) {
	g.s.t.Helper()
	t := g.tracks[track]
	for range n {
		p := &pion.Packet{Header: pion.Header{Version: 2, SequenceNumber: t.next, Timestamp: uint32(t.next) * 960}, Payload: make([]byte, 40)}
		binary.BigEndian.PutUint16(p.Payload, t.next)
		p.Payload[2] = byte(track)
		if t.rid != "" {
			if p.SetExtension(t.midID, []byte(t.mid)) != nil || p.SetExtension(t.ridID, []byte(t.rid)) != nil {
				g.s.t.Fatal("no header extensions for a rid")
			}
		}
		if err := t.local.WriteRTP(p); err != nil {
			g.s.t.Fatal(err)
		}
		t.next++
	}
}

// leave ends the session as RFC 9725 has it.
func (g *guest) leave() {
	g.s.t.Helper()
	q, err := http.NewRequest(http.MethodDelete, g.url, nil)
	if err != nil {
		g.s.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		g.s.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		g.s.t.Fatalf("DELETE: %s", resp.Status)
	}
}
