package record

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// PcapWriter writes RTP into a capture in the format of pcap, as if it had
// been sent over the loopback interface: Ethernet, IPv4, UDP. Times are kept to
// the microsecond, and every byte of a packet is.
type PcapWriter struct {
	w   *pcapgo.Writer
	buf []byte
	id  uint16
}

const (
	ethernetHead = 14
	ipv4Head     = 20
	udpHead      = 8
	frameHead    = ethernetHead + ipv4Head + udpHead
	maxDatagram  = math.MaxUint16 - ipv4Head - udpHead
)

// NewPcapWriter writes the head of the capture.
func NewPcapWriter(w io.Writer) (*PcapWriter, error) {
	p := &PcapWriter{w: pcapgo.NewWriter(w), buf: make([]byte, frameHead)}
	return p, p.w.WriteFileHeader(maxFrame, layers.LinkTypeEthernet)
}

// WriteRTP writes one packet that was received at a UDP port at a time, and
// keeps nothing of it. The ports tell the media apart.
func (p *PcapWriter) WriteRTP(port uint16, packet []byte, at time.Time) error {
	if len(packet) > maxDatagram {
		return fmt.Errorf("packet of %d bytes > %d does not go into UDP", len(packet), maxDatagram)
	}
	if s := at.Unix(); s < 0 || s > math.MaxUint32 {
		return fmt.Errorf("time %v is not in the years 1970 to 2106 of pcap", at)
	}
	b := p.buf[:frameHead]
	clear(b)
	binary.BigEndian.PutUint16(b[12:], typeIPv4)
	ip := b[ethernetHead:]
	ip[0] = 0x45
	binary.BigEndian.PutUint16(ip[2:], uint16(ipv4Head+udpHead+len(packet)))
	p.id++
	binary.BigEndian.PutUint16(ip[4:], p.id)
	ip[8], ip[9] = 64, protoUDP
	copy(ip[12:], "\x7f\x00\x00\x01\x7f\x00\x00\x01")
	binary.BigEndian.PutUint16(ip[10:], checksum(ip[:ipv4Head]))
	udp := ip[ipv4Head:]
	binary.BigEndian.PutUint16(udp, port)
	binary.BigEndian.PutUint16(udp[2:], port)
	binary.BigEndian.PutUint16(udp[4:], uint16(udpHead+len(packet)))
	// A checksum of 0 is none, RFC 768.
	p.buf = append(b, packet...)
	return p.w.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(p.buf), Length: len(p.buf)}, p.buf)
}

// checksum is that of an IPv4 header, RFC 791, section 3.1.
func checksum(b []byte) uint16 {
	var sum uint32
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	for sum > math.MaxUint16 {
		sum = sum>>16 + sum&math.MaxUint16
	}
	return ^uint16(sum)
}
