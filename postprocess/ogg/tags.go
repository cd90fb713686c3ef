package ogg

import (
	"encoding/binary"
	"hash/crc32"
	"strings"
	"time"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

const vendor = "mjr"

// opusTags is the comment header, RFC 7845, section 5.2. What is a comment
// elsewhere is DESCRIPTION in Ogg, where janus-pp-rec puts the same.
func opusTags(t media.Track) []byte {
	var comments []string
	if t.Comment != "" {
		comments = append(comments, "DESCRIPTION="+t.Comment)
	}
	if t.Name != "" {
		comments = append(comments, "TITLE="+t.Name)
	}
	if !t.Created.IsZero() {
		comments = append(comments, "DATE="+t.Created.UTC().Format(time.RFC3339))
	}
	b := appendString([]byte("OpusTags"), vendor)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(comments)))
	for _, c := range comments {
		c = strings.ReplaceAll(c, "\x00", "\ufffd") // at which many readers stop
		b = appendString(b, strings.ToValidUTF8(c, "\ufffd"))
	}
	return b
}

func appendString(b []byte, s string) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
	return append(b, s...)
}

// serial tells streams apart that somebody puts into one file. The same
// recording always gets the same one.
func serial(t media.Track) uint32 {
	return crc32.ChecksumIEEE([]byte(t.Name + "\x00" + t.Comment))
}
