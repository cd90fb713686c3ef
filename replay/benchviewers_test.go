package replay

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pion/webrtc/v4"
)

// listenMain is the other process of BenchmarkViewers: viewers that count what
// comes, until nobody wants to know any more.
func listenMain(url string) error {
	n, err := strconv.Atoi(os.Getenv("MJR_BENCH_VIEWERS"))
	if err != nil {
		return err
	}
	var count atomic.Int64
	var started sync.WaitGroup
	places := make(chan struct{}, 8)
	results := make(chan error, n)
	for range n {
		places <- struct{}{}
		started.Go(func() {
			defer func() { <-places }()
			results <- listen(url, &count)
		})
	}
	started.Wait()
	for range n {
		if err := <-results; err != nil {
			return err
		}
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Println("received", count.Load())
	}
	return nil
}

// listen is one viewer; it returns when media begins to come.
func listen(url string, count *atomic.Int64) error {
	pc, err := newOffering(browserOptions{})
	if err != nil {
		return err
	}
	began := make(chan struct{}, 2)
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		began <- struct{}{}
		buf := make([]byte, 1500)
		for {
			if _, _, err := track.Read(buf); err != nil {
				return
			}
			count.Add(1)
		}
	})
	sdp, err := newOffer(pc)
	if err != nil {
		return err
	}
	res, err := http.Post(url+"/whep", "application/sdp", strings.NewReader(sdp))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusCreated {
		return fmt.Errorf("status %d: %s: %v", res.StatusCode, answer, err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)}); err != nil {
		return err
	}
	<-began
	<-began
	return nil
}
