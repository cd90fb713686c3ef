package rtc

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pion/webrtc/v4"
)

// TestMain is that of the tests, or the viewers of BenchmarkViewers.
func TestMain(m *testing.M) {
	var n int
	var url string
	if _, err := fmt.Sscan(os.Getenv("MJR_BENCH_VIEWERS"), &n, &url); err != nil {
		os.Exit(m.Run())
	}
	if err := view(n, url); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// view connects viewers, and counts what they get until nobody asks any more.
func view(n int, url string) error {
	var all sync.WaitGroup
	var count atomic.Int64
	places := make(chan struct{}, 8)
	failed := make(chan error, n)
	for range n {
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			if err := viewOne(url, &count); err != nil {
				failed <- err
			}
		})
	}
	all.Wait()
	select {
	case err := <-failed:
		return err
	default:
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Println(count.Load())
	}
	return nil
}

// viewOne returns when media begin to come.
func viewOne(url string, count *atomic.Int64) error {
	settings := webrtc.SettingEngine{LoggerFactory: quiet{}}
	settings.SetIncludeLoopbackCandidate(true)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return err
	}
	began := make(chan struct{}, 2)
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		began <- struct{}{}
		for buf := make([]byte, 1500); ; {
			if _, _, err := t.Read(buf); err != nil {
				return
			}
			count.Add(1)
		}
	})
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		if _, err := pc.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			return err
		}
	}
	d, err := pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	done := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(d); err != nil {
		return err
	}
	<-done
	res, err := http.Post(url, "application/sdp", strings.NewReader(pc.LocalDescription().SDP))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)}); err != nil {
		return err
	}
	<-began
	<-began
	return nil
}
