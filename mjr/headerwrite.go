package mjr

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// memberNames are the members that this package understands, in the order
// they are written in: Janus's, and PERC Lite's at the end.
var memberNames = [...]string{"t", "c", "f", "d", "x", "s", "u", "or", "e", "p"}

// HeaderError says why a Writer refuses a header.
type HeaderError struct {
	Member string // as in the JSON: "t", "c", …
	Reason string
}

func (e *HeaderError) Error() string {
	return fmt.Sprintf("header member %q: %s", e.Member, e.Reason)
}

// check finds what would make Janus's tools refuse the recording.
func (h *Header) check() error {
	if h.Kind != Audio && h.Kind != Video && h.Kind != Data {
		return &HeaderError{"t", "the kind of medium is not known"}
	}
	c, ok := LookupCodec(h.Codec)
	if !ok {
		return &HeaderError{"c", fmt.Sprintf("unknown codec %q", h.Codec)}
	}
	if c.Kind != h.Kind {
		return &HeaderError{"c", fmt.Sprintf("%s is no codec for %s", c.Name, h.Kind)}
	}
	if h.REDType < 0 || h.REDType > 127 {
		return &HeaderError{"or", fmt.Sprintf("payload type %d is not in 0 to 127", h.REDType)}
	}
	if strings.ContainsRune(h.Fmtp, 0) {
		return &HeaderError{"f", reasonNUL}
	}
	if strings.ContainsRune(h.Description, 0) {
		return &HeaderError{"d", reasonNUL}
	}
	for id, uri := range h.Extensions {
		if id < 1 || id > 255 {
			return &HeaderError{"x", fmt.Sprintf("id %d is not in 1 to 255", id)}
		}
		if strings.ContainsRune(uri, 0) {
			return &HeaderError{"x", reasonNUL}
		}
	}
	for name, raw := range h.Unknown {
		if strings.ContainsRune(name, 0) {
			return &HeaderError{name, reasonNUL}
		}
		if reason := janssonRefuses(raw); reason != "" {
			return &HeaderError{name, reason}
		}
	}
	return nil
}

// appendHead appends what stands between the file magic and the first frame.
func (h *Header) appendHead(dst []byte) ([]byte, error) {
	start := len(dst)
	dst = h.appendJSON(append(dst, 0, 0))
	n := len(dst) - start - 2
	if n > MaxHeader {
		return nil, fmt.Errorf("%w: %d bytes > %d", ErrHeaderTooLong, n, MaxHeader)
	}
	binary.BigEndian.PutUint16(dst[start:], uint16(n))
	return dst, nil
}

// appendJSON appends the header as Janus's jansson would write it: ", " and
// ": " between its parts, text beyond ASCII as it is, in the order of
// memberNames, and all else sorted by name.
func (h *Header) appendJSON(dst []byte) []byte {
	o := object{buf: append(dst, '{')}
	o.text("t", h.Kind.String()[:1])
	c, _ := LookupCodec(h.Codec)
	o.text("c", c.Name)
	if h.Fmtp != "" {
		o.text("f", h.Fmtp)
	}
	if h.Description != "" {
		o.text("d", h.Description)
	}
	if len(h.Extensions) > 0 {
		x := object{buf: append(o.member("x"), '{')}
		for _, id := range slices.Sorted(maps.Keys(h.Extensions)) {
			x.text(strconv.Itoa(id), h.Extensions[id])
		}
		o.buf = append(x.buf, '}')
	}
	o.time("s", h.Created)
	o.time("u", h.FirstFrame)
	if h.REDType != 0 {
		o.buf = strconv.AppendInt(o.member("or"), int64(h.REDType), 10)
	}
	if h.Encrypted {
		o.buf = append(o.member("e"), "true"...)
	}
	if h.PERC {
		o.buf = append(o.member("p"), "true"...)
	}
	for _, name := range slices.Sorted(maps.Keys(h.Unknown)) {
		if !slices.Contains(memberNames[:], name) {
			o.buf = append(o.member(name), h.Unknown[name]...)
		}
	}
	return append(o.buf, '}')
}

// object is a JSON object that is being written.
type object struct {
	buf   []byte
	begun bool
}

// member begins a member, and returns the bytes to append its value to.
func (o *object) member(name string) []byte {
	if o.begun {
		o.buf = append(o.buf, ", "...)
	}
	o.begun = true
	return append(appendText(o.buf, name), ": "...)
}

func (o *object) text(name, value string) {
	o.buf = appendText(o.member(name), value)
}

// time writes an integer: Janus's tools refuse a float.
func (o *object) time(name string, t time.Time) {
	o.buf = strconv.AppendInt(o.member(name), t.UnixMicro(), 10)
}

// appendText appends a JSON string with no escapes but those that JSON
// demands, where encoding/json would escape U+2028, too.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s { // what is not UTF-8 comes as U+FFFD
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\b':
			dst = append(dst, `\b`...)
		case r == '\f':
			dst = append(dst, `\f`...)
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r < ' ':
			dst = fmt.Appendf(dst, `\u%04X`, r)
		default:
			dst = append(dst, string(r)...)
		}
	}
	return append(dst, '"')
}
