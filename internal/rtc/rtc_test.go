package rtc

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

const patience = 60 * time.Second

func engine(t *testing.T) *Engine {
	t.Helper()
	e, err := NewEngine(Config{Loopback: true, Hosts: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}) // a relay knows one address
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func wait(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatalf("waited in vain: %s", what)
	}
}

// asking records what a receiver asks for.
type asking struct {
	mu     sync.Mutex
	frames map[int]int
	seqs   map[int][]uint16
	any    chan struct{}
}

func newAsking() *asking {
	return &asking{frames: map[int]int{}, seqs: map[int][]uint16{}, any: make(chan struct{}, 1000)}
}

func (a *asking) KeyFrameRequest(track int) {
	a.mu.Lock()
	a.frames[track]++
	a.mu.Unlock()
	a.any <- struct{}{}
}

func (a *asking) Resend(track int, seqs []uint16) {
	a.mu.Lock()
	a.seqs[track] = append(a.seqs[track], seqs...)
	a.mu.Unlock()
	a.any <- struct{}{}
}

func (a *asking) RTPTime(track int, _ time.Time) (uint32, bool) {
	return uint32(1000 * (track + 1)), true
}

var camera = []OutTrack{
	{Kind: "audio", Codec: "opus", ClockRate: 48000, Extensions: []string{"urn:ietf:params:rtp-hdrext:ssrc-audio-level"}},
	{Kind: "video", Codec: "vp9", ClockRate: 90000, Fmtp: "profile-id=2"},
}

func packet(o Out, seq uint16, payload ...byte) *rtp.Packet {
	return &rtp.Packet{
		Header:  rtp.Header{Version: 2, SSRC: o.SSRC, PayloadType: o.PayloadType, SequenceNumber: seq, Timestamp: uint32(seq) * 960},
		Payload: payload,
	}
}

func TestOfferToReceive(t *testing.T) {
	sending, receiving := engine(t), engine(t)
	ask := newAsking()
	from, offer, err := sending.Offer(t.Context(), camera, ask)
	if err != nil {
		t.Fatal(err)
	}
	tracks := make(chan *InTrack, 2)
	to, answer, err := receiving.Receive(t.Context(), offer, ReceiveOptions{Track: func(in *InTrack) { tracks <- in }})
	if err != nil {
		t.Fatal(err)
	}
	if err := from.Answer(answer); err != nil {
		t.Fatal(err)
	}
	wait(t, "the sending peer's connection", from.Connected())
	wait(t, "the receiving peer's connection", to.Connected())
	outs := from.Outs()
	for i, o := range outs {
		if !o.Sent {
			t.Fatalf("track %d is not sent", i)
		}
		for seq := range uint16(50) {
			p := packet(o, 65500+seq, 1, 2, byte(seq))
			if id := o.Extensions["urn:ietf:params:rtp-hdrext:ssrc-audio-level"]; i == 0 {
				p.SetExtension(id, []byte{7})
			}
			if err := o.Writer.WriteRTP(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range outs {
		var in *InTrack
		select {
		case in = <-tracks:
		case <-time.After(patience):
			t.Fatal("no track came")
		}
		want := camera[in.Index]
		if in.Kind != want.Kind || in.Codec != want.Codec || in.ClockRate != want.ClockRate || in.PayloadType != outs[in.Index].PayloadType {
			t.Errorf("got %s %s/%d as %d, want %+v as %d", in.Kind, in.Codec, in.ClockRate, in.PayloadType, want, outs[in.Index].PayloadType)
		}
		if parameter(in.Fmtp, "profile-id", "") != parameter(want.Fmtp, "profile-id", "") {
			t.Errorf("got fmtp %q, want %q", in.Fmtp, want.Fmtp)
		}
		told := make(chan struct{})
		var once sync.Once
		in.OnSenderReport(func(ntp uint64, timestamp uint32, _ time.Time) {
			if timestamp != uint32(1000*(in.Index+1)) || ntp>>32 < 3900000000 {
				t.Errorf("sender report of %d at %d", timestamp, ntp>>32)
			}
			once.Do(func() { close(told) })
		})
		buf := make([]byte, 1500)
		for seq := range uint16(50) {
			n, err := in.ReadRTP(buf)
			if err != nil {
				t.Fatal(err)
			}
			var p rtp.Packet
			if err := p.Unmarshal(buf[:n]); err != nil {
				t.Fatal(err)
			}
			if p.SequenceNumber != 65500+seq || !bytes.Equal(p.Payload, []byte{1, 2, byte(seq)}) {
				t.Fatalf("got packet %d with %v, want %d", p.SequenceNumber, p.Payload, 65500+seq)
			}
		}
		for id, uri := range in.Extensions {
			if out := outs[in.Index].Extensions[uri]; out != 0 && int(out) != id {
				t.Errorf("%s is %d on one side and %d on the other", uri, out, id)
			}
		}
		wait(t, "a sender report", told)
	}
	wait(t, "a request for a key frame", ask.any)
	from.Close()
	wait(t, "the other side to notice the end", to.Done())
}

// foreign is a peer that is not ours, and does no more than it has to.
func foreign(t *testing.T) *webrtc.PeerConnection {
	t.Helper()
	return foreignWith(t, new(webrtc.MediaEngine), new(interceptor.Registry))
}

func foreignWith(t *testing.T, m *webrtc.MediaEngine, r *interceptor.Registry) *webrtc.PeerConnection {
	t.Helper()
	if err := m.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	if err := webrtc.ConfigureSimulcastExtensionHeaders(m); err != nil {
		t.Fatal(err)
	}
	s := webrtc.SettingEngine{LoggerFactory: quiet{}}
	s.SetIncludeLoopbackCandidate(true)
	s.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() }) // a relay knows one address
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(r), webrtc.WithSettingEngine(s)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.GracefulClose() })
	return pc
}

// described makes the offer of a foreign peer, with all candidates.
func described(t *testing.T, pc *webrtc.PeerConnection) string {
	t.Helper()
	d, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	done := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(d); err != nil {
		t.Fatal(err)
	}
	<-done
	return pc.LocalDescription().SDP
}

// viewer offers to receive media lines of some kinds.
func viewer(t *testing.T, kinds ...webrtc.RTPCodecType) (*webrtc.PeerConnection, string, chan *webrtc.TrackRemote) {
	t.Helper()
	pc := foreign(t)
	tracks := make(chan *webrtc.TrackRemote, 4)
	pc.OnTrack(func(tr *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { tracks <- tr })
	for _, k := range kinds {
		if _, err := pc.AddTransceiverFromKind(k, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			t.Fatal(err)
		}
	}
	return pc, described(t, pc), tracks
}

func TestSend(t *testing.T) {
	e := engine(t)
	ask := newAsking()
	pc, offer, tracks := viewer(t, webrtc.RTPCodecTypeVideo, webrtc.RTPCodecTypeAudio)
	video := OutTrack{Kind: "video", Codec: "vp8", ClockRate: 90000}
	p, answer, err := e.Send(t.Context(), offer, []OutTrack{camera[0], video, video}, ask)
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
	wait(t, "the connection", p.Connected())
	outs := p.Outs()
	if !outs[0].Sent || !outs[1].Sent || outs[2].Sent {
		t.Fatalf("sent are %v, %v, %v: the offer has one media line of each kind", outs[0].Sent, outs[1].Sent, outs[2].Sent)
	}
	for _, o := range outs[:2] {
		if err := o.Writer.WriteRTP(packet(o, 7, 1)); err != nil {
			t.Fatal(err)
		}
		var tr *webrtc.TrackRemote
		select {
		case tr = <-tracks:
		case <-time.After(patience):
			t.Fatal("no track came")
		}
		if tr.SSRC() != webrtc.SSRC(o.SSRC) {
			t.Errorf("got SSRC %d, want %d", tr.SSRC(), o.SSRC)
		}
	}
	err = pc.WriteRTCP([]rtcp.Packet{
		&rtcp.PictureLossIndication{MediaSSRC: outs[1].SSRC},
		&rtcp.TransportLayerNack{MediaSSRC: outs[1].SSRC, Nacks: []rtcp.NackPair{{PacketID: 100, LostPackets: 5}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	wait(t, "one request", ask.any)
	wait(t, "the other request", ask.any)
	ask.mu.Lock()
	defer ask.mu.Unlock()
	if ask.frames[1] != 1 || len(ask.seqs[1]) != 3 || ask.seqs[1][2] != 103 {
		t.Errorf("asked for %v key frames and packets %v", ask.frames, ask.seqs)
	}
}

func TestRefused(t *testing.T) {
	e := engine(t)
	_, offer, _ := viewer(t, webrtc.RTPCodecTypeAudio)
	cases := []struct {
		name, offer string
		tracks      []OutTrack
		want        error
	}{
		{"no SDP", "hello", camera, ErrOffer},
		{"nothing", "", camera, ErrOffer},
		{"no media line for the track", offer, camera[1:], ErrCodec},
		{"no such codec", offer, []OutTrack{{Kind: "audio", Codec: "multiopus", ClockRate: 48000}}, ErrCodec},
	}
	for _, c := range cases {
		if _, _, err := e.Send(t.Context(), c.offer, c.tracks, nil); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
	if _, _, err := e.Receive(t.Context(), offer, ReceiveOptions{}); !errors.Is(err, ErrOffer) {
		t.Errorf("an offer that sends nothing: got %v, want %v", err, ErrOffer)
	}
	e.Close()
	if _, _, err := e.Offer(context.Background(), camera, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed engine: got %v, want %v", err, ErrClosed)
	}
}
