package rtc

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/pion/webrtc/v4"
)

// An offer with data channels is answered without them, and its media flow.
func TestNoData(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(offer string) string
	}{
		{"as it was offered", func(s string) string { return s }},
		{"in a bundle alone", func(s string) string {
			return strings.Replace(s, "m=application 9 ", "m=application 0 ", 1) + "a=bundle-only\r\n"
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			pc := foreign(t)
			track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "video", "video")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := pc.AddTrack(track); err != nil {
				t.Fatal(err)
			}
			if _, err := pc.CreateDataChannel("data", nil); err != nil {
				t.Fatal(err)
			}
			offer := c.edit(described(t, pc))
			if !strings.Contains(offer, "m=application") {
				t.Fatalf("offered %s", offer)
			}
			up := make(chan struct{})
			var once sync.Once
			pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
				if s == webrtc.PeerConnectionStateConnected {
					once.Do(func() { close(up) })
				}
			})
			came := make(chan *InTrack, 1)
			to, answer, err := engine(t).Receive(t.Context(), offer, ReceiveOptions{Track: func(in *InTrack) { came <- in }})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(answer, "m=application 0 ") {
				t.Errorf("answered %s", answer)
			}
			if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
				t.Fatal(err)
			}
			wait(t, "the connection", to.Connected())
			wait(t, "the sender's own connection", up) // what is sent before is dropped
			if err := track.WriteRTP(packet(Out{}, 1, 2, 3)); err != nil {
				t.Fatal(err)
			}
			arrives(t, "the video", came)
			if s := to.pc.SCTP(); s.State() == webrtc.SCTPTransportStateConnected {
				t.Error("data can flow")
			}
		})
	}
}

// A server cannot open data channels by its answer.
func TestNoDataFromAnAnswer(t *testing.T) {
	from, offer, err := engine(t).Offer(t.Context(), camera[:1], nil)
	if err != nil {
		t.Fatal(err)
	}
	_, answer, err := engine(t).Receive(t.Context(), offer, ReceiveOptions{Track: func(*InTrack) {}})
	if err != nil {
		t.Fatal(err)
	}
	answer += "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=sctp-port:5000\r\n"
	if err := from.Answer(answer); !errors.Is(err, ErrOffer) {
		t.Errorf("got %v, want %v", err, ErrOffer)
	}
}
