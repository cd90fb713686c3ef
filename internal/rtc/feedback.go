package rtc

import (
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// Feedback is told what receivers ask for, and tells the time of the media. A
// *replay.Player is one. Its methods are called by several goroutines.
type Feedback interface {
	// KeyFrameRequest: a receiver cannot go on with a track (PLI, FIR).
	KeyFrameRequest(track int)
	// Resend: a receiver misses packets of a track (NACK), by sequence numbers.
	Resend(track int, seqs []uint16)
	// RTPTime is the timestamp of a packet of the track that is due at a moment.
	RTPTime(track int, at time.Time) (uint32, bool)
}

// reportEvery is between two sender reports.
const reportEvery = time.Second

// firstReport is how often it is tried to send the first one: until then a
// receiver cannot tell which moments of two tracks are the same.
const firstReport = 50 * time.Millisecond

// maxAsked bounds how many packets one RTCP packet can ask for. Each of its
// entries names 17, and a datagram holds over 300 entries.
const maxAsked = 1024

type sender struct {
	index int // of the track
	track *outTrack
	rtp   *webrtc.RTPSender
}

// listen begins to read what the receiver says, and to report.
func (p *Peer) listen(f Feedback) {
	if f == nil {
		f = nobody{}
	}
	for _, s := range p.senders {
		if s.track.out.Sent {
			p.start(func() { s.readRTCP(f) })
		}
	}
	p.start(func() { p.report(f) })
}

// readRTCP reads until the peer is gone.
func (s sender) readRTCP(f Feedback) {
	buf := make([]byte, receiveMTU)
	var seqs []uint16
	for {
		n, _, err := s.rtp.Read(buf)
		if err != nil {
			return
		}
		packets, err := rtcp.Unmarshal(buf[:n])
		if err != nil {
			continue // a receiver's mistake; it asks again
		}
		keyFrame := false
		seqs = seqs[:0]
		for _, p := range packets {
			switch p := p.(type) {
			case *rtcp.PictureLossIndication:
				keyFrame = keyFrame || p.MediaSSRC == s.track.out.SSRC
			case *rtcp.FullIntraRequest:
				for _, e := range p.FIR {
					keyFrame = keyFrame || e.SSRC == s.track.out.SSRC
				}
			case *rtcp.TransportLayerNack:
				if p.MediaSSRC == s.track.out.SSRC {
					seqs = asked(seqs, p.Nacks)
				}
			}
		}
		if keyFrame {
			f.KeyFrameRequest(s.index)
		}
		if len(seqs) > 0 {
			f.Resend(s.index, seqs)
		}
	}
}

func asked(seqs []uint16, nacks []rtcp.NackPair) []uint16 {
	for i := range nacks {
		nacks[i].Range(func(seq uint16) bool {
			seqs = append(seqs, seq)
			return len(seqs) < maxAsked
		})
		if len(seqs) >= maxAsked {
			break
		}
	}
	return seqs
}

// report sends sender reports (RFC 3550, section 6.4.1) until the peer is gone.
func (p *Peer) report(f Feedback) {
	tick := time.NewTicker(firstReport)
	defer tick.Stop()
	first := true
	for {
		select {
		case <-p.done:
			return
		case at := <-tick.C:
			if p.reportAt(f, at) && first {
				first = false
				tick.Reset(reportEvery)
			}
		}
	}
}

// reportAt reports on all tracks of which something was sent, and tells
// whether there was one.
func (p *Peer) reportAt(f Feedback, at time.Time) bool {
	sent := false
	for _, s := range p.senders {
		t := s.track
		if !t.out.Sent || t.packets.Load() == 0 {
			continue
		}
		timestamp, ok := f.RTPTime(s.index, at)
		if !ok {
			continue
		}
		// A compound packet is of one source (RFC 3550, section 6.1).
		p.send(&rtcp.SenderReport{
			SSRC: t.out.SSRC, NTPTime: ntp(at), RTPTime: timestamp,
			PacketCount: t.packets.Load(), OctetCount: t.octets.Load(),
		}, rtcp.NewCNAMESourceDescription(t.out.SSRC, t.stream))
		sent = true
	}
	return sent
}

// ntp is a time in NTP's format: seconds since 1900, 32 bits of fraction.
func ntp(at time.Time) uint64 {
	const to1970 = 2208988800
	return uint64(at.Unix()+to1970)<<32 | uint64(at.Nanosecond())<<32/1e9
}

// nobody listens.
type nobody struct{}

func (nobody) KeyFrameRequest(int)                   {}
func (nobody) Resend(int, []uint16)                  {}
func (nobody) RTPTime(int, time.Time) (uint32, bool) { return 0, false }
