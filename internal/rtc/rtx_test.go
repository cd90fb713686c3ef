package rtc

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// publishing is a foreign peer that sends VP8 and repairs over RTX, through a
// relay, and what of it is received.
func publishing(t *testing.T, drop func(rtp.Header) bool) (*webrtc.TrackLocalStaticRTP, <-chan *InTrack, *relay) {
	t.Helper()
	m, r := new(webrtc.MediaEngine), new(interceptor.Registry)
	if err := webrtc.ConfigureNack(m, r); err != nil {
		t.Fatal(err)
	}
	pc := foreignWith(t, m, r)
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}, "video", "stream")
	if err != nil {
		t.Fatal(err)
	}
	sender, err := pc.AddTrack(track)
	if err != nil {
		t.Fatal(err)
	}
	go func() { // the responder answers while somebody reads
		for buf := make([]byte, 1500); ; {
			if _, _, err := sender.Read(buf); err != nil {
				return
			}
		}
	}()
	came := make(chan *InTrack, 1)
	p, answer, err := engine(t).Receive(t.Context(), only(described(t, pc), ""), ReceiveOptions{Track: func(in *InTrack) { came <- in }})
	if err != nil {
		t.Fatal(err)
	}
	between, answer := through(t, answer, func(b []byte) bool {
		var h rtp.Header
		_, err := h.Unmarshal(b)
		return err == nil && drop(h)
	})
	up := make(chan struct{})
	var once sync.Once
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			once.Do(func() { close(up) })
		}
	})
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
	wait(t, "the connection", p.Connected())
	wait(t, "the sender's own connection", up) // what is sent before is dropped
	return track, came, between
}

// What is sent again over RTX comes as it was at first, also when nothing else
// comes any more.
func TestRTX(t *testing.T) {
	var media atomic.Uint32 // the SSRC that is not that of RTX
	lost := map[uint16]bool{}
	rtx := 0
	track, came, between := publishing(t, func(h rtp.Header) bool {
		media.CompareAndSwap(0, h.SSRC)
		if h.SSRC != media.Load() {
			rtx++
			return false
		}
		if h.SequenceNumber%5 != 3 || lost[h.SequenceNumber] {
			return false
		}
		lost[h.SequenceNumber] = true
		return true
	})
	write := func(seq uint16) {
		t.Helper()
		if err := track.WriteRTP(packet(Out{}, seq, byte(seq), 2, 3)); err != nil {
			t.Fatal(err)
		}
	}
	write(0)
	in := arrives(t, "the track", came)
	const last = 15 // 13 is lost, and asked for when 14 and 15 have come
	for seq := range uint16(last) {
		write(seq + 1)
	}
	got := make(chan rtp.Packet)
	go func() {
		defer close(got)
		for {
			buf := make([]byte, 1500)
			n, err := in.ReadRTP(buf)
			if err != nil {
				return
			}
			var p rtp.Packet
			if p.Unmarshal(buf[:n]) == nil {
				got <- p
			}
		}
	}()
	seen := map[uint16]bool{}
	for len(seen) < last+1 {
		p := arrives(t, "a packet", got)
		if p.SSRC != media.Load() || p.PayloadType != in.PayloadType || len(p.Payload) != 3 || p.Payload[0] != byte(p.SequenceNumber) {
			t.Fatalf("got %v of %d bytes", p.Header, len(p.Payload))
		}
		seen[p.SequenceNumber] = true
	}
	between.close()
	if len(lost) != 3 || rtx < 3 {
		t.Errorf("%d packets were lost and %d sent over RTX: this tested nothing", len(lost), rtx)
	}
}
