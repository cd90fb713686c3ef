//go:build !nokeys

package main

import (
	"slices"
	"strings"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/jitsi"
	"github.com/mjrkit/mjrkit/decrypt/livekit"
	"github.com/mjrkit/mjrkit/decrypt/perc"
	"github.com/mjrkit/mjrkit/decrypt/sframe"
	"github.com/mjrkit/mjrkit/decrypt/sframejs"
	"github.com/mjrkit/mjrkit/decrypt/xor"
	"github.com/mjrkit/mjrkit/postprocess/annexb"
	"github.com/mjrkit/mjrkit/postprocess/ivf"
	"github.com/mjrkit/mjrkit/postprocess/media"
	"github.com/mjrkit/mjrkit/postprocess/ogg"
	"github.com/mjrkit/mjrkit/postprocess/webm"
)

// This file is the only place where a name becomes code.

// scheme is an encryption scheme that opens frames.
type scheme struct {
	name    string
	handles func(alg string) bool
	open    func(keys []decrypt.Key, o openOptions) (decrypt.Opener, error)
	// anyCodec: frames of H.264 and AV1 survive a browser's packetizer.
	anyCodec bool
	// unauthenticated: a wrong key cannot be told from a right one.
	unauthenticated bool
}

// openOptions are what all schemes know of how far to search.
type openOptions struct {
	maxRatchet int
	cache      *livekit.Cache // of one session's passphrases
}

var schemes = []scheme{
	{name: "sframe", handles: sframe.Handles, open: func(k []decrypt.Key, o openOptions) (decrypt.Opener, error) {
		return sframe.NewOpener(k, sframe.Options{MaxRatchet: o.maxRatchet})
	}},
	{name: "medooze", handles: sframejs.Handles, open: func(k []decrypt.Key, o openOptions) (decrypt.Opener, error) {
		return sframejs.NewOpener(k, sframejs.Options{MaxRatchet: o.maxRatchet})
	}},
	{name: "jitsi", handles: jitsi.Handles, open: func(k []decrypt.Key, o openOptions) (decrypt.Opener, error) {
		return jitsi.NewOpener(k, jitsi.Options{MaxRatchet: o.maxRatchet})
	}},
	{name: "livekit", anyCodec: true, handles: livekit.Handles, open: func(k []decrypt.Key, o openOptions) (decrypt.Opener, error) {
		return livekit.NewOpener(k, livekit.Options{MaxRatchet: o.maxRatchet, Cache: o.cache})
	}},
	{name: "xor", anyCodec: true, unauthenticated: true, handles: xor.Handles, open: func(k []decrypt.Key, _ openOptions) (decrypt.Opener, error) {
		return xor.NewOpener(k, xor.Options{})
	}},
}

// format is a container that convert can write.
type format struct {
	name      string // of --format, and the ending of file names
	container media.Container
}

var formats = []format{
	{"webm", webm.New},
	{"mkv", webm.NewMatroska},
	{"mka", webm.NewMatroska},
	{"opus", ogg.New},
	{"ogg", ogg.New},
	{"ivf", ivf.New},
	{"h264", annexb.New},
}

func formatNames() string { return strings.Join(formatNameList(), ", ") }

func formatNameList() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

func findFormat(name string) (format, bool) {
	i := slices.IndexFunc(formats, func(f format) bool { return strings.EqualFold(f.name, name) })
	if i < 0 {
		return format{}, false
	}
	return formats[i], true
}

// defaultFormat is the container for a session whose tracks have these codecs.
func defaultFormat(codecs []string) string {
	switch {
	case slices.Contains(codecs, "h264") || slices.Contains(codecs, "h265"):
		return "mkv"
	case len(codecs) == 1 && codecs[0] == "opus":
		return "opus"
	}
	return "webm"
}

// schemeOf names the scheme whose keys have this alg, "" if there is none.
func schemeOf(alg string) string {
	if perc.Handles(alg) {
		return "perc"
	}
	if i := slices.IndexFunc(schemes, func(s scheme) bool { return s.handles(alg) }); i >= 0 {
		return schemes[i].name
	}
	return ""
}

// refused is why the key's own scheme does not take it, or nil.
func refused(k decrypt.Key) error {
	keys := []decrypt.Key{k}
	if perc.Handles(k.Alg) {
		_, err := perc.NewOpener(keys, perc.Options{})
		return err
	}
	for _, s := range schemes {
		if s.handles(k.Alg) {
			_, err := s.open(keys, openOptions{cache: new(livekit.Cache)})
			return err
		}
	}
	return nil
}
