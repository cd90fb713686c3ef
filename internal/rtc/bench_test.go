package rtc

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
)

// BenchmarkViewers sends a recording at about 1 Mbit/s (160 packets a second)
// to viewers in another process, and tells what each of them costs this one.
// The control is Pion as it comes: with copies of packets to repair from,
// statistics, and reports of its own. Only what is beside the sending is
// different.
func BenchmarkViewers(b *testing.B) {
	payloads := recorded1000(b)
	for _, n := range []int{10, 100, 300} {
		b.Run(fmt.Sprintf("ours/%d", n), func(b *testing.B) { benchViewers(b, n, payloads, (*Engine).benchSend) })
		b.Run(fmt.Sprintf("control/%d", n), func(b *testing.B) { benchViewers(b, n, payloads, (*Engine).benchControl) })
	}
}

// bench is what is measured in.
const bench = 10 * time.Second

type writing interface{ WriteRTP(*rtp.Packet) error }

// recorded1000 are 1000 bytes of each packet of a recording.
func recorded1000(b *testing.B) [][]byte {
	b.Helper()
	var all [][]byte
	for _, p := range mjrtest.Read(b, corpus.Load(b, "plain-vp8-reschange").File(b, "video")).Packets {
		var packet rtp.Packet
		if packet.Unmarshal(p.Data) == nil {
			all = append(all, append(make([]byte, 0, 1000), packet.Payload[:min(1000, len(packet.Payload))]...)[:1000])
		}
	}
	if len(all) < 100 {
		b.Fatalf("%d packets", len(all))
	}
	return all
}

func (e *Engine) benchSend(b *testing.B, offer string) (string, []writing, <-chan struct{}) {
	p, answer, err := e.Send(b.Context(), offer, []OutTrack{camera[0], {Kind: "video", Codec: "vp8", ClockRate: 90000}}, newAsking())
	if err != nil {
		b.Error(err)
		return "", nil, nil
	}
	var all []writing
	for _, o := range p.Outs() {
		all = append(all, numbered{o.Writer, o})
	}
	return answer, all, p.Connected()
}

// numbered gives packets the numbers that the viewer expects.
type numbered struct {
	writing
	out Out
}

func (n numbered) WriteRTP(p *rtp.Packet) error {
	p.SSRC, p.PayloadType = n.out.SSRC, n.out.PayloadType
	return n.writing.WriteRTP(p)
}

func (e *Engine) benchControl(b *testing.B, offer string) (string, []writing, <-chan struct{}) {
	m, r := new(webrtc.MediaEngine), new(interceptor.Registry)
	if err := errors.Join(m.RegisterDefaultCodecs(), webrtc.RegisterDefaultInterceptors(m, r)); err != nil {
		b.Error(err)
		return "", nil, nil
	}
	var all []writing
	p, answer, err := e.describePeer(m, r, func(p *Peer) (string, error) {
		for _, mime := range []string{webrtc.MimeTypeOpus, webrtc.MimeTypeVP8} {
			t, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, mime[:5], "stream")
			if err != nil {
				return "", err
			}
			s, err := p.pc.AddTrack(t)
			if err != nil {
				return "", err
			}
			p.start(func() {
				for buf := make([]byte, 1500); ; {
					if _, _, err := s.Read(buf); err != nil {
						return
					}
				}
			})
			all = append(all, t)
		}
		return p.answer(b.Context(), offer)
	})
	if err != nil {
		b.Error(err)
		return "", nil, nil
	}
	return answer, all, p.Connected()
}

func benchViewers(b *testing.B, n int, payloads [][]byte, send func(*Engine, *testing.B, string) (string, []writing, <-chan struct{})) {
	e, err := NewEngine(Config{Loopback: true})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	var sending sync.WaitGroup
	var sent atomic.Int64
	stop := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		offer, err := io.ReadAll(r.Body)
		if err != nil {
			b.Error(err)
			return
		}
		answer, tracks, connected := send(e, b, string(offer))
		if tracks == nil {
			return
		}
		sending.Go(func() {
			select {
			case <-connected:
				sendAll(tracks, payloads, &sent, stop)
			case <-stop:
			}
		})
		io.WriteString(w, answer)
	}))
	defer s.Close()
	before := resident(b)
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "MJR_BENCH_VIEWERS="+strconv.Itoa(n)+" "+s.URL)
	child.Stderr = os.Stderr
	in, err := child.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := child.Start(); err != nil {
		b.Fatal(err)
	}
	defer child.Wait()
	defer in.Close()
	defer sending.Wait()
	defer close(stop)
	answers := bufio.NewScanner(out)
	received := func() int64 {
		fmt.Fprintln(in)
		if !answers.Scan() {
			b.Fatal("the viewers are gone")
		}
		n, err := strconv.ParseInt(answers.Text(), 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		return n
	}
	received() // when all are there
	got, gave, cpu, began := received(), sent.Load(), used(b), time.Now()
	<-time.After(bench)
	spent, took, count := used(b)-cpu, time.Since(began).Seconds(), sent.Load()-gave
	got = received() - got
	b.ReportMetric(100*spent.Seconds()/took/float64(n), "%core/viewer")
	b.ReportMetric(float64(spent.Microseconds())/float64(count), "µs/packet")
	b.ReportMetric(float64(count)/took/float64(n), "packets/s")
	b.ReportMetric(100*max(0, 1-float64(got)/float64(count)), "%lost")
	b.ReportMetric((resident(b)-before)/1e6/float64(n), "MB/viewer")
}

// sendAll sends one packet of audio and about two of video every 20 ms.
func sendAll(tracks []writing, payloads [][]byte, sent *atomic.Int64, stop <-chan struct{}) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var audio, video rtp.Packet
	audio.Version, video.Version = 2, 2
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		audio.SequenceNumber++
		audio.Timestamp += 960
		audio.Payload = payloads[i%len(payloads)][:160]
		if tracks[0].WriteRTP(&audio) != nil {
			return
		}
		sent.Add(1)
		for range 2 + (i%5)/4 {
			video.SequenceNumber++
			video.Timestamp = uint32(i) * 1800
			video.Payload = payloads[int(video.SequenceNumber)%len(payloads)]
			if tracks[1].WriteRTP(&video) != nil {
				return
			}
			sent.Add(1)
		}
	}
}

// used is the processor time of this process so far.
func used(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident is the memory of this process after a collection, in bytes.
func resident(b *testing.B) float64 {
	b.Helper()
	debug.FreeOSMemory()
	f, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Skip(err)
	}
	pages, err := strconv.ParseFloat(strings.Fields(string(f))[1], 64)
	if err != nil {
		b.Fatal(err)
	}
	return pages * float64(os.Getpagesize())
}
