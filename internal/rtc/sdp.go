package rtc

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// Bounds of what is looked at. A browser's offer of one camera and one
// microphone has 7 kB.
const (
	maxSDP   = 64 << 10
	maxLines = 32
	// maxCandidates of a session: to each one is sent, whoever it may be.
	maxCandidates = 200
	// maxFormats of a media line: as many payload types there are. Pion reads all
	// attributes of a line anew for each of them.
	maxFormats = 128
	// maxAttributes of a media line: a browser's have some 200.
	maxAttributes = 1000
	// maxLayers of a media line, each one a recording: browsers have three.
	maxLayers = 8
	// maxSources is how many lines about SSRCs a media line may have: a browser
	// has four for each of six. Pion compares every one with every other.
	maxSources = 128
)

// line is one media line (m=) of a session description, as far as it matters
// here.
type line struct {
	index     int
	kind      string // "audio", "video", …
	mid       string
	direction string
	refused   bool // port 0
	announced bool // has the SSRC of what it sends (RFC 5576)
	layered   bool // tells what it sends apart by a=rid (RFC 8851)
	codecs    []codec
	ext       map[int]string // header extensions, id to URI
}

type codec struct {
	pt       int
	name     string // lower case
	clock    int
	channels int
	fmtp     string
	feedback []string // "nack", "nack pli", …
}

// lines reads a session description. The error wraps ErrOffer.
func lines(text string) ([]line, error) {
	if len(text) > maxSDP {
		return nil, fmt.Errorf("%w: %d bytes are too many", ErrOffer, len(text))
	}
	var d sdp.SessionDescription
	if err := d.UnmarshalString(text); err != nil {
		return nil, fmt.Errorf("%w: not in the format of RFC 8866", ErrOffer)
	}
	if n := len(d.MediaDescriptions); n == 0 || n > maxLines {
		return nil, fmt.Errorf("%w: %d media lines", ErrOffer, n)
	}
	var all []line
	candidates := 0
	for i, m := range d.MediaDescriptions {
		if f, a := len(m.MediaName.Formats), len(m.Attributes); f > maxFormats || a > maxAttributes {
			return nil, fmt.Errorf("%w: %d formats and %d attributes are too many in one media line", ErrOffer, f, a)
		}
		all = append(all, readLine(i, m))
		layers, sources := 0, 0
		for _, a := range m.Attributes {
			switch a.Key {
			case "candidate":
				candidates++
			case "rid":
				layers++
			case "ssrc", "ssrc-group":
				sources++
			}
		}
		if layers > maxLayers || sources > maxSources {
			return nil, fmt.Errorf("%w: %d layers and %d lines about sources are too many in one media line", ErrOffer, layers, sources)
		}
	}
	if candidates > maxCandidates {
		return nil, fmt.Errorf("%w: %d candidates are too many", ErrOffer, candidates)
	}
	return all, nil
}

func readLine(index int, m *sdp.MediaDescription) line {
	l := line{
		index: index, kind: strings.ToLower(m.MediaName.Media), direction: "sendrecv",
		ext: make(map[int]string),
	}
	for _, format := range m.MediaName.Formats {
		if pt, err := strconv.ParseUint(format, 10, 7); err == nil {
			l.codecs = append(l.codecs, staticCodec(int(pt)))
		}
	}
	bundled := false
	for _, a := range m.Attributes {
		switch a.Key {
		case "mid":
			l.mid = a.Value
		case "sendrecv", "sendonly", "recvonly", "inactive":
			l.direction = a.Key
		case "bundle-only":
			bundled = true
		case "ssrc":
			l.announced = true
		case "rid":
			l.layered = true
		case "rtpmap":
			l.rtpmap(a.Value)
		case "fmtp":
			if c, value := l.of(a.Value); c != nil {
				c.fmtp = value
			}
		case "rtcp-fb":
			l.rtcpFeedback(a.Value)
		case "extmap":
			l.extmap(a.Value)
		}
	}
	l.refused = m.MediaName.Port.Value == 0 && !bundled
	return l
}

// staticCodec is what a payload type means without an rtpmap (RFC 3551).
func staticCodec(pt int) codec {
	switch pt {
	case 0:
		return codec{pt: pt, name: "pcmu", clock: 8000, channels: 1}
	case 8:
		return codec{pt: pt, name: "pcma", clock: 8000, channels: 1}
	case 9:
		return codec{pt: pt, name: "g722", clock: 8000, channels: 1}
	}
	return codec{pt: pt}
}

// of finds the codec that the value of an attribute begins with, and the rest.
func (l *line) of(value string) (*codec, string) {
	first, rest, _ := strings.Cut(value, " ")
	pt, err := strconv.ParseUint(first, 10, 7)
	if err != nil {
		return nil, ""
	}
	for i := range l.codecs {
		if l.codecs[i].pt == int(pt) {
			return &l.codecs[i], strings.TrimSpace(rest)
		}
	}
	return nil, ""
}

func (l *line) rtpmap(value string) {
	c, rest := l.of(value)
	if c == nil {
		return
	}
	parts := strings.Split(rest, "/")
	if len(parts) < 2 {
		return
	}
	clock, err := strconv.ParseUint(parts[1], 10, 31)
	if err != nil {
		return
	}
	c.name, c.clock, c.channels = strings.ToLower(parts[0]), int(clock), 1
	if len(parts) > 2 {
		if n, err := strconv.ParseUint(parts[2], 10, 7); err == nil {
			c.channels = int(n)
		}
	}
}

func (l *line) rtcpFeedback(value string) {
	first, rest, _ := strings.Cut(value, " ")
	if first == "*" {
		for i := range l.codecs {
			l.codecs[i].feedback = append(l.codecs[i].feedback, rest)
		}
		return
	}
	if c, rest := l.of(value); c != nil {
		c.feedback = append(c.feedback, rest)
	}
}

func (l *line) extmap(value string) {
	first, rest, _ := strings.Cut(value, " ")
	number, _, _ := strings.Cut(first, "/") // a direction may follow
	id, err := strconv.ParseUint(number, 10, 12)
	uri, _, _ := strings.Cut(rest, " ")
	if err == nil && uri != "" {
		l.ext[int(id)] = uri
	}
}

// byType finds a codec by its payload type.
func (l *line) byType(pt int) (codec, bool) {
	for _, c := range l.codecs {
		if c.pt == pt && c.name != "" {
			return c, true
		}
	}
	return codec{}, false
}

// red finds RED for a codec (RFC 2198), as payload type, or 0.
func (l *line) red(pt int) int {
	for _, c := range l.codecs {
		primary, _, _ := strings.Cut(c.fmtp, "/")
		if c.name == "red" && primary == strconv.Itoa(pt) {
			return c.pt
		}
	}
	return 0
}
