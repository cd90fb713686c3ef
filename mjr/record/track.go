package record

import (
	"maps"
	"strings"
	"unicode"

	"github.com/mjrkit/mjrkit/mjr"
)

// Track is what a source knows of one medium that it delivers.
type Track struct {
	Publisher   int      // 0 for the first; the files of the second are NAME-2-…
	Index       int      // of the m-line, or the order: NAME-video-1
	Kind        mjr.Kind // Audio or Video
	Codec       string   // as mjr.LookupCodec knows it
	Fmtp        string   // the fmtp value of the SDP, verbatim
	MID, RID    string
	Description string
	ClockRate   int // of the timestamps in Hz; 0 is what the codec says
	PayloadType uint8
	REDType     int            // the payload type that carries RED; 0 is none
	Extensions  map[int]string // all negotiated header extensions: id to URI
	Encrypted   bool           // end to end
}

// clockRate is the rate of the track's timestamps, in Hz.
func (t Track) clockRate() int {
	if t.ClockRate > 0 {
		return t.ClockRate
	}
	c, _ := mjr.LookupCodec(t.Codec)
	return c.ClockRate
}

// clean makes the texts of a track fit for a header: they may come from the
// network.
func (t Track) clean() Track {
	for _, s := range []*string{&t.Fmtp, &t.MID, &t.RID, &t.Description} {
		*s = cleanText(*s)
	}
	t.Extensions = maps.Clone(t.Extensions)
	for id, uri := range t.Extensions {
		t.Extensions[id] = cleanText(uri)
	}
	return t
}

func cleanText(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s)
}
