package v3compat

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"

	"github.com/mjrkit/mjrkit/replay"
)

var (
	_ replay.Writer = (*webrtc.TrackLocalStaticRTP)(nil)
	_ replay.Writer = writerFunc(nil)
)

type writerFunc func(*rtp.Packet) error

func (f writerFunc) WriteRTP(p *rtp.Packet) error { return f(p) }

// recording opens one of the real recordings.
func recording(t *testing.T) *replay.Recording {
	t.Helper()
	path := filepath.Join("..", "..", "testdata", "recordings", "jitsi-vp8", "jitsi-vp8-video-1.mjr")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := replay.OpenRecording(bytes.NewReader(b), int64(len(b)), filepath.Base(path))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// loopback is a peer connection that gathers the addresses of this machine
// alone.
func loopback(t *testing.T) *webrtc.PeerConnection {
	t.Helper()
	var media webrtc.MediaEngine
	if err := media.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	api := webrtc.NewAPI(webrtc.WithMediaEngine(&media), webrtc.WithSettingEngine(settings))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	return pc
}

// connect connects two peers, all candidates in the descriptions.
func connect(t *testing.T, a, b *webrtc.PeerConnection) {
	t.Helper()
	describe := func(pc *webrtc.PeerConnection, make func() (webrtc.SessionDescription, error)) webrtc.SessionDescription {
		d, err := make()
		if err != nil {
			t.Fatal(err)
		}
		gathered := webrtc.GatheringCompletePromise(pc)
		if err := pc.SetLocalDescription(d); err != nil {
			t.Fatal(err)
		}
		<-gathered
		return *pc.LocalDescription()
	}
	up := make(chan struct{})
	a.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			close(up)
		}
	})
	offer := describe(a, func() (webrtc.SessionDescription, error) { return a.CreateOffer(nil) })
	if err := b.SetRemoteDescription(offer); err != nil {
		t.Fatal(err)
	}
	answer := describe(b, func() (webrtc.SessionDescription, error) { return b.CreateAnswer(nil) })
	if err := a.SetRemoteDescription(answer); err != nil {
		t.Fatal(err)
	}
	select {
	case <-up:
	case <-time.After(20 * time.Second):
		t.Fatal("not connected")
	}
}

// A real recording is played into a v3 track, and arrives over SRTP at another
// peer: in order, with the bytes that were sent.
func TestTrackOfV3(t *testing.T) {
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}, "video", "replay")
	if err != nil {
		t.Fatal(err)
	}
	sender, receiver := loopback(t), loopback(t)
	if _, err := sender.AddTrack(track); err != nil {
		t.Fatal(err)
	}
	const enough = 300
	got := make(chan *rtp.Packet, enough)
	receiver.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			p, _, err := remote.ReadRTP()
			if err != nil {
				return
			}
			select {
			case got <- p:
			default: // there are enough
			}
		}
	})
	connect(t, sender, receiver)

	var sent []*rtp.Packet
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	session := replay.NewSession(recording(t))
	player := replay.NewPlayer(session, replay.Options{Speed: replay.MaxSpeed})
	err = player.Play(ctx, []replay.Sink{{
		Writer: writerFunc(func(p *rtp.Packet) error {
			sent = append(sent, p.Clone())
			return track.WriteRTP(p)
		}),
	}})
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if len(sent) != session.Tracks()[0].Len() {
		t.Fatalf("%d packets sent, want %d", len(sent), session.Tracks()[0].Len())
	}
	bySeq := make(map[uint16]*rtp.Packet)
	for _, p := range sent {
		bySeq[p.SequenceNumber] = p
	}
	var last *rtp.Packet
	for n := range enough {
		var p *rtp.Packet
		select {
		case p = <-got:
		case <-time.After(10 * time.Second):
			t.Fatalf("only %d packets arrived", n)
		}
		want := bySeq[p.SequenceNumber]
		if want == nil || p.Timestamp != want.Timestamp || p.Marker != want.Marker || !bytes.Equal(p.Payload, want.Payload) {
			t.Fatalf("packet %d, number %d, is not what was sent", n, p.SequenceNumber)
		}
		if last != nil && int16(p.SequenceNumber-last.SequenceNumber) <= 0 {
			t.Fatalf("number %d after %d", p.SequenceNumber, last.SequenceNumber)
		}
		last = p
	}
}
