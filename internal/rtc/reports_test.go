package rtc

import (
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// Sender reports tell when and how much was sent, and that two tracks belong
// together.
func TestSenderReports(t *testing.T) {
	pc, offer, _ := viewer(t, webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo)
	type received struct {
		packet rtcp.Packet
		at     time.Time
	}
	reports := make(chan received, 100)
	pc.OnTrack(func(_ *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		for {
			packets, _, err := r.ReadRTCP()
			if err != nil {
				return
			}
			for _, p := range packets { // Pion takes compound packets apart
				reports <- received{p, time.Now()}
			}
		}
	})
	began := time.Now()
	p, answer, err := engine(t).Send(t.Context(), offer, []OutTrack{camera[0], {Kind: "video", Codec: "vp8", ClockRate: 90000}}, newAsking())
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
	wait(t, "the connection", p.Connected())
	outs := p.Outs()
	const packets = 7
	for i, o := range outs {
		for seq := range uint16(packets) {
			if err := o.Writer.WriteRTP(packet(o, seq, make([]byte, 10*(i+1))...)); err != nil {
				t.Fatal(err)
			}
		}
	}
	seen := map[uint32]*rtcp.SenderReport{}
	named := map[uint32]string{}
	for len(seen) < 2 || len(named) < 2 {
		r := arrives(t, "a report", reports)
		switch p := r.packet.(type) {
		case *rtcp.SourceDescription:
			if len(p.Chunks) != 1 || len(p.Chunks[0].Items) != 1 || p.Chunks[0].Items[0].Type != rtcp.SDESCNAME {
				t.Fatalf("got %v", p)
			}
			named[p.Chunks[0].Source] = p.Chunks[0].Items[0].Text
		case *rtcp.SenderReport:
			if p.PacketCount < packets {
				continue // made before all was sent
			}
			seen[p.SSRC] = p
			if p.NTPTime < ntp(began) || p.NTPTime > ntp(r.at) {
				t.Errorf("reported at %d, which is not between %d and %d", p.NTPTime, ntp(began), ntp(r.at))
			}
		default:
			t.Errorf("got a %T", p)
		}
	}
	for i, o := range outs {
		got := seen[o.SSRC]
		if got == nil {
			t.Fatalf("no report of track %d", i)
		}
		if got.PacketCount != packets || got.OctetCount != uint32(10*(i+1)*packets) || got.RTPTime != uint32(1000*(i+1)) {
			t.Errorf("track %d: reported %d packets, %d bytes, timestamp %d", i, got.PacketCount, got.OctetCount, got.RTPTime)
		}
	}
	name := named[outs[0].SSRC]
	if name == "" || named[outs[1].SSRC] != name {
		t.Errorf("the tracks have the names %v, want one", named)
	}
	if strings.Count(answer, " cname:"+name) != 2 || strings.Count(answer, "msid:"+name+" ") < 2 {
		t.Errorf("the answer has not twice the name %q:\n%s", name, answer)
	}
}

func TestNTP(t *testing.T) {
	// RFC 3550 counts from 1900; 1970 is 70 years with 17 leap days later.
	for _, c := range []struct {
		at   time.Time
		want uint64
	}{
		{time.Unix(0, 0), (70*365 + 17) * 86400 << 32},
		{time.Unix(1, 500_000_000), ((70*365+17)*86400+1)<<32 | 1<<31},
		{time.Unix(0, 999_999_999), (70*365+17)*86400<<32 | 0xfffffffb},
	} {
		if got := ntp(c.at); got != c.want {
			t.Errorf("%v: got %x, want %x", c.at, got, c.want)
		}
	}
}
