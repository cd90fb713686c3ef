package record_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
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
