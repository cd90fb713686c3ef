package mjr

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

const reasonNUL = "NUL in text"

// janssonRefuses says why jansson, which Janus's tools read JSON with, cannot
// read a value that encoding/json can, or "". One such value in the header,
// and those tools refuse the file.
func janssonRefuses(raw json.RawMessage) string {
	if !json.Valid(raw) {
		return "not JSON"
	}
	if !utf8.Valid(raw) {
		return "not UTF-8"
	}
	if reason := escapesRefused(raw); reason != "" {
		return reason
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	for {
		t, err := d.Token()
		if err != nil { // the end: raw is valid
			return ""
		}
		n, ok := t.(json.Number)
		if !ok {
			continue
		}
		if strings.ContainsAny(n.String(), ".eE") {
			if _, err := n.Float64(); err != nil {
				return "number beyond 64 bits"
			}
		} else if _, err := n.Int64(); err != nil {
			return "integer beyond 64 bits"
		}
	}
}

// escapesRefused looks for \u escapes of NUL and of halves of surrogate pairs
// in valid JSON.
func escapesRefused(raw []byte) string {
	for {
		_, rest, ok := bytes.Cut(raw, []byte(`\`))
		if !ok {
			return ""
		}
		if rest[0] != 'u' {
			raw = rest[1:]
			continue
		}
		code := escaped(rest[1:])
		raw = rest[5:]
		switch {
		case code == 0:
			return reasonNUL
		case code >= 0xDC00 && code <= 0xDFFF:
			return "half a surrogate pair"
		case code >= 0xD800 && code <= 0xDBFF:
			low, ok := bytes.CutPrefix(raw, []byte(`\u`))
			if !ok {
				return "half a surrogate pair"
			}
			if code = escaped(low); code < 0xDC00 || code > 0xDFFF {
				return "half a surrogate pair"
			}
			raw = low[4:]
		}
	}
}

// escaped is the number that the four hex digits of a \u escape stand for.
func escaped(digits []byte) uint64 {
	n, _ := strconv.ParseUint(string(digits[:4]), 16, 16) // JSON was valid
	return n
}
