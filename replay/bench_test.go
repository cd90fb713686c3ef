package replay

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// TestMain is that of the tests, or the viewers of BenchmarkViewers.
func TestMain(m *testing.M) {
	if url := os.Getenv("MJR_BENCH_URL"); url != "" {
		if err := listenMain(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// BenchmarkViewers plays a call of about 1 Mbit/s (30 pictures and 50 packets
// of audio a second) to viewers over loopback, and tells what that costs this
// process for each of them. The viewers are in a process of their own. Two
// controls in the same run tell where it goes: "players" is as many Players
// without a network, "idle" as many viewers that have paused.
func BenchmarkViewers(b *testing.B) {
	file := megabit(b)
	for _, n := range []int{10, 100, 300} {
		b.Run(fmt.Sprintf("players/%d", n), func(b *testing.B) { benchPlayers(b, file, n) })
		b.Run(fmt.Sprintf("viewers/%d", n), func(b *testing.B) { benchViewers(b, file, n) })
	}
}

// window is how long is measured.
const window = 10 * time.Second

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

// measure reports what a time costs, with so many viewers and by a count of
// packets.
func measure(b *testing.B, n int, packets func() int64, unit string) {
	b.Helper()
	was, cpu, began := packets(), used(b), time.Now()
	<-time.After(window)
	spent, took, sent := used(b)-cpu, time.Since(began), packets()-was
	b.ReportMetric(100*spent.Seconds()/took.Seconds()/float64(n), "%core/viewer"+unit)
	if sent > 0 {
		b.ReportMetric(float64(spent.Microseconds())/float64(sent), "µs/packet"+unit)
		b.ReportMetric(float64(sent)/took.Seconds()/float64(n), "packets/s"+unit)
	}
}

type counting struct{ n *atomic.Int64 }

func (d counting) WriteRTP(*rtp.Packet) error { d.n.Add(1); return nil }

func benchPlayers(b *testing.B, names []string, n int) {
	l := NewLibrary(LibraryOptions{Group: pairs}, NewFiles(names...))
	defer l.Close()
	id, err := l.First(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	lease, err := l.Open(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	defer lease.Close()
	ctx, cancel := context.WithCancel(b.Context())
	var done sync.WaitGroup
	var count atomic.Int64
	before := resident(b)
	for i := range n {
		p := NewPlayer(lease.Session, Options{Loop: true, Start: time.Duration(i) * 37 * time.Millisecond})
		done.Go(func() { p.Play(ctx, []Sink{{Writer: counting{&count}}, {Writer: counting{&count}}}) })
	}
	measure(b, n, count.Load, "")
	b.ReportMetric((resident(b)-before)/1e6/float64(n), "MB/viewer")
	cancel()
	done.Wait()
}

func benchViewers(b *testing.B, names []string, n int) {
	l := NewLibrary(LibraryOptions{Group: pairs}, NewFiles(names...))
	defer l.Close()
	s := serveLibrary(b, l, func(o *ServerOptions) { o.MaxSessions, o.Player.Loop = n, true })
	before := resident(b)
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "MJR_BENCH_URL="+s.url, fmt.Sprint("MJR_BENCH_VIEWERS=", n))
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
	lines := bufio.NewScanner(out)
	received := func() int64 {
		fmt.Fprintln(in, "count")
		for lines.Scan() {
			if text, ok := strings.CutPrefix(lines.Text(), "received "); ok {
				n, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					b.Fatal(err)
				}
				return n
			}
		}
		b.Fatal("the viewers are gone")
		return 0
	}
	received() // when all are there
	a, c := received(), s.sent()
	measure(b, n, s.sent, "")
	a, c = received()-a, s.sent()-c
	b.ReportMetric(100-100*float64(a)/float64(c), "%lost")
	b.ReportMetric((resident(b)-before)/1e6/float64(n), "MB/viewer")
	b.ReportMetric(float64(runtime.NumGoroutine())/float64(n), "goroutines/viewer")
	for _, v := range s.viewersNow() {
		v.player.Pause()
	}
	measure(b, n, func() int64 { return 0 }, "-idle")
}

func (s *serving) viewersNow() []*viewer {
	s.Server.mu.Lock()
	defer s.Server.mu.Unlock()
	var all []*viewer
	for _, v := range s.viewers {
		all = append(all, v)
	}
	return all
}

// sent is how many packets were sent to all viewers.
func (s *serving) sent() int64 {
	var n int64
	for _, v := range s.viewersNow() {
		for _, t := range v.player.Stats() {
			n += t.Packets
		}
	}
	return n
}
