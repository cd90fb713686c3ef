package replay

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// reportEvery is how often a track's clock is told (RFC 3550, section 6.2).
const reportEvery = 5 * time.Second

// Report makes the sinks send RTCP sender reports to the ports between those
// of the tracks, by the clock of the Player that plays to them: receivers of
// plain RTP know from nothing else which moments of two tracks are the same.
// It is called before Play.
func (u *UDP) Report(p *Player) {
	for i := range u.sinks {
		u.sinks[i].Writer.(*udpWriter).clock = func(at time.Time) (uint32, bool) { return p.RTPTime(i, at) }
	}
}

// report sends a sender report with the first packet of a track, and then
// again from time to time.
func (w *udpWriter) report(ssrc uint32) error {
	now := time.Now()
	if w.clock == nil || now.Before(w.next) {
		return nil
	}
	stamp, ok := w.clock(now)
	if !ok {
		return nil
	}
	w.next = now.Add(reportEvery)
	w.rtcp = appendReport(w.rtcp[:0], ssrc, now, stamp, w.packets, w.octets)
	_, err := w.conn.WriteToUDPAddrPort(w.rtcp, netip.AddrPortFrom(w.to.Addr(), w.to.Port()+1))
	return err
}

// appendReport appends a sender report without report blocks, and the source
// description that has to follow it (RFC 3550, sections 6.4.1 and 6.5):
//
//	2(2) 0 0(5)  200  6 (16)   SSRC   NTP time (64)   RTP time   packets   octets
//	2(2) 0 1(5)  202  3 (16)   SSRC   1  3  "mjr"   0 0 0
func appendReport(b []byte, ssrc uint32, now time.Time, stamp, packets, octets uint32) []byte {
	b = append(b, 0x80, 200, 0, 6)
	b = binary.BigEndian.AppendUint32(b, ssrc)
	b = binary.BigEndian.AppendUint64(b, ntp(now))
	b = binary.BigEndian.AppendUint32(b, stamp)
	b = binary.BigEndian.AppendUint32(b, packets)
	b = binary.BigEndian.AppendUint32(b, octets)
	b = append(b, 0x81, 202, 0, 3)
	b = binary.BigEndian.AppendUint32(b, ssrc)
	return append(b, 1, 3, 'm', 'j', 'r', 0, 0, 0)
}

// ntp is a time as NTP has it: seconds since 1900, and their fraction in 32
// bits (RFC 3550, section 4).
func ntp(t time.Time) uint64 {
	const epoch = 2_208_988_800 // of Unix
	return uint64(t.Unix()+epoch)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}
