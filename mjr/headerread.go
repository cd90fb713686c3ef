package mjr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"
	"time"
)

var errNoObject = errors.New("header is not a JSON object")

// parseHeader reads a header's JSON. The error is errNoObject where raw is not
// a JSON object. Any other is about a single member, and the rest is there.
func parseHeader(raw []byte) (Header, error) {
	// The reader in C stops at a NUL, so there can be some at the end.
	raw = bytes.TrimRight(raw, "\x00")
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil || m == nil {
		return Header{}, errNoObject
	}
	h := Header{Raw: bytes.Clone(raw)}
	return h, h.setMembers(m)
}

// salvageHeader takes what can be understood of JSON that is cut or broken.
func salvageHeader(raw []byte) Header {
	var h Header
	_ = h.setMembers(salvage(raw)) // that members are missing is no news
	return h
}

// salvage finds the known members in JSON that is cut or broken.
func salvage(raw []byte) map[string]json.RawMessage {
	found := make(map[string]json.RawMessage)
	for _, name := range memberNames {
		_, rest, _ := bytes.Cut(raw, []byte(`"`+name+`"`))
		rest, ok := bytes.CutPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(":"))
		if !ok {
			continue
		}
		var value json.RawMessage
		if json.NewDecoder(bytes.NewReader(rest)).Decode(&value) == nil {
			found[name] = value
		}
	}
	return found
}

// setMembers fills in h from m, and tells of the first member that is missing
// or of the wrong type.
func (h *Header) setMembers(m map[string]json.RawMessage) error {
	d := members{left: maps.Clone(m)}
	kind := strings.ToLower(d.text("t"))
	h.Codec = strings.ToLower(d.text("c"))
	h.Fmtp = d.text("f")
	h.Description = d.text("d")
	h.Extensions = d.extensions("x")
	h.Created = d.time("s")
	h.FirstFrame = d.time("u")
	h.REDType = d.payloadType("or")
	h.Encrypted = d.flag("e")
	h.PERC = d.flag("p")

	switch kind {
	case "a":
		h.Kind = Audio
	case "v":
		h.Kind = Video
	case "d":
		h.Kind = Data
	default:
		c, _ := LookupCodec(h.Codec)
		h.Kind = c.Kind
		d.complain("t", "does not tell the kind")
	}
	if h.Codec == "" {
		d.complain("c", "does not tell the codec")
	}
	if len(d.left) > 0 {
		h.Unknown = d.left
	}
	return d.err
}

// members takes a JSON object apart; what it cannot use stays in left.
type members struct {
	left map[string]json.RawMessage
	err  error
}

func (d *members) complain(name, what string) {
	if d.err == nil {
		d.err = fmt.Errorf("header member %q %s", name, what)
	}
}

// get decodes a member into v; absent and null are the same.
func (d *members) get(name string, v any) bool {
	raw, ok := d.left[name]
	if !ok || string(raw) == "null" {
		delete(d.left, name)
		return false
	}
	if json.Unmarshal(raw, v) != nil {
		d.complain(name, "has the wrong type")
		return false
	}
	delete(d.left, name)
	return true
}

func (d *members) text(name string) string {
	var s string
	d.get(name, &s)
	return s
}

// flag is true only for JSON true, as in Janus's readers. Anything else but
// false is left, to be looked at.
func (d *members) flag(name string) bool {
	raw := string(d.left[name])
	if raw == "true" || raw == "false" || raw == "null" {
		delete(d.left, name)
	}
	return raw == "true"
}

func (d *members) payloadType(name string) int {
	raw := d.left[name]
	var n int
	if !d.get(name, &n) {
		return 0
	}
	if n < 0 || n > 127 {
		d.left[name] = raw
		d.complain(name, "is no payload type")
		return 0
	}
	return n
}

// time reads microseconds since the Unix epoch. Janus writes and demands
// integers; other writers' floats and strings are taken too.
func (d *members) time(name string) time.Time {
	raw := d.left[name]
	var v json.RawMessage
	if !d.get(name, &v) {
		return time.Time{}
	}
	var text string
	if json.Unmarshal(v, &text) != nil {
		text = string(v)
	}
	if us, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.UnixMicro(us).UTC()
	}
	// A conversion of what int64 cannot hold would be up to the machine.
	if f, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(f) < 1<<63 {
		return time.UnixMicro(int64(f)).UTC()
	}
	d.left[name] = raw
	d.complain(name, "is no number of microseconds")
	return time.Time{}
}

func (d *members) extensions(name string) map[int]string {
	raw := d.left[name]
	var x map[string]string
	if !d.get(name, &x) || len(x) == 0 {
		return nil
	}
	ids := make(map[int]string, len(x))
	for key, uri := range x {
		id, err := strconv.Atoi(key)
		if err != nil || id < 1 || id > 255 {
			d.left[name] = raw
			d.complain(name, "has an id outside 1 to 255")
			continue
		}
		ids[id] = uri
	}
	return ids
}
