package mjr

import "strings"

// Kind is the kind of medium that a recording holds: one file, one medium.
type Kind uint8

// The kinds, as the header member "t" tells them: "a", "v" and "d".
const (
	KindUnknown Kind = iota
	Audio
	Video
	Data
)

func (k Kind) String() string {
	switch k {
	case Audio:
		return "audio"
	case Video:
		return "video"
	case Data:
		return "data"
	}
	return "unknown"
}

// Codec is what a recording's header member "c" names.
type Codec struct {
	Name string // as in the header, lower case
	Kind Kind
	// ClockRate of the RTP timestamps in Hz; 0 for data channels. G.722 counts
	// at 8 kHz though it samples at 16 (RFC 3551, section 4.5.2).
	ClockRate int
	Channels  int // of audio, where the name settles it
}

var codecs = []Codec{
	{"opus", Audio, 48000, 2},
	{"multiopus", Audio, 48000, 6},
	{"pcmu", Audio, 8000, 1},
	{"pcma", Audio, 8000, 1},
	{"g711", Audio, 8000, 1}, // legacy name, law by payload type
	{"g722", Audio, 8000, 1},
	{"l16", Audio, 16000, 1},
	{"l16-48", Audio, 48000, 1},
	{"vp8", Video, 90000, 0},
	{"vp9", Video, 90000, 0},
	{"h264", Video, 90000, 0},
	{"av1", Video, 90000, 0},
	{"h265", Video, 90000, 0},
	{"text", Data, 0, 0},
	{"binary", Data, 0, 0},
}

// CodecNames are those of all codecs of one kind.
func CodecNames(k Kind) []string {
	var names []string
	for _, c := range codecs {
		if c.Kind == k {
			names = append(names, c.Name)
		}
	}
	return names
}

// LookupCodec finds a codec by the name that Janus's headers use, in any
// letter case.
func LookupCodec(name string) (Codec, bool) {
	for _, c := range codecs {
		if strings.EqualFold(c.Name, name) {
			return c, true
		}
	}
	return Codec{}, false
}
