package record_test

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// listener is a UDP source that records, and a socket that sends to it.
type listener struct {
	t    testing.TB
	r    *record.Recorder
	name string
	udp  *record.UDP
	stop context.CancelFunc
	done chan error
	conn *net.UDPConn
}

func listenUDP(t testing.TB, o record.Options, specs ...string) *listener {
	t.Helper()
	o.Name = filepath.Join(t.TempDir(), "call")
	l := &listener{t: t, name: o.Name, r: newRecorder(t, o), done: make(chan error, 1)}
	var media []record.Media
	for i, s := range specs {
		kind := mjr.Audio
		if strings.Contains(s, "vp8") {
			kind = mjr.Video
		}
		m, err := record.ParseMedia(kind, s)
		if err != nil {
			t.Fatal(err)
		}
		m.Track.Index = i
		media = append(media, m)
	}
	var err error
	if l.udp, err = record.ListenUDP(media); err != nil {
		t.Fatal(err)
	}
	var ctx context.Context
	ctx, l.stop = context.WithCancel(t.Context())
	go func() { l.done <- l.udp.Run(ctx, l.r) }()
	l.conn = dialer(t)
	return l
}

// dialer is a socket to send from.
func dialer(t testing.TB) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func (l *listener) send(medium int, b []byte) {
	l.t.Helper()
	l.sendTo(l.udp.Addr(medium), b)
}

func (l *listener) sendTo(addr netip.AddrPort, b []byte) {
	l.t.Helper()
	if _, err := l.conn.WriteToUDPAddrPort(b, addr); err != nil {
		l.t.Fatal(err)
	}
}

// close ends the recording, and reports.
func (l *listener) close() record.Report {
	l.t.Helper()
	l.stop()
	if err := await(l.t, "the end of receiving", l.done); err != nil {
		l.t.Error(err)
	}
	return closeAll(l.t, l.r)
}

// TestUDPAccountsForEachPacket sends 5,000 packets a second over the loopback
// interface, leaves some out on the way and sends some twice: sent is stored
// and lost, exactly.
func TestUDPAccountsForEachPacket(t *testing.T) {
	const seconds, rate = 2, 5000
	l := listenUDP(t, record.Options{}, "udp://127.0.0.1:0,vp8")
	begin := time.Now()
	var stored, twice, lost int64
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for i := 0; i < seconds*rate; {
		<-tick.C
		for ; i < min(seconds*rate, int(time.Since(begin)*rate/time.Second)); i++ {
			p := rtp(uint16(60000+i), uint32(i)*90000/rate, 1188)
			if i%97 == 50 {
				lost++
				continue
			}
			l.send(0, p)
			stored++
			if i%101 == 51 {
				l.send(0, p)
				twice++
			}
		}
	}
	report := l.close()
	got := report.Files[0]
	if got.Stored+got.Lost != seconds*rate || got.Stored != stored-got.KernelDrops || got.Lost != lost+got.KernelDrops || got.KernelDrops == 0 && got.Duplicates != twice {
		t.Errorf("sent %d, left out %d, twice %d: %+v", stored, lost, twice, got)
	}
	if n := len(read(t, got.Paths[0]).packets); int64(n) != got.Stored {
		t.Errorf("%d packets in the file, %d reported", n, got.Stored)
	}
}

func TestUDPSortsPackets(t *testing.T) {
	var warned []string
	var mu sync.Mutex
	l := listenUDP(t, record.Options{Warn: func(s string) {
		mu.Lock()
		defer mu.Unlock()
		if strings.Contains(s, "left out") {
			warned = append(warned, s)
		}
	}}, "udp://127.0.0.1:0,opus", "udp://127.0.0.1:"+freePort(t)+",vp8@96,ssrc=0xCAFE")
	typed := func(pt byte, seq uint16, ssrc uint32) []byte {
		p := rtp(seq, 0, 50)
		p[1] = pt
		binary.BigEndian.PutUint32(p[8:], ssrc)
		return p
	}
	sr := make([]byte, 28+8)
	sr[0], sr[1], sr[3] = 0x80, 200, 6
	binary.BigEndian.PutUint32(sr[4:], 7)
	binary.BigEndian.PutUint64(sr[8:], (2208988800+100)<<32)
	binary.BigEndian.PutUint32(sr[16:], 4711)
	sr[28], sr[29], sr[31] = 0x81, 202, 1
	l.send(0, sr)                           // of nobody yet
	l.send(0, typed(111, 1, 7))             // 111 is the payload type from now on
	l.send(0, typed(112, 1, 7))             // another
	l.send(0, typed(111|0x80, 2, 7))        // with the marker
	l.send(0, sr)                           // on the port of the media
	l.send(0, []byte("GET / HTTP/1.1\r\n")) // not RTP
	l.send(0, nil)
	l.send(1, typed(96, 1, 0xCAFE))
	l.send(1, typed(96, 2, 0xBEEF)) // another SSRC
	l.send(1, typed(97, 3, 0xCAFE)) // another payload type
	rtcp := netip.AddrPortFrom(l.udp.Addr(1).Addr(), l.udp.Addr(1).Port()+1)
	binary.BigEndian.PutUint32(sr[4:], 0xCAFE)
	waitFor(t, func() bool {
		r := l.r.Report()
		return len(r.Files) == 2 && r.Files[1].Received == 1 && r.Files[1].Others == 2
	})
	l.sendTo(rtcp, sr) // on the port behind
	report := l.close()
	a, v := report.Files[0], report.Files[1]
	if a.Stored != 2 || a.Others != 3 || v.Stored != 1 || v.Others != 2 || len(warned) != 2 {
		t.Errorf("audio %+v\nvideo %+v\nwarned %q", a, v, warned)
	}
	for _, f := range report.Files {
		if o := ownOf(t, read(t, f.Paths[0])); len(o.SR) != 1 || o.SR[0][0] != 100e6 || o.SR[0][1] != 4711 {
			t.Errorf("%s: sender reports %v", f.Name, o.SR)
		}
	}
}

// waitFor waits for what goes over the network and comes back.
func waitFor(t testing.TB, ok func() bool) {
	t.Helper()
	until(t, "what was sent", ok)
}

// TestUDPSecondSender: both are recorded, and there is a warning.
func TestUDPSecondSender(t *testing.T) {
	warned := make(chan string, 10)
	l := listenUDP(t, record.Options{Warn: func(s string) {
		if strings.Contains(s, "SSRC") {
			warned <- s
		}
	}}, "udp://127.0.0.1:0,opus")
	for i := range 3 {
		p := rtp(uint16(i), 0, 50)
		l.send(0, p)
		binary.BigEndian.PutUint32(p[8:], 7)
		l.send(0, p)
	}
	got := l.close().Files[0]
	if got.SSRCs != 2 || got.Stored != 6 || len(warned) != 1 {
		t.Errorf("%+v, %d warnings", got, len(warned))
	}
}

func TestUDPTwoMediaOnOneAddress(t *testing.T) {
	l := listenUDP(t, record.Options{}, "udp://127.0.0.1:"+freePort(t)+",opus@111")
	port := l.udp.Addr(0).String()
	l.close()
	l = listenUDP(t, record.Options{}, "udp://"+port+",opus@111", "udp://"+port+",vp8@96")
	p := rtp(1, 1, 50)
	l.send(0, p)
	p = rtp(2, 1, 50)
	p[1] = 96
	l.send(1, p)
	if report := l.close(); report.Files[0].Stored != 1 || report.Files[1].Stored != 1 {
		t.Errorf("%+v", report)
	}
}

// freePort is a port that is free, as is the next one, where RTCP comes. It is
// below those that systems give to whoever asks for any, so that it stays free.
func freePort(t *testing.T) string {
	t.Helper()
	const lowest, ports, tries = 20000, 10000, 100
	for range tries {
		port := lowest + rand.IntN(ports)
		if isFree(port) && isFree(port+1) {
			return strconv.Itoa(port)
		}
	}
	t.Fatal("no port is free")
	return ""
}

func isFree(port int) bool {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return false
	}
	c.Close()
	return true
}

func TestUDPAddressIsTaken(t *testing.T) {
	l := listenUDP(t, record.Options{}, "udp://127.0.0.1:0,opus")
	m, err := record.ParseMedia(mjr.Audio, "udp://"+l.udp.Addr(0).String()+",opus")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := record.ListenUDP([]record.Media{m}); err == nil {
		t.Error("no error")
	}
	l.close()
}

// TestUDPEndsWithTheDisk: where no file takes packets any more, there is
// nothing to wait for.
func TestUDPEndsWithTheDisk(t *testing.T) {
	l := listenUDP(t, record.Options{}, "udp://127.0.0.1:0,opus")
	waitFor(t, func() bool { return len(l.r.Report().Files) == 1 })
	if _, err := l.r.Close(); err != nil {
		t.Fatal(err)
	}
	l.send(0, rtp(1, 1, 50))
	if err := await(t, "the end of receiving", l.done); err != nil {
		t.Error(err)
	}
}

// TestUDPEndsWhileBusy: what came before the end is recorded, however late the
// one who reads it gets to it.
func TestUDPEndsWhileBusy(t *testing.T) {
	busy, free := make(chan struct{}), make(chan struct{})
	l := listenUDP(t, record.Options{Warn: func(s string) {
		if strings.Contains(s, "left out") {
			close(busy)
			<-free
		}
	}}, "udp://127.0.0.1:0,opus", "udp://127.0.0.1:0,vp8")
	const n = 100
	for i := range n {
		p := rtp(uint16(i), uint32(i)*960, 50)
		l.send(0, p)
		if i == 0 {
			p[1] = 99 // another type, of which it warns
			l.send(0, p)
			await(t, "the warning", busy)
		}
	}
	l.stop()
	waitFor(t, func() bool { // the other socket has nothing to read, and ends in time
		c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(l.udp.Addr(1)))
		if err != nil {
			return false
		}
		c.Close()
		return true
	})
	close(free)
	if got := l.close().Files[0]; got.Stored != n || got.Lost != 0 || got.KernelDrops != 0 {
		t.Errorf("%+v", got)
	}
}

func TestUDPMulticast(t *testing.T) {
	if _, err := net.InterfaceByName("lo"); err != nil {
		t.Skip("no interface lo on this system")
	}
	m, err := record.ParseMedia(mjr.Audio, "udp://239.255.71.83:0,opus,if=lo")
	if err != nil {
		t.Fatal(err)
	}
	udp, err := record.ListenUDP([]record.Media{m})
	if err != nil {
		t.Fatal(err)
	}
	udp.Close()
	m.Interface = "no such interface"
	if _, err := record.ListenUDP([]record.Media{m}); err == nil {
		t.Error("interface that is not: no error")
	}
}

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
