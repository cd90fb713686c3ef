package rtc

import (
	"regexp"
	"strings"
	"testing"
)

// GStreamer's webrtcbin offers a line without a=ssrc where its encoder has not
// made anything yet: what it sends has to find its media line all the same.
func TestUnannounced(t *testing.T) {
	tracks := []OutTrack{camera[0], {Kind: "video", Codec: "vp8", ClockRate: 90000}, {Kind: "video", Codec: "vp9", ClockRate: 90000}}
	ssrcs := regexp.MustCompile(`(?m)^a=ssrc.*\r\n`)
	mid := "a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
	for _, c := range []struct {
		name string
		edit func(offer string) string
	}{
		{"all lines", func(s string) string { return ssrcs.ReplaceAllString(s, "") }},
		{"the audio", func(s string) string {
			at := strings.Index(s, "m=video")
			return ssrcs.ReplaceAllString(s[:at], "") + s[at:]
		}},
		{"the last line", func(s string) string {
			at := strings.LastIndex(s, "m=video")
			return s[:at] + ssrcs.ReplaceAllString(s[at:], "")
		}},
		{"all lines, and mids are offered", func(s string) string {
			return strings.ReplaceAll(ssrcs.ReplaceAllString(s, ""), "a=mid:", mid+"a=mid:")
		}},
		{"the audio, and mids are offered", func(s string) string {
			at := strings.Index(s, "m=video")
			return strings.ReplaceAll(ssrcs.ReplaceAllString(s[:at], "")+s[at:], "a=mid:", mid+"a=mid:")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, offer, err := engine(t).Offer(t.Context(), tracks, nil)
			if err != nil {
				t.Fatal(err)
			}
			edited := c.edit(offer)
			if edited == offer {
				t.Fatalf("nothing to leave out in %s", offer)
			}
			came := make(chan *InTrack, len(tracks))
			_, answer, err := engine(t).Receive(t.Context(), edited, ReceiveOptions{Track: func(in *InTrack) { came <- in }})
			if err != nil {
				t.Fatal(err)
			}
			if err := from.Answer(answer); err != nil {
				t.Fatal(err)
			}
			wait(t, "the connection", from.Connected())
			for i, o := range from.Outs() {
				for n := range 20 {
					if err := o.Writer.WriteRTP(packet(o, uint16(n), byte(i), byte(n))); err != nil {
						t.Fatal(err)
					}
				}
				in := arrives(t, "track "+tracks[i].Codec, came)
				if in.Index != i || in.Codec != tracks[i].Codec || in.MID == "" {
					t.Errorf("track %d came as %d: %s, mid %q", i, in.Index, in.Codec, in.MID)
				}
				buf := make([]byte, 1500)
				for n := range 20 {
					got, err := in.ReadRTP(buf)
					if err != nil {
						t.Fatal(err)
					}
					if p := buf[got-2 : got]; p[0] != byte(i) || p[1] != byte(n) {
						t.Fatalf("track %d: packet %d is %v", i, n, p)
					}
				}
			}
		})
	}
}
