package record_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
	"github.com/mjrkit/mjrkit/replay"
)

// Record encrypted audio that a program of one's own receives.
func ExampleRecorder() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	r, err := record.NewRecorder(record.Options{Name: filepath.Join(dir, "meeting")})
	if err != nil {
		log.Fatal(err)
	}
	f, err := r.Open(record.Track{Kind: mjr.Audio, Codec: "opus", Encrypted: true})
	if err != nil {
		log.Fatal(err)
	}
	for n := range byte(100) {
		packet := []byte{0x80, 111, 0, n, 0, 0, 0, 0, 0, 0, 0, 1, 's', 'e', 'a', 'l', 'e', 'd'}
		if err := f.WriteRTP(packet, time.Now()); err != nil {
			log.Fatal(err)
		}
	}
	report, err := r.Close()
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range report.Files {
		fmt.Printf("%s: %d packets\n", filepath.Base(f.Paths[0]), f.Stored)
	}
	// Output: meeting-audio-0.mjr: 100 packets
}

// Record who publishes over WHIP: here the last second of a recording, which
// is pushed there.
func ExampleWHIP() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	engine, err := record.NewEngine(record.EngineConfig{Loopback: true})
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	recorder, err := record.NewRecorder(record.Options{Name: filepath.Join(dir, "meeting")})
	if err != nil {
		log.Fatal(err)
	}
	whip := record.NewWHIP(engine, record.WHIPOptions{})
	server := httptest.NewServer(whip) // for others: http.Server, with TLS and a token
	defer server.Close()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- whip.Run(ctx, recorder) }()

	f, err := os.Open("../../testdata/recordings/jitsi-vp8/jitsi-vp8-audio-0.mjr")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		log.Fatal(err)
	}
	audio, err := replay.OpenRecording(f, info.Size(), f.Name())
	if err != nil {
		log.Fatal(err)
	}
	session := replay.NewSession(audio)
	pushing, err := replay.NewEngine(replay.EngineConfig{Loopback: true})
	if err != nil {
		log.Fatal(err)
	}
	defer pushing.Close()
	push, err := replay.Publish(ctx, pushing, &replay.WHIPClient{URL: server.URL + "/whip?e2ee=1"}, session, replay.Options{
		Start: session.Duration() - time.Second, Linger: time.Second,
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := push.Play(ctx); err != nil {
		log.Fatal(err)
	}
	if err := push.Close(); err != nil {
		log.Fatal(err)
	}
	stop()
	if err := <-ended; err != nil {
		log.Fatal(err)
	}
	report, err := recorder.Close()
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range report.Files {
		fmt.Println(filepath.Base(f.Paths[0]), "encrypted:", f.Track.Encrypted, "whole:", f.Stored == push.Player().Stats()[0].Packets)
	}
	// Output: meeting-audio-0.mjr encrypted: true whole: true
}
