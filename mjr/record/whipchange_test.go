package record_test

import (
	"path/filepath"
	"testing"

	"github.com/pion/webrtc/v4"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// TestWHIPCodecChanges: a sender that goes over to another codec, and back, has
// a file for each time, and nothing is lost between them.
func TestWHIPCodecChanges(t *testing.T) {
	s := newStudio(t, record.Options{}, record.WHIPOptions{})
	g := newGuest(s)
	g.add("audio/opus")
	g.add("video/VP8")
	g.publish("")
	g.send(0, 10)
	s.received("call-audio-0", 10)
	parts := []struct {
		mime, name, codec string
		packets           int
	}{
		{"video/VP8", "call-video-1", "vp8", 50},
		{"video/VP9", "call-video-2", "vp9", 40},
		{"video/VP8", "call-video-3", "vp8", 30},
	}
	for _, part := range parts {
		local, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: part.mime, ClockRate: 90000}, "video", "guest")
		if err != nil {
			t.Fatal(err)
		}
		if err := g.tracks[1].sender.ReplaceTrack(local); err != nil {
			t.Fatal(err)
		}
		g.tracks[1].local = local
		g.send(1, part.packets)
		s.received(part.name, int64(part.packets))
	}
	g.leave()
	first := uint16(0)
	for _, part := range parts {
		rec := read(t, filepath.Join(s.dir, part.name+".mjr"))
		if rec.header.Codec != part.codec || len(rec.packets) != part.packets {
			t.Fatalf("%s: %d packets of %s, want %d of %s", part.name, len(rec.packets), rec.header.Codec, part.packets, part.codec)
		}
		for i, p := range rec.packets {
			if got := uint16(p.Data[2])<<8 | uint16(p.Data[3]); got != first+uint16(i) {
				t.Fatalf("%s: packet %d is number %d, want %d", part.name, i, got, first+uint16(i))
			}
		}
		first += uint16(part.packets)
	}
	for _, f := range s.recorder.Report().Files {
		if f.Others != 0 || f.Lost != 0 {
			t.Errorf("%s: %d others, %d lost", f.Name, f.Others, f.Lost)
		}
	}
}
