//go:build !nokeys

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/detect"
	"github.com/mjrkit/mjrkit/decrypt/livekit"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess"
)

// frameOptions is what a build with keys can tell of frames: what scheme they
// look like, and with keys which of them opens what.
type frameOptions struct {
	keyOptions
	keys       *decrypt.KeySet
	maxRatchet int
	warn       func(string)
}

func (o *frameOptions) addFlags(c *cobra.Command) {
	o.keyOptions.addFlags(c)
	c.Flags().IntVar(&o.maxRatchet, "max-ratchet", 1024, "follow the ratchet of a key over at most `N` steps")
}

func (o *frameOptions) load(ctx context.Context, in io.Reader, warn func(string)) (err error) {
	o.warn = warn
	o.keys, err = o.keyOptions.load(ctx, in, warn)
	return err
}

// frameInfo is what is known of a recording's frames.
type frameInfo struct {
	guess detect.Guess
	keys  bool // keys were tried
	track postprocess.TrackReport
}

func (o *frameOptions) check() error { return checkRatchet(o.maxRatchet) }

// look reads the recording's frames; the packets are known already.
func (o *frameOptions) look(ctx context.Context, f *os.File, i info, window int) (frameInfo, error) {
	guess, err := lookAt(f)
	got := frameInfo{guess: guess}
	if err != nil || o.keys == nil || i.packets.Delivered == 0 {
		return got, err
	}
	in := postprocess.Input{Name: i.name, R: &ctxReader{ctx: ctx, r: f}}
	// Nothing is written, so keys of schemes that authenticate nothing may be
	// tried without being asked for.
	p := plug{keys: o.keys, maxRatchet: o.maxRatchet, unauthenticated: true, cache: new(livekit.Cache), warn: o.warn}
	if err := p.open(&in, i.header, ""); err != nil {
		return got, err
	}
	got.keys = true
	got.track, err = postprocess.Inspect(in, postprocess.Options{Window: window})
	return got, err
}

// lookFrames is how many frames decide what a recording looks like.
const lookFrames = 50

// lookAt guesses the scheme of a recording from its first frames, and leaves
// the file at its start.
func lookAt(f *os.File) (guess detect.Guess, err error) {
	defer func() {
		if _, e := f.Seek(0, io.SeekStart); err == nil {
			err = e
		}
	}()
	var d detect.Detector
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return detect.Guess{}, err
	}
	r, err := mjr.NewReader(f)
	if err != nil {
		return detect.Guess{}, err
	}
	if err := named(r); err != nil {
		return detect.Guess{}, err
	}
	for range lookFrames {
		p, err := r.ReadPacket()
		if err != nil {
			break // the frames will tell
		}
		d.AddPacket(p.Data)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return detect.Guess{}, err
	}
	n := 0
	err = postprocess.Frames(postprocess.Input{Name: f.Name(), R: f}, postprocess.Options{}, func(frame []byte, m decrypt.Meta) bool {
		d.Add(frame, m)
		n++
		return n < lookFrames
	})
	if errors.Is(err, postprocess.ErrNoFrames) {
		err = nil
	}
	return d.Guess(), err
}

// exit is what the frames say: with keys given, whether all of them opened.
func (i frameInfo) exit() int {
	f := i.track.Frames
	switch failed := f.NotAuth + noKey(f) + f.Malformed + f.Clear; {
	case !i.keys || failed == 0:
		return exitOK
	case f.Opened == 0:
		return exitNoKey
	}
	return exitNotWhole
}

func (i frameInfo) lines() []infoLine {
	var lines []infoLine
	add := func(name, format string, a ...any) {
		lines = append(lines, infoLine{name, fmt.Sprintf(format, a...)})
	}
	if g := i.guess; g.Scheme != "" {
		text := g.Scheme
		if g.Detail != "" {
			text += ", " + g.Detail
		}
		add("looks like", "%s", text)
	}
	if !i.keys {
		return lines
	}
	f := i.track.Frames
	add("opened", "%d frames of %d", f.Opened, f.Begun)
	for _, l := range frameLosses(f) {
		add("", "%s", l)
	}
	for _, s := range f.Spans {
		step := ""
		if s.Step > 0 {
			step = fmt.Sprintf(", ratchet step %d", s.Step)
		}
		add("key", "%q, id %d%s: %d frames from %s to %s", s.Key, s.KID, step, s.Frames, s.From.Round(time.Millisecond), s.To.Round(time.Millisecond))
	}
	if f.SpansMore > 0 {
		add("key", "and %d frames under later ones", f.SpansMore)
	}
	if s := f.Signatures; s.Verified+s.Unverified+s.Bad > 0 {
		add("signatures", "%d verified, %d not verified, %d wrong, of %d signed frames", s.Verified, s.Unverified, s.Bad, s.Verified+s.Unverified+s.Bad)
	}
	return lines
}

// jsonFrameInfo is the part of info's JSON that needs frames.
type jsonFrameInfo struct {
	LooksLike *jsonGuess  `json:"looks_like,omitempty"`
	Frames    *jsonFrames `json:"frames,omitempty"`
	Spans     []jsonSpan  `json:"spans,omitempty"`
}

type jsonGuess struct {
	Scheme string   `json:"scheme"`
	Detail string   `json:"detail,omitempty"`
	IDs    []string `json:"ids,omitempty"` // up to 64 bits: numbers would break
}

type jsonSpan struct {
	Key    string  `json:"key"`
	KID    string  `json:"kid_in_frame"`
	Step   int     `json:"ratchet_step"`
	From   float64 `json:"from_s"`
	To     float64 `json:"to_s"`
	Frames int64   `json:"frames"`
}

func (i frameInfo) json() jsonFrameInfo {
	var j jsonFrameInfo
	if g := i.guess; g.Scheme != "" {
		j.LooksLike = &jsonGuess{Scheme: g.Scheme, Detail: g.Detail}
		for _, id := range g.IDs {
			j.LooksLike.IDs = append(j.LooksLike.IDs, fmt.Sprint(id))
		}
	}
	if i.keys {
		f := framesJSON(i.track.Frames)
		j.Frames = &f
	}
	for _, s := range i.track.Frames.Spans {
		j.Spans = append(j.Spans, jsonSpan{s.Key, fmt.Sprint(s.KID), s.Step, s.From.Seconds(), s.To.Seconds(), s.Frames})
	}
	return j
}
