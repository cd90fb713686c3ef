package record

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"github.com/mjrkit/mjrkit/mjr"
)

// MaxSDP is how long a session description may be, in bytes.
const MaxSDP = 64 << 10

var (
	errNoSDP   = errors.New("no session description: it begins with \"v=0\"")
	errLongSDP = fmt.Errorf("session description is longer than %d bytes", MaxSDP)
	errNoMedia = errors.New("session description has no audio or video to receive")
)

// ParseSDP reads which media a session description (RFC 8866) offers to send,
// as ffmpeg and GStreamer write it: where to, with which payload types, codecs
// and header extensions. A codec that is unknown is a *mjr.HeaderError.
func ParseSDP(b []byte) ([]Media, error) {
	if len(b) > MaxSDP {
		return nil, errLongSDP
	}
	// ffmpeg has a line of its own in front.
	i := bytes.Index(b, []byte("v=0"))
	if i < 0 {
		return nil, errNoSDP
	}
	var d sdp.SessionDescription
	if err := d.Unmarshal(append(bytes.TrimSpace(b[i:]), "\r\n"...)); err != nil {
		return nil, fmt.Errorf("session description: %w", err)
	}
	var all []Media
	for i, md := range d.MediaDescriptions {
		kind := mjr.Audio
		switch md.MediaName.Media {
		case "audio":
		case "video":
			kind = mjr.Video
		default:
			continue
		}
		if md.MediaName.Port.Value == 0 {
			continue // refused, RFC 8866, section 5.14
		}
		m, err := mediaOf(&d, md, kind)
		if err != nil {
			return nil, fmt.Errorf("session description, medium %d: %w", i, err)
		}
		m.Track.Index = i
		all = append(all, m)
	}
	if len(all) == 0 {
		return nil, errNoMedia
	}
	return all, nil
}

func mediaOf(d *sdp.SessionDescription, md *sdp.MediaDescription, kind mjr.Kind) (Media, error) {
	m := Media{Track: Track{Kind: kind}}
	if profile := strings.Join(md.MediaName.Protos, "/"); profile != "RTP/AVP" && profile != "RTP/AVPF" {
		return m, fmt.Errorf("%q is not plain RTP", profile)
	}
	if err := m.setAddr(d, md); err != nil {
		return m, err
	}
	if err := m.setCodec(md); err != nil {
		return m, err
	}
	t := &m.Track
	t.MID, _ = md.Attribute("mid")
	if md.MediaTitle != nil {
		t.Description = string(*md.MediaTitle)
	}
	for _, a := range append(d.Attributes, md.Attributes...) {
		if a.Key != "extmap" {
			continue
		}
		words := strings.Fields(a.Value)
		if len(words) < 2 {
			continue
		}
		id, _, _ := strings.Cut(words[0], "/") // the direction is behind it
		if n, err := strconv.Atoi(id); err == nil && n >= 1 && n <= 255 {
			if t.Extensions == nil {
				t.Extensions = make(map[int]string)
			}
			t.Extensions[n] = words[1]
		}
	}
	return m, nil
}

// setAddr finds where the medium is sent to, and where its RTCP is.
func (m *Media) setAddr(d *sdp.SessionDescription, md *sdp.MediaDescription) error {
	c := md.ConnectionInformation
	if c == nil {
		c = d.ConnectionInformation
	}
	addr := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if c != nil && c.Address != nil {
		host, _, _ := strings.Cut(c.Address.Address, "/") // TTL, count of groups
		if host != "localhost" {
			var err error
			if addr, err = netip.ParseAddr(host); err != nil {
				return fmt.Errorf("address %q: %w", host, err)
			}
		}
	}
	port := md.MediaName.Port.Value
	if port < 1 || port > 1<<16-1 {
		return fmt.Errorf("port %d is not in 1 to 65535", port)
	}
	m.Addr = netip.AddrPortFrom(addr, uint16(port))
	if _, mux := md.Attribute("rtcp-mux"); mux {
		m.RTCPPort = uint16(port)
	} else if value, ok := md.Attribute("rtcp"); ok {
		text, _, _ := strings.Cut(value, " ")
		if n, err := strconv.ParseUint(text, 10, 16); err == nil {
			m.RTCPPort = uint16(n)
		}
	}
	return nil
}

// setCodec takes the first format whose codec is known, and RED if there is
// some.
func (m *Media) setCodec(md *sdp.MediaDescription) error {
	t := &m.Track
	var unknown []string
	for _, format := range md.MediaName.Formats {
		pt, err := strconv.ParseUint(format, 10, 7)
		if err != nil {
			return fmt.Errorf("payload type %q is not in 0 to 127", format)
		}
		name, clock := formatOf(md, format)
		if name == "red" && t.Kind == mjr.Audio {
			t.REDType = int(pt)
			continue
		}
		c, ok := mjr.LookupCodec(codecName(name, clock))
		if !ok || c.Kind != t.Kind || clock != c.ClockRate {
			unknown = append(unknown, fmt.Sprintf("%q at %d Hz", name, clock))
			continue
		}
		if t.Codec != "" {
			continue
		}
		t.Codec, t.PayloadType, t.ClockRate = c.Name, uint8(pt), clock
		t.Fmtp = valueOf(md, "fmtp", format)
	}
	if t.Codec == "" {
		return &mjr.HeaderError{Member: "c", Reason: "MJR files have no codec for " + strings.Join(unknown, ", ")}
	}
	return nil
}

// formatOf is the codec and the clock rate of a payload type: RFC 3551,
// section 6, has those that need no rtpmap.
func formatOf(md *sdp.MediaDescription, format string) (name string, clock int) {
	value := valueOf(md, "rtpmap", format)
	if value == "" {
		switch format {
		case "0":
			return "pcmu", 8000
		case "8":
			return "pcma", 8000
		case "9":
			return "g722", 8000
		}
		return "payload type " + format, 0
	}
	name, rest, _ := strings.Cut(value, "/")
	text, _, _ := strings.Cut(rest, "/") // channels are behind it
	clock, _ = strconv.Atoi(text)
	return strings.ToLower(name), clock
}

func codecName(name string, clock int) string {
	if name == "l16" && clock == 48000 {
		return "l16-48"
	}
	return name
}

// valueOf is what an attribute says of a payload type.
func valueOf(md *sdp.MediaDescription, key, format string) string {
	for _, a := range md.Attributes {
		if rest, ok := strings.CutPrefix(a.Value, format+" "); ok && a.Key == key {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}
