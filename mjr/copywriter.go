package mjr

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"maps"
	"strconv"
	"strings"
	"time"
)

// NewCopyWriter is NewWriter for a copy of a recording that was read: it writes
// the generation that h.Version tells, and takes packets of all lengths that a
// record can hold. What Janus's tools make of long ones is what they made of
// the original.
//
// The header is h.Raw as it is, where Janus's tools can read that, and kept is
// true. Otherwise it is written anew from the members, of which Kind and Codec
// have to be known; unknown ones that Janus's tools cannot read are left out,
// and a Created or FirstFrame of zero becomes 1970, as the time is not known.
func NewCopyWriter(w io.Writer, h Header) (cw *Writer, kept bool, err error) {
	h.Unknown = maps.Clone(h.Unknown)
	maps.DeleteFunc(h.Unknown, func(name string, raw json.RawMessage) bool {
		return strings.ContainsRune(name, 0) || janssonRefuses(raw) != ""
	})
	if err := h.check(); err != nil {
		return nil, false, err
	}
	cw = &Writer{w: w, header: h, long: true, untimed: h.Version < 2}
	magic := newFileMagic
	switch {
	case h.Version <= 0:
		magic = oldFrameMagic
		cw.head, kept = append(binary.BigEndian.AppendUint16(nil, wordSize), h.Kind.String()...), h.Raw == nil
		if h.Kind == Data { // a word of five letters, of which readers look at the first
			cw.head = append(cw.head[:2], "datas"...)
		}
	case h.Version == 1:
		magic = "MJR00001"
		fallthrough
	default:
		if kept = h.rawFits(); kept {
			cw.head = append(binary.BigEndian.AppendUint16(nil, uint16(len(h.Raw))), h.Raw...)
			break
		}
		unknown := time.UnixMicro(0)
		if h.Created.IsZero() {
			h.Created = unknown
		}
		if h.FirstFrame.IsZero() {
			h.FirstFrame = unknown
		}
		if cw.head, err = h.appendHead(nil); err != nil {
			return nil, false, err
		}
	}
	if cw.write([]byte(magic)); cw.err != nil {
		return nil, false, cw.err
	}
	return cw, kept, nil
}

// rawFits reports whether Janus's tools can read the JSON of a header, and it
// says what the members do. They want integers where we take other numbers,
// too.
func (h *Header) rawFits() bool {
	if len(h.Raw) > MaxHeader || bytes.IndexByte(h.Raw, 0) >= 0 {
		return false
	}
	read, err := parseHeader(h.Raw)
	if err != nil || read.Kind != h.Kind || read.Codec != h.Codec || read.Encrypted != h.Encrypted || janssonRefuses(h.Raw) != "" {
		return false
	}
	var m map[string]json.RawMessage
	_ = json.Unmarshal(h.Raw, &m) // it was parsed above
	for _, name := range []string{"s", "u"} {
		if _, err := strconv.ParseInt(string(m[name]), 10, 64); err != nil {
			return false
		}
	}
	return true
}
