// Package webm writes WebM and Matroska: RFC 9559, and for WebM the part of
// it that browsers read.
//
//	EBML          version, "webm" or "matroska"
//	Segment
//	├ SeekHead    where the rest is
//	├ Info        duration, date
//	├ Tracks      codecs, sizes, parameter sets
//	├ Tags        COMMENT: the MJR header of the recording
//	├ Cluster     a time, and the frames that belong to it …
//	│ └ SimpleBlock   track, time within the cluster, key flag, frame
//	├ Cluster …
//	└ Cues        where the key frames are
//
// It is written once through. If what it is written to can seek, the sizes,
// the duration and the place of the cues are put in at the end; a pipe gets a
// segment of unknown size without cues, which every player takes.
//
// Times are whole milliseconds, each one rounded from its frame's own PTS, so
// that an error never adds up.
package webm

import (
	"fmt"
	"io"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

// New starts a WebM file: Opus; VP8, VP9 and AV1. It is a media.Container.
//
// Video tracks need a size. AV1 needs a sequence header in its FirstFrame.
func New(w io.Writer, tracks []media.Track) (media.Writer, error) {
	return start(w, docWebM, tracks)
}

// NewMatroska starts a Matroska file: what WebM holds, H.264, G.711 and L16.
// It is a media.Container.
//
// H.264 frames are Annex B access units, the FirstFrame with parameter sets.
func NewMatroska(w io.Writer, tracks []media.Track) (media.Writer, error) {
	return start(w, docMatroska, tracks)
}

// maxTracks is how many track numbers fit in one byte.
const maxTracks = 126

func start(w io.Writer, doc docType, tracks []media.Track) (media.Writer, error) {
	if len(tracks) == 0 || len(tracks) > maxTracks {
		return nil, &media.UnsupportedError{What: fmt.Sprintf("%d tracks in %s", len(tracks), doc.name)}
	}
	head := head{doc: doc}
	out := &writer{w: w, sequence: media.Sequence{Tracks: len(tracks)}}
	for i, t := range tracks {
		c, err := newCodec(t, doc)
		if err != nil {
			return nil, err
		}
		head.tracks = append(head.tracks, c.entry(i, t))
		out.tracks = append(out.tracks, track{framing: c.framing, video: c.video != nil})
		out.video = out.video || c.video != nil
		if head.created.IsZero() {
			head.created = t.Created
		}
	}
	head.tags = newTags(tracks)
	if s, ok := w.(io.WriteSeeker); ok {
		if base, err := s.Seek(0, io.SeekCurrent); err == nil {
			out.seeker, out.base = s, base
		}
	}
	head.reserve = out.seeker != nil
	out.head = head
	if err := out.begin(); err != nil {
		return nil, err
	}
	return out, nil
}
