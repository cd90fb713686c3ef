package replay_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/replay"
)

// counter is what a WebRTC track would be: those of Pion have this method.
type counter struct{ packets, bytes int }

func (c *counter) WriteRTP(p *rtp.Packet) error {
	c.packets++
	c.bytes += len(p.Payload)
	return nil
}

// Play the last second of a recording, still encrypted.
func ExamplePlayer() {
	f, err := os.Open("../testdata/recordings/jitsi-vp8/jitsi-vp8-audio-0.mjr")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		log.Fatal(err)
	}
	rec, err := replay.OpenRecording(f, info.Size(), f.Name())
	if err != nil {
		log.Fatal(err)
	}
	session := replay.NewSession(rec)
	player := replay.NewPlayer(session, replay.Options{Start: session.Duration() - time.Second})
	var track counter
	if err := player.Play(context.Background(), []replay.Sink{{Writer: &track, PayloadType: 111}}); err != nil {
		log.Fatal(err)
	}
	fmt.Println("all sent:", int64(track.packets) == player.Stats()[0].Packets)
	// Output: all sent: true
}
