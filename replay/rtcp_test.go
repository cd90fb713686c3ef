package replay

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// A sender report is one for the library that others read it with.
func TestReport(t *testing.T) {
	at := time.Date(2026, 11, 21, 3, 4, 5, 500_000_000, time.UTC)
	all, err := rtcp.Unmarshal(appendReport(nil, 0x01020304, at, 77, 88, 99))
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	sr, ok := all[0].(*rtcp.SenderReport)
	if !ok || sr.SSRC != 0x01020304 || sr.RTPTime != 77 || sr.PacketCount != 88 || sr.OctetCount != 99 {
		t.Errorf("%+v", all[0])
	}
	if want := uint64(at.Unix()+2208988800)<<32 | 1<<31; sr.NTPTime != want {
		t.Errorf("NTP time %x, want %x", sr.NTPTime, want)
	}
	if d, ok := all[1].(*rtcp.SourceDescription); !ok || len(d.Chunks) != 1 || d.Chunks[0].Source != 0x01020304 || d.Chunks[0].Items[0].Text != "mjr" {
		t.Errorf("%+v", all[1])
	}
}

// The clock that is reported is that of the packets, over pauses and seeks.
func TestRTPTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "livekit-vp8")
		var p *Player
		late := 0
		check := func(track int) func(*rtp.Packet) {
			return func(packet *rtp.Packet) {
				stamp, ok := p.RTPTime(track, time.Now())
				d := s.Tracks()[track].duration(int64(int32(stamp - packet.Timestamp)))
				if !ok || d < -time.Millisecond || d > time.Millisecond {
					late++
					t.Errorf("track %d: reported %v off", track, d)
				}
			}
		}
		all, tapes := sinks(s)
		p = NewPlayer(s, Options{})
		if _, ok := p.RTPTime(0, time.Now()); ok {
			t.Error("a clock before Play")
		}
		for i := range tapes {
			tapes[i].during = check(i)
		}
		done := make(chan error)
		go func() { done <- p.Play(t.Context(), all) }()
		rest(3 * time.Second)
		p.Pause()
		rest(5 * time.Second)
		p.Seek(7 * time.Second)
		p.Resume()
		if err := <-done; err != nil || late > 0 {
			t.Error(err)
		}
	})
}

func TestReportOverUDP(t *testing.T) {
	s := call(t, "plain-opus-dtx")
	a, b := listenPair(t, 1)
	u, err := NewUDP(t.Context(), a.LocalAddr().String(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	p := NewPlayer(s, Options{})
	u.Report(p)
	w := u.Sinks()[0].Writer
	packet := &rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 5}, Payload: make([]byte, 10)}
	if err := w.WriteRTP(packet); err != nil { // before Play there is no clock
		t.Fatal(err)
	}
	if err := p.begin(u.Sinks()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := w.WriteRTP(packet); err != nil {
			t.Fatal(err)
		}
	}
	buf := make([]byte, 1500)
	n, err := b.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	got, err := rtcp.Unmarshal(buf[:n])
	if err != nil {
		t.Fatal(err)
	}
	if sr := got[0].(*rtcp.SenderReport); sr.PacketCount != 2 || sr.OctetCount != 20 || sr.SSRC != 5 {
		t.Errorf("%+v", sr)
	}
	// Just one of them was due: nothing lies before what comes now.
	if _, err := u.conn.WriteTo([]byte("end"), b.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	if n, err := b.Read(buf); err != nil || string(buf[:n]) != "end" {
		t.Errorf("a second report at once: %x, %v", buf[:n], err)
	}
}
