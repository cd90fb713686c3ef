package record

import (
	"encoding/binary"
	"net/netip"

	"github.com/gopacket/gopacket/layers"
)

// datagram is what UDP carried in a captured frame.
type datagram struct {
	src, dst netip.AddrPort
	payload  []byte
}

// miss says why a frame has no datagram to offer.
type miss uint8

const (
	found    miss = iota
	notUDP        // nor of a link layer that is known
	fragment      // of an IP packet: fragments are not put together
	cut           // captured without its end
)

// Types of payload in Ethernet (IEEE 802), as other link layers use them too.
const (
	typeIPv4   = 0x0800
	typeIPv6   = 0x86DD
	typeVLAN   = 0x8100
	typeQinQ   = 0x88A8
	typeQinQv1 = 0x9100
)

// Link types of captures that package layers has no name for.
const (
	linkRawBSD  = 12
	linkRawOpen = 14
)

// datagramIn looks for UDP in a frame.
func datagramIn(link layers.LinkType, b []byte) (datagram, miss) {
	switch link {
	case layers.LinkTypeEthernet:
		return inType(b, 12)
	case layers.LinkTypeLinuxSLL:
		return inType(b, 14)
	case layers.LinkTypeLinuxSLL2:
		if len(b) < 20 {
			return datagram{}, cut
		}
		return inTyped(binary.BigEndian.Uint16(b), b[20:])
	case layers.LinkTypeRaw, linkRawBSD, linkRawOpen, layers.LinkTypeIPv4, layers.LinkTypeIPv6:
		return inIP(b)
	case layers.LinkTypeNull, layers.LinkTypeLoop:
		if len(b) < 4 {
			return datagram{}, cut
		}
		return inIP(b[4:]) // the number of the address family differs by system
	}
	return datagram{}, notUDP
}

// inType looks behind a link-layer header that ends in a type at index i.
func inType(b []byte, i int) (datagram, miss) {
	if len(b) < i+2 {
		return datagram{}, cut
	}
	return inTyped(binary.BigEndian.Uint16(b[i:]), b[i+2:])
}

func inTyped(t uint16, b []byte) (datagram, miss) {
	for t == typeVLAN || t == typeQinQ || t == typeQinQv1 {
		if len(b) < 4 {
			return datagram{}, cut
		}
		t, b = binary.BigEndian.Uint16(b[2:]), b[4:]
	}
	if t != typeIPv4 && t != typeIPv6 {
		return datagram{}, notUDP
	}
	return inIP(b)
}

func inIP(b []byte) (datagram, miss) {
	if len(b) == 0 {
		return datagram{}, cut
	}
	switch b[0] >> 4 {
	case 4:
		return inIPv4(b)
	case 6:
		return inIPv6(b)
	}
	return datagram{}, notUDP
}

const protoUDP = 17

// inIPv4 looks into an IPv4 packet, RFC 791, section 3.1.
func inIPv4(b []byte) (datagram, miss) {
	const least = 20
	if len(b) < least {
		return datagram{}, cut
	}
	head, total := 4*int(b[0]&0xF), int(binary.BigEndian.Uint16(b[2:]))
	if b[9] != protoUDP || head < least {
		return datagram{}, notUDP
	}
	const moreFragments, offset = 0x2000, 0x1FFF
	if binary.BigEndian.Uint16(b[6:])&(moreFragments|offset) != 0 {
		return datagram{}, fragment
	}
	if total == 0 { // the network card was to cut it
		total = len(b)
	}
	if total < head {
		return datagram{}, notUDP
	}
	if len(b) < head {
		return datagram{}, cut
	}
	return inUDP(netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:])), b[head:min(total, len(b))])
}

// Extension headers of IPv6, RFC 8200, section 4.
const (
	extHopByHop    = 0
	extRouting     = 43
	extFragment    = 44
	extAuth        = 51 // RFC 4302, section 2
	extDestination = 60
)

func inIPv6(b []byte) (datagram, miss) {
	const head = 40
	if len(b) < head {
		return datagram{}, cut
	}
	src, dst := netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
	next, size := b[6], int(binary.BigEndian.Uint16(b[4:]))
	b = b[head:]
	if size > 0 && size < len(b) {
		b = b[:size]
	}
	for next != protoUDP {
		if len(b) < 8 {
			return datagram{}, cut
		}
		n := 8 * (int(b[1]) + 1)
		switch next {
		case extHopByHop, extRouting, extDestination:
		case extAuth:
			n = 4 * (int(b[1]) + 2)
		case extFragment:
			const offsetOrMore = 0xFFF9
			if binary.BigEndian.Uint16(b[2:])&offsetOrMore != 0 {
				return datagram{}, fragment
			}
			n = 8
		default:
			return datagram{}, notUDP
		}
		if len(b) < n {
			return datagram{}, cut
		}
		next, b = b[0], b[n:]
	}
	return inUDP(src, dst, b)
}

// inUDP takes a datagram apart, RFC 768.
func inUDP(src, dst netip.Addr, b []byte) (datagram, miss) {
	const head = 8
	if len(b) < head {
		return datagram{}, cut
	}
	size := int(binary.BigEndian.Uint16(b[4:]))
	if size < head {
		return datagram{}, notUDP
	}
	if size > len(b) {
		return datagram{}, cut
	}
	return datagram{
		netip.AddrPortFrom(src, binary.BigEndian.Uint16(b)),
		netip.AddrPortFrom(dst, binary.BigEndian.Uint16(b[2:])),
		b[head:size],
	}, found
}
