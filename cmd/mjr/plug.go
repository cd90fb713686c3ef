//go:build !nokeys

package main

import (
	"path/filepath"
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

func formatNames() string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return strings.Join(names, ", ")
}

func findFormat(name string) (format, bool) {
	i := slices.IndexFunc(formats, func(f format) bool { return strings.EqualFold(f.name, name) })
	if i < 0 {
		return format{}, false
	}
	return formats[i], true
}

// formatOf finds the container for an output by its name's ending.
func formatOf(path string) (format, bool) {
	return findFormat(strings.TrimPrefix(filepath.Ext(path), "."))
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

// handles reports whether any scheme knows what to do with keys of this alg.
func handles(alg string) bool {
	return perc.Handles(alg) || slices.ContainsFunc(schemes, func(s scheme) bool { return s.handles(alg) })
}
