package postprocess_test

import (
	"fmt"
	"io"
	"log"
	"os"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/jitsi"
	"github.com/mjrkit/mjrkit/postprocess"
	"github.com/mjrkit/mjrkit/postprocess/webm"
)

// Decrypt a call of Jitsi Meet, and mux it into WebM.
func ExampleConvert() {
	const call = "../testdata/recordings/jitsi-vp8/"
	k, err := os.Open(call + "keys.jwks.json")
	if err != nil {
		log.Fatal(err)
	}
	defer k.Close()
	set, err := decrypt.ParseKeys(k)
	if err != nil {
		log.Fatal(err)
	}
	var inputs []postprocess.Input
	for name, kind := range map[string]decrypt.Kind{"jitsi-vp8-audio-0.mjr": decrypt.Audio, "jitsi-vp8-video-1.mjr": decrypt.Video} {
		f, err := os.Open(call + name)
		if err != nil {
			log.Fatal(err)
		}
		defer f.Close()
		opener, err := jitsi.NewOpener(decrypt.Select(set.Keys, kind, ""), jitsi.Options{}) // one a track
		if err != nil {
			log.Fatal(err)
		}
		inputs = append(inputs, postprocess.Input{Name: name, R: f, Opener: opener})
	}
	report, err := postprocess.Convert(io.Discard, webm.New, inputs, postprocess.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range report.Tracks {
		fmt.Printf("%s: %d frames opened with %s\n", t.Header.Codec, t.Frames.Written, t.Frames.Scheme)
	}
	// Unordered output:
	// opus: 605 frames opened with jitsi-gcm
	// vp8: 242 frames opened with jitsi-gcm
}
