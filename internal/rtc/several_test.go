package rtc

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pion/rtp"
)

// A call can have several cameras, and a screen in another codec.
func TestSeveralOfAKind(t *testing.T) {
	opus := OutTrack{Kind: "audio", Codec: "opus", ClockRate: 48000}
	vp8 := OutTrack{Kind: "video", Codec: "vp8", ClockRate: 90000}
	tracks := []OutTrack{
		opus, vp8, opus, vp8,
		{Kind: "video", Codec: "h264", ClockRate: 90000, Fmtp: "profile-level-id=64001f;packetization-mode=1"},
		{Kind: "audio", Codec: "pcmu", ClockRate: 8000}, {Kind: "audio", Codec: "g722", ClockRate: 8000},
		{Kind: "audio", Codec: "pcmu", ClockRate: 8000},
		{Kind: "video", Codec: "vp9", ClockRate: 90000, Fmtp: "profile-id=2"},
		{Kind: "video", Codec: "vp9", ClockRate: 90000},
		{Kind: "video", Codec: "av1", ClockRate: 90000},
		{Kind: "video", Codec: "h265", ClockRate: 90000},
	}
	sending, receiving := engine(t), engine(t)
	from, offer, err := sending.Offer(t.Context(), tracks, nil)
	if err != nil {
		t.Fatal(err)
	}
	came := make(chan *InTrack, len(tracks))
	to, answer, err := receiving.Receive(t.Context(), offer, ReceiveOptions{Track: func(in *InTrack) { came <- in }})
	if err != nil {
		t.Fatal(err)
	}
	if err := from.Answer(answer); err != nil {
		t.Fatal(err)
	}
	wait(t, "the connection", from.Connected())
	wait(t, "the other side's connection", to.Connected())
	for i, o := range from.Outs() {
		if !o.Sent {
			t.Errorf("track %d is not sent", i)
			continue
		}
		if err := o.Writer.WriteRTP(packet(o, 1, byte(i), 2)); err != nil {
			t.Fatal(err)
		}
		in := arrives(t, "a track", came)
		if in.Index != i || in.Kind != tracks[i].Kind || in.Codec != tracks[i].Codec || in.PayloadType != o.PayloadType || in.SSRC() != o.SSRC {
			t.Errorf("track %d came as %d: %s as %d of %08x, want %s as %d of %08x", i, in.Index, in.Codec, in.PayloadType, in.SSRC(), tracks[i].Codec, o.PayloadType, o.SSRC)
		}
		buf := make([]byte, 1500)
		n, err := in.ReadRTP(buf)
		if err != nil {
			t.Fatal(err)
		}
		var p rtp.Packet
		if err := p.Unmarshal(buf[:n]); err != nil || len(p.Payload) != 2 || p.Payload[0] != byte(i) {
			t.Errorf("track %d: got payload %v (%v)", i, p.Payload, err)
		}
	}
}

// There are fewer payload types than tracks can be.
func TestManyOfAKind(t *testing.T) {
	var tracks []OutTrack
	for range 200 {
		tracks = append(tracks, OutTrack{Kind: "audio", Codec: "opus", ClockRate: 48000, RED: true})
	}
	_, plan, err := propose(tracks)
	if err != nil {
		t.Fatal(err)
	}
	for i, codecs := range plan {
		for _, c := range codecs {
			if c.pt > 127 || c.pt < 96 {
				t.Fatalf("track %d has the payload type %d", i, c.pt)
			}
		}
	}
	tracks = nil
	for i := range 40 {
		tracks = append(tracks, OutTrack{Kind: "video", Codec: "h264", ClockRate: 90000, Fmtp: fmt.Sprint("packetization-mode=", i)})
	}
	if _, _, err := propose(tracks); !errors.Is(err, ErrCodec) {
		t.Errorf("40 different codecs: got %v, want %v", err, ErrCodec)
	}
}

// A recording cannot write into the session description but where it belongs.
func TestForgedFmtp(t *testing.T) {
	_, offer, err := engine(t).Offer(t.Context(), []OutTrack{{Kind: "video", Codec: "vp9", ClockRate: 90000, Fmtp: "profile-id=0\r\na=forged"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(offer, "forged") {
		t.Errorf("offered\n%s", offer)
	}
}
