package record_test

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"path/filepath"
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
