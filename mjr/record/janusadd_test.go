package record_test

import (
	"encoding/json"
	"testing"
	"time"

	pionrtp "github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/mjrkit/mjrkit/internal/janus"
	"github.com/mjrkit/mjrkit/internal/janus/janustest"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// camera is a publisher who negotiates again, as browsers do.
type camera struct {
	h      *janus.Handle
	pc     *webrtc.PeerConnection
	tracks []*webrtc.TrackLocalStaticRTP
}

// add offers one more medium.
func (c *camera) add(t *testing.T, request, mime string) {
	t.Helper()
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, mime, "camera")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
		t.Fatal(err)
	}
	offer, err := c.pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(c.pc)
	if err := c.pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	await(t, "candidates", gathered)
	reply, err := c.h.Request(t.Context(), request, map[string]any{"request": request}, &janus.JSEP{Type: "offer", SDP: c.pc.LocalDescription().SDP})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: reply.JSEP.SDP}); err != nil {
		t.Fatal(err)
	}
	c.tracks = append(c.tracks, track)
}

// send sends a packet of each medium now and then, until the test ends.
func (c *camera) send(t *testing.T) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := uint16(0); ; n++ {
		select {
		case <-t.Context().Done():
			return
		case <-tick.C:
		}
		for _, track := range c.tracks {
			p := &pionrtp.Packet{Header: pionrtp.Header{Version: 2, SequenceNumber: n, Timestamp: uint32(n) * 960, Marker: true}, Payload: []byte{0x10, 0, 0, 0}}
			if track.WriteRTP(p) != nil {
				return
			}
		}
	}
}

// TestJanusCameraLater: who speaks first, and turns the camera on later, is one
// publisher with two files.
func TestJanusCameraLater(t *testing.T) {
	t.Parallel()
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: janusRoom})
	rec := recordRoom(t, j, record.JanusOptions{})
	s, err := janus.Dial(t.Context(), janus.Options{URL: j.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(t.Context()) }) // Janus is about to be killed
	c := new(camera)
	if c.h, err = s.Attach(t.Context(), "janus.plugin.videoroom"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.h.Request(t.Context(), "join", map[string]any{"request": "join", "ptype": "publisher", "room": janusRoom, "display": "Ann"}, nil); err != nil {
		t.Fatal(err)
	}
	if c.pc, err = webrtc.NewPeerConnection(webrtc.Configuration{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.pc.Close() })
	up := make(chan struct{}, 10)
	c.pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			up <- struct{}{}
		}
	})
	c.add(t, "publish", webrtc.MimeTypeOpus)
	await(t, "the connection", up)
	if p := rec.heard(t); p.Number != 0 || p.Display != "Ann" {
		t.Errorf("recorded is %+v", p)
	}
	c.add(t, "configure", webrtc.MimeTypeVP8)
	sent := make(chan struct{})
	go func() { defer close(sent); c.send(t) }()
	t.Cleanup(func() { <-sent })
	rec.flowing(t, 0)
	for _, f := range rec.r.Report().Files {
		var want record.Track
		switch f.Track.Kind.String() {
		case "audio":
			want = record.Track{Index: 0, Codec: "opus", MID: "0"}
		case "video":
			want = record.Track{Index: 1, Codec: "vp8", MID: "1"}
		}
		if g := f.Track; g.Index != want.Index || g.Codec != want.Codec || g.MID != want.MID || g.Publisher != 0 {
			b, _ := json.Marshal(g)
			t.Errorf("track is %s, want %+v", b, want)
		}
	}
	rec.stop()
	if err := await(t, "the end of the recording", rec.ended); err != nil {
		t.Error(err)
	}
	if p := rec.heard(t); !p.Gone || len(rec.events) > 0 {
		t.Errorf("after the end: %+v, and %d more", p, len(rec.events))
	}
}
