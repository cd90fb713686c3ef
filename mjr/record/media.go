package record

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/mjrkit/mjrkit/mjr"
)

// Media is a medium that a source looks for in what it receives.
type Media struct {
	Track Track
	// AnyType takes the payload type of which two packets in sequence come
	// first, and another one when that has been silent for five seconds; else
	// it is that of the track, or its REDType.
	AnyType bool
	// SSRC is the only one that is taken, if HasSSRC.
	SSRC    uint32
	HasSSRC bool
	// Addr is where UDP receives it, and to which port a capture says it was
	// sent; port 0 is any.
	Addr netip.AddrPort
	// Interface receives it, if Addr is a multicast group; "" is any.
	Interface string
	// RTCPPort is where RTCP comes; 0 is the port behind Addr's.
	RTCPPort uint16
}

// SyntaxError says what is wrong with the words for a medium.
type SyntaxError struct {
	Text   string
	Reason string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("medium %q: %s", e.Text, e.Reason) }

// ParseMedia reads what a user calls a medium:
//
//	udp://:5004,opus
//	udp://239.1.1.1:5006,vp8,pt=96,ssrc=0x1234,if=eth0
//	opus@111
//	opus@111,port=5004
//
// An address without a host is that of the loopback interface. The words
// behind the codec are pt, ssrc, red (the payload type of RED), port (in a
// capture), if and fmtp. A codec that is unknown is a *mjr.HeaderError.
func ParseMedia(kind mjr.Kind, s string) (Media, error) {
	m := Media{Track: Track{Kind: kind}, AnyType: true}
	words := strings.Split(s, ",")
	codec := words[0]
	if rest, ok := strings.CutPrefix(words[0], "udp://"); ok {
		addr, err := parseAddr(rest)
		if err != nil {
			return m, &SyntaxError{s, err.Error()}
		}
		m.Addr = addr
		if words = words[1:]; len(words) == 0 {
			return m, &SyntaxError{s, "the codec is missing: udp://:5004,opus"}
		}
		codec = words[0]
	}
	codec, pt, ok := strings.Cut(codec, "@")
	if ok {
		words[0] = "pt=" + pt
	} else {
		words = words[1:]
	}
	c, known := mjr.LookupCodec(codec)
	if !known || c.Kind != kind {
		return m, &mjr.HeaderError{Member: "c", Reason: fmt.Sprintf("no codec for %s is called %q: there are %s", kind, codec, strings.Join(mjr.CodecNames(kind), ", "))}
	}
	m.Track.Codec = c.Name
	for _, w := range words {
		if reason := m.set(w); reason != "" {
			return m, &SyntaxError{s, reason}
		}
	}
	return m, nil
}

// set takes one word, and returns what is wrong with it.
func (m *Media) set(word string) string {
	name, value, _ := strings.Cut(word, "=")
	number := func(most uint64) (uint64, string) {
		n, err := strconv.ParseUint(value, 0, 64)
		if err != nil || n > most {
			return 0, fmt.Sprintf("%s is %q: want 0 to %d", name, value, most)
		}
		return n, ""
	}
	var n uint64
	var reason string
	switch name {
	case "pt":
		n, reason = number(127)
		m.Track.PayloadType, m.AnyType = uint8(n), false
	case "red":
		n, reason = number(127)
		m.Track.REDType = int(n)
	case "ssrc":
		n, reason = number(1<<32 - 1)
		m.SSRC, m.HasSSRC = uint32(n), true
	case "port":
		n, reason = number(1<<16 - 1)
		m.Addr = netip.AddrPortFrom(m.Addr.Addr(), uint16(n))
	case "if":
		m.Interface = value
	case "fmtp":
		m.Track.Fmtp = value
	default:
		reason = fmt.Sprintf("%q is none of pt, ssrc, red, port, if, fmtp", name)
	}
	return reason
}

// parseAddr reads HOST:PORT, of which the host is a literal.
func parseAddr(s string) (netip.AddrPort, error) {
	if strings.HasPrefix(s, ":") {
		s = "127.0.0.1" + s
	}
	if port, ok := strings.CutPrefix(s, "localhost:"); ok {
		s = "127.0.0.1:" + port
	}
	addr, err := netip.ParseAddrPort(s)
	if err != nil {
		return addr, fmt.Errorf("%q is no address and port", s)
	}
	return addr, nil
}
