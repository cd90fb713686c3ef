package rtc

import (
	"regexp"
	"strings"
	"testing"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// Two streams that say they are the same layer are one, and the other is named,
// once. Each would be recorded under the same name.
func TestLayerTwice(t *testing.T) {
	tracks := []OutTrack{{Kind: "video", Codec: "vp8", ClockRate: 90000}}
	from, offer, err := engine(t).Offer(t.Context(), tracks, nil)
	if err != nil {
		t.Fatal(err)
	}
	const mid, rid = 9, 10
	offer = regexp.MustCompile(`(?m)^a=ssrc.*\r\n`).ReplaceAllString(offer, "")
	offer = strings.Replace(offer, "a=mid:", "a=extmap:9 "+sdp.SDESMidURI+"\r\na=extmap:10 "+sdp.SDESRTPStreamIDURI+"\r\na=rid:a send\r\na=simulcast:send a\r\na=mid:", 1)
	warned := make(chan string, 100)
	receiving, err := NewEngine(Config{Loopback: true, Warn: func(text string) { warned <- text }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { receiving.Close() })
	came := make(chan *InTrack, 100)
	to, answer, err := receiving.Receive(t.Context(), offer, ReceiveOptions{Track: func(in *InTrack) { came <- in }})
	if err != nil {
		t.Fatal(err)
	}
	if err := from.Answer(answer); err != nil {
		t.Fatal(err)
	}
	wait(t, "the connection", from.Connected())
	o := from.Outs()[0]
	send := func(ssrc uint32) {
		for seq := range uint16(20) {
			p := packet(o, seq, 1, 2)
			p.SSRC = ssrc
			for id, text := range map[uint8]string{mid: "0", rid: "a"} {
				if err := p.SetExtension(id, []byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			if err := o.Writer.WriteRTP(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	send(1)
	if in := arrives(t, "the layer", came); in.RID != "a" || in.track.SSRC() != webrtc.SSRC(1) {
		t.Errorf("got %q of %d", in.RID, in.track.SSRC())
	}
	for ssrc := uint32(2); ssrc < 6; ssrc++ {
		send(ssrc)
	}
	if text := arrives(t, "a warning", warned); !strings.Contains(text, "there is one of its layer") {
		t.Errorf("warned %q", text)
	}
	to.Close()
	if len(came) != 0 || len(warned) != 0 {
		t.Errorf("%d tracks and %d warnings more", len(came), len(warned))
	}
}
