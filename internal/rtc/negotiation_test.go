package rtc

import (
	"maps"
	"strings"
	"testing"

	"github.com/pion/rtp"
)

const (
	audioLevel  = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
	orientation = "urn:3gpp:video-orientation"
	colorSpace  = "http://www.webrtc.org/experiments/rtp-hdrext/color-space"
	descriptor  = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
)

// A viewer gets the header extensions that are wanted and that it offered,
// with its own ids, and no others: those of the transport are not passed on.
func TestExtensionsOfAViewer(t *testing.T) {
	wanted := []string{audioLevel, orientation, colorSpace, "urn:example:unknown"}
	p, answer, err := engine(t).Send(t.Context(), chromium(t, "view"), []OutTrack{
		{Kind: "audio", Codec: "opus", ClockRate: 48000, Extensions: wanted, RED: true},
		{Kind: "video", Codec: "vp8", ClockRate: 90000, Extensions: wanted},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	outs := p.Outs()
	for i, want := range []map[string]uint8{{audioLevel: 1}, {orientation: 13, colorSpace: 8}} {
		if got := outs[i].Extensions; !maps.Equal(got, want) {
			t.Errorf("track %d: got %v, want %v", i, got, want)
		}
	}
	if outs[0].PayloadType != 111 || outs[0].REDType != 63 || outs[1].PayloadType != 96 || outs[1].REDType != 0 {
		t.Errorf("payload types %d, %d, %d, %d", outs[0].PayloadType, outs[0].REDType, outs[1].PayloadType, outs[1].REDType)
	}
	all, err := lines(answer)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		for _, uri := range l.ext {
			if uri != audioLevel && uri != orientation && uri != colorSpace {
				t.Errorf("the answer takes %s, which is not sent", uri)
			}
		}
		for _, c := range l.codecs {
			for _, f := range c.feedback {
				if f == "transport-cc" || f == "goog-remb" {
					t.Errorf("the answer asks for %s, which nobody reads", f)
				}
			}
			if c.name == "rtx" {
				t.Error("the answer has RTX, which is not sent")
			}
		}
	}
	if strings.Contains(answer, "a=sendrecv") || strings.Contains(answer, "a=recvonly") {
		t.Error("the answer is to receive something")
	}
}

// A browser that publishes is asked for what a recording should have.
func TestExtensionsOfAPublisher(t *testing.T) {
	_, answer, err := engine(t).Receive(t.Context(), chromium(t, "publish"), ReceiveOptions{Track: func(*InTrack) {}})
	if err != nil {
		t.Fatal(err)
	}
	all, err := lines(answer)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []map[int]string{{1: audioLevel}, {13: orientation, 8: colorSpace, 12: descriptor}} {
		for id, uri := range want {
			if got := all[i].ext[id]; got != uri {
				t.Errorf("line %d has %q with the id %d, want %q", i, got, id, uri)
			}
		}
	}
	// The offer has no NACK for Opus, so the answer has not either.
	opus, _ := all[0].byType(111)
	if contains(opus.feedback, "nack") {
		t.Error("NACK for Opus, which was not offered")
	}
	asked := strings.Replace(chromium(t, "publish"), "a=rtpmap:111 opus/48000/2\r\n", "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 nack\r\n", 1)
	if _, answer, err = engine(t).Receive(t.Context(), asked, ReceiveOptions{Track: func(*InTrack) {}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(answer, "a=rtcp-fb:111 nack") {
		t.Error("no NACK for Opus, which was offered")
	}
}

// RED is received as it is, whichever of both comes first.
func TestRED(t *testing.T) {
	for _, c := range []struct {
		name string
		red  bool // the first packet is
	}{{"RED first", true}, {"Opus first", false}} {
		t.Run(c.name, func(t *testing.T) {
			out, came, _, _ := connected(t, []OutTrack{{Kind: "audio", Codec: "opus", ClockRate: 48000, RED: true}}, nil)
			if out.REDType == 0 || out.REDType == out.PayloadType {
				t.Fatalf("RED is %d, Opus %d", out.REDType, out.PayloadType)
			}
			for seq := range uint16(4) {
				p := packet(out, seq, 1, 2, 3)
				if c.red == (seq%2 == 0) {
					p.PayloadType = out.REDType
				}
				if err := out.Writer.WriteRTP(p); err != nil {
					t.Fatal(err)
				}
			}
			in := arrives(t, "the track", came)
			if in.Codec != "opus" || in.PayloadType != out.PayloadType || in.REDType != int(out.REDType) {
				t.Errorf("got %s as %d, RED as %d", in.Codec, in.PayloadType, in.REDType)
			}
			buf := make([]byte, 1500)
			for seq := range uint16(4) {
				n, err := in.ReadRTP(buf)
				if err != nil {
					t.Fatal(err)
				}
				var h rtp.Header
				if _, err := h.Unmarshal(buf[:n]); err != nil || h.SequenceNumber != seq || (h.PayloadType == out.REDType) != (c.red == (seq%2 == 0)) {
					t.Errorf("packet %d: got %d of type %d (%v)", seq, h.SequenceNumber, h.PayloadType, err)
				}
			}
		})
	}
}
