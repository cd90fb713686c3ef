package webm

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/at-wat/ebml-go"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

// docType is which of the two formats is written.
type docType struct {
	id   string // EBMLDocType
	name string // in messages
	mkv  bool   // all that Matroska holds
}

var (
	docWebM     = docType{id: "webm", name: "WebM"}
	docMatroska = docType{id: "matroska", name: "Matroska", mkv: true}
)

const app = "mjr"

// head is all that stands before the clusters. It is rendered twice: when the
// file begins, and, where it can be patched, when its end is known. Both are
// of the same length.
type head struct {
	doc     docType
	created time.Time
	tracks  []trackEntry
	tags    []tag
	reserve bool // room for what only the end tells
}

// ending is what is known only when all is written.
type ending struct {
	size     int64 // of the segment's data
	cues     int64 // where they are in it; 0 is none
	duration time.Duration
}

// unknownSize is the size of a segment that ends where the file ends.
const unknownSize = 1<<56 - 1 // RFC 8794, section 6.2

// IDs of the elements that are written by hand or sought; RFC 9559, section 5.
var (
	idSegment = []byte{0x18, 0x53, 0x80, 0x67}
	idInfo    = []byte{0x15, 0x49, 0xa9, 0x66}
	idTracks  = []byte{0x16, 0x54, 0xae, 0x6b}
	idTags    = []byte{0x12, 0x54, 0xc3, 0x67}
	idCues    = []byte{0x1c, 0x53, 0xbb, 0x6b}
)

// render returns the bytes of the head, and where in them the segment's data
// begins. end is nil while it is unknown.
func (h *head) render(end *ending) (b []byte, segment int, err error) {
	size := int64(unknownSize)
	if end != nil {
		size = end.size
	}
	b, err = marshal(h.ebml())
	if err != nil {
		return nil, 0, err
	}
	b = append(b, idSegment...)
	b = binary.BigEndian.AppendUint64(b, 1<<56|uint64(size))
	segment = len(b)

	// The first element tells where the others are, and so is made last.
	ids := [][]byte{idInfo, idTracks}
	parts := []any{h.info(end), h.trackList()}
	if len(h.tags) > 0 {
		ids, parts = append(ids, idTags), append(parts, h.tagList())
	}
	var rest []byte
	var at []int64
	for _, p := range parts {
		at = append(at, int64(len(rest)))
		bytes, err := marshal(p)
		if err != nil {
			return nil, 0, err
		}
		rest = append(rest, bytes...)
	}
	seeks, err := h.seekHead(ids, at, end)
	return append(append(b, seeks...), rest...), segment, err
}

func (h *head) ebml() *ebmlHeader {
	e := &ebmlHeader{}
	e.EBML.Version, e.EBML.ReadVersion = 1, 1
	e.EBML.MaxIDLength, e.EBML.MaxSizeLength = 4, 8
	e.EBML.DocType = h.doc.id
	// CodecDelay and SeekPreRoll came with version 4, SimpleBlock with 2.
	e.EBML.DocTypeVersion, e.EBML.DocTypeReadVersion = 4, 2
	return e
}

func (h *head) info(end *ending) *info {
	i := &info{}
	i.Info.TimestampScale = uint64(time.Millisecond)
	i.Info.MuxingApp, i.Info.WritingApp = app, app
	i.Info.DateUTC = h.created
	switch {
	case end != nil && end.duration > 0:
		i.Info.Duration = float64(end.duration) / float64(time.Millisecond)
	case h.reserve:
		i.Info.Void = make([]byte, 9) // as long as a duration: 11 bytes in all
	}
	return i
}

func (h *head) trackList() *tracks {
	t := &tracks{}
	t.Tracks.TrackEntry = h.tracks
	return t
}

func (h *head) tagList() *tags {
	t := &tags{}
	t.Tags.Tag = h.tags
	return t
}

// seekHead tells where the elements are; at counts from its own end.
func (h *head) seekHead(ids [][]byte, at []int64, end *ending) ([]byte, error) {
	const head, one = 5, 21 // bytes of a SeekHead's ID and size, and of a Seek
	own := int64(head + one*len(ids))
	if h.reserve {
		own += one
	}
	s := &seekHead{}
	for i, id := range ids {
		s.SeekHead.Seek = append(s.SeekHead.Seek, seek{id, uint64(own + at[i])})
	}
	switch {
	case end != nil && end.cues > 0:
		s.SeekHead.Seek = append(s.SeekHead.Seek, seek{idCues, uint64(end.cues)})
	case h.reserve:
		s.Void = make([]byte, one-2)
	}
	b, err := marshal(s)
	if err == nil && int64(len(b)) != own {
		return nil, fmt.Errorf("webm: seek head of %d bytes, meant to have %d", len(b), own)
	}
	return b, err
}

// newTags keeps the MJR headers, which scripts read as the tag "comment". A
// track's own tag says whose header it is. A file of one track has it for the
// whole file too: there it is where janus-pp-rec's output has it.
func newTags(tracks []media.Track) []tag {
	var all []tag
	for i, t := range tracks {
		if t.Comment == "" {
			continue
		}
		whole := tag{SimpleTag: simpleTag{"COMMENT", text(t.Comment)}}
		own := whole
		own.Targets.TagTrackUID = trackUID(i)
		if len(tracks) == 1 {
			all = append(all, whole)
		}
		all = append(all, own)
	}
	return all
}

func trackUID(i int) uint64 { return uint64(i) + 1 }

// text is UTF-8 without zero bytes, where EBML strings end (RFC 8794, section
// 7.5).
func text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	if err := ebml.Marshal(v, &b); err != nil {
		return nil, fmt.Errorf("webm: header: %w", err)
	}
	return b.Bytes(), nil
}
