//go:build unix

package record_test

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// BenchmarkUDPRate says how many packets of 1,200 bytes are lost at a rate, and
// how many one core could record.
func BenchmarkUDPRate(b *testing.B) {
	for _, rate := range []int{10_000, 50_000, 100_000} {
		b.Run(strconv.Itoa(rate), func(b *testing.B) { benchmarkUDP(b, rate) })
	}
}

// BenchmarkUDP is the same, as fast as one core sends.
func BenchmarkUDP(b *testing.B) { benchmarkUDP(b, 0) }

// benchmarkUDP records b.N packets that another process sends over the loopback
// interface. The time of this process is that of the recorder, of which
// packets/s/core counts all: reading the socket, and writing the file. What the
// kernel does for a packet before it is in the socket's buffer is the sender's
// here, and is of interrupts elsewhere.
func benchmarkUDP(b *testing.B, rate int) {
	l := listenUDP(b, record.Options{}, "udp://127.0.0.1:0,vp8")
	sender := exec.Command(os.Args[0])
	sender.Env = append(os.Environ(), fmt.Sprintf("%s=%v %d %d", senderEnv, l.udp.Addr(0), rate, b.N))
	sender.Stderr = os.Stderr
	b.SetBytes(1200)
	b.ReportAllocs()
	cpu := cpuTime(b)
	b.ResetTimer()
	if err := sender.Run(); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	elapsed := b.Elapsed()
	got := l.close().Files[0]
	cpu = cpuTime(b) - cpu
	sent := float64(b.N)
	b.ReportMetric(sent/elapsed.Seconds(), "packets/s")
	b.ReportMetric(float64(got.Received)/cpu.Seconds(), "packets/s/core")
	b.ReportMetric(100*(1-float64(got.Stored)/sent), "%lost")
	b.ReportMetric(100*float64(got.KernelDrops)/sent, "%kernel")
	b.ReportMetric(100*float64(got.QueueDrops)/sent, "%queue")
	if info, err := os.Stat(got.Paths[0]); err != nil || info.Size() < got.Stored*1210 {
		b.Errorf("%v, %v", info, err)
	}
}

// cpuTime is what this process has used, in user mode and in the kernel.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
