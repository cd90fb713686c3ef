package mjr_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/mjrkit/mjrkit/mjr"
)

// Count the packets of a recording.
func ExampleReader() {
	f, err := os.Open("../testdata/recordings/jitsi-vp8/jitsi-vp8-video-1.mjr")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	r, err := mjr.NewReader(f)
	if err != nil {
		log.Fatal(err)
	}
	n := 0
	for ; ; n++ {
		if _, err := r.ReadPacket(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(r.Header.Kind, r.Header.Codec, "encrypted:", r.Header.Encrypted)
	fmt.Println(n, "packets, whole:", r.Report().Whole())
	// Output:
	// video vp8 encrypted: true
	// 608 packets, whole: true
}
