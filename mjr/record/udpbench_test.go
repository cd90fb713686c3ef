package record_test

import (
	"encoding/binary"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// BenchmarkUDPRate says how many packets of 1,200 bytes are lost at a rate.
func BenchmarkUDPRate(b *testing.B) {
	for _, rate := range []int{10_000, 50_000, 100_000} {
		b.Run(strconv.Itoa(rate), func(b *testing.B) {
			l := listenUDP(b, record.Options{}, "udp://127.0.0.1:0,vp8")
			p := rtp(0, 0, 1188)
			begin := time.Now()
			sent := 0
			for b.Loop() {
				for int(time.Since(begin)*time.Duration(rate)/time.Second) <= sent {
					runtime.Gosched()
				}
				binary.BigEndian.PutUint16(p[2:], uint16(sent))
				binary.BigEndian.PutUint32(p[4:], uint32(sent))
				l.send(0, p)
				sent++
			}
			b.ReportMetric(float64(sent)/time.Since(begin).Seconds(), "packets/s")
			got := l.close().Files[0]
			b.ReportMetric(100*(1-float64(got.Stored)/float64(sent)), "%lost")
			b.ReportMetric(100*float64(got.QueueDrops)/float64(sent), "%queue")
		})
	}
}

// BenchmarkUDP receives packets of 1,200 bytes over the loopback interface, as
// fast as one core sends them, and says how many were lost.
func BenchmarkUDP(b *testing.B) {
	l := listenUDP(b, record.Options{}, "udp://127.0.0.1:0,vp8")
	p := rtp(0, 0, 1188)
	b.SetBytes(int64(len(p)))
	b.ReportAllocs()
	sent := 0
	for b.Loop() {
		binary.BigEndian.PutUint16(p[2:], uint16(sent))
		binary.BigEndian.PutUint32(p[4:], uint32(sent))
		l.send(0, p)
		sent++
	}
	b.StopTimer()
	b.ReportMetric(float64(sent)/b.Elapsed().Seconds(), "packets/s")
	got := l.close().Files[0]
	b.ReportMetric(100*(1-float64(got.Stored)/float64(sent)), "%lost")
	if info, err := os.Stat(got.Paths[0]); err != nil || info.Size() < got.Stored*1210 {
		b.Errorf("%v, %v", info, err)
	}
}
