// Package ogg writes Opus in Ogg: RFC 3533 and RFC 7845.
//
//	page 0    OpusHead
//	page 1 …  OpusTags: DESCRIPTION is the MJR header of the recording
//	page …    packets, about a second of them on each page
//
// Ogg has no time stamps: a page tells how many samples there are up to its
// end, and a packet follows the one before it. So where no packet came (loss,
// or a sender that is silent) packets are put in that say "lost" in two bytes
// (RFC 7845, section 4.1). A decoder conceals them as it would have live.
//
// A packet whose time is up to half its duration, or 10 ms, off the end of the
// one before it follows without a gap: that is jitter of a clock, or a sender
// that paused. Each packet is compared with its own PTS, so that this never
// adds up to more. Later than that, the gap is filled. Earlier than that, it
// follows all the same, as nothing can be taken out; the next gap makes up for
// it, and more than a second of it is an error.
package ogg

import (
	"cmp"
	"fmt"
	"io"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

// New starts an Ogg file of one Opus track. It is a media.Container.
//
// Packets must be Opus throughout: one that has no duration has no place.
func New(w io.Writer, tracks []media.Track) (media.Writer, error) {
	const hint = "write WebM or Matroska instead (.webm, .mkv)"
	if len(tracks) != 1 {
		return nil, &media.UnsupportedError{What: fmt.Sprintf("%d tracks in Ogg", len(tracks)), Hint: hint}
	}
	t := tracks[0]
	if t.Codec != "opus" {
		return nil, &media.UnsupportedError{What: cmp.Or(t.Codec, "a track without a codec") + " in Ogg", Hint: hint}
	}
	if t.Channels > 2 {
		return nil, &media.UnsupportedError{What: fmt.Sprintf("Opus of %d channels in Ogg", t.Channels)}
	}
	channels := t.Channels
	if channels <= 0 {
		channels = 2 // as RTP always has it: RFC 7587, section 7
	}
	out := &writer{
		stream:   stream{w: w, serial: serial(t)},
		sequence: media.Sequence{Tracks: 1},
	}
	if err := out.header(media.OpusHead(channels), opusTags(t)); err != nil {
		return nil, err
	}
	return out, nil
}
