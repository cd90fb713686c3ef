package decrypt

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// members reads the members of one JSON object by name. Names are matched
// exactly, which encoding/json would not do with a struct: JWK has them case
// sensitive. The first error sticks. It never shows a value.
type members struct {
	raw  map[string]json.RawMessage
	path string          // what stands before the names in errors
	read map[string]bool // names asked for
	err  error
}

// get is the value of a member, nil if it is missing or null.
func (m *members) get(name string) json.RawMessage {
	if m.read == nil {
		m.read = make(map[string]bool)
	}
	m.read[name] = true
	if v := m.raw[name]; string(v) != "null" {
		return v
	}
	return nil
}

func (m *members) fail(name, format string, args ...any) {
	if m.err == nil {
		m.err = fmt.Errorf("%s%s %s", m.path, name, fmt.Sprintf(format, args...))
	}
}

// object is a member that is an object itself, empty if it is missing.
func (m *members) object(name string) *members {
	inner := &members{path: m.path + name + "."}
	if v := m.get(name); v != nil && json.Unmarshal(v, &inner.raw) != nil {
		m.fail(name, "is not an object")
	}
	return inner
}

func (m *members) text(name string) string {
	if s := m.optionalText(name); s != nil {
		return *s
	}
	return ""
}

func (m *members) optionalText(name string) *string {
	v := m.get(name)
	if v == nil {
		return nil
	}
	var s string
	if json.Unmarshal(v, &s) != nil {
		m.fail(name, "is not a string")
		return nil
	}
	return &s
}

// oneOf is a text that must be one of those listed, or missing.
func (m *members) oneOf(name string, list ...string) string {
	s := m.text(name)
	for _, l := range append(list, "") {
		if s == l {
			return s
		}
	}
	m.fail(name, "is none of %s", strings.Join(list, ", "))
	return ""
}

// names is a string or an array of them, joined with commas.
func (m *members) names(name string) string {
	v := m.get(name)
	var list []string
	if v == nil || json.Unmarshal(v, &list) != nil {
		return m.text(name)
	}
	return strings.Join(list, ",")
}

func (m *members) flag(name string) *bool {
	v := m.get(name)
	if v == nil {
		return nil
	}
	var b bool
	if json.Unmarshal(v, &b) != nil {
		m.fail(name, "is neither true nor false")
	}
	return &b
}

// number is a JSON number low..high, nil if the member is missing.
func (m *members) number(name string, low, high uint64) *uint64 {
	v := m.get(name)
	if v == nil {
		return nil
	}
	n, err := strconv.ParseUint(string(v), 10, 64)
	if err != nil || n < low || n > high {
		m.fail(name, "is not a whole number %d..%d", low, high)
	}
	return &n
}

// count is a number that is zero where it is missing.
func (m *members) count(name string, low, high uint64) uint64 {
	if n := m.number(name, low, high); n != nil {
		return *n
	}
	return 0
}

func (m *members) number32(name string) *uint32 {
	n := m.number(name, 0, math.MaxUint32)
	if n == nil {
		return nil
	}
	n32 := uint32(*n)
	return &n32
}

// decimal is a number of up to 64 bits, as a string (JSON numbers lose bits
// above 2^53 in many languages) or as a JSON number.
func (m *members) decimal(name string) *uint64 {
	v := m.get(name)
	if v == nil {
		return nil
	}
	var s string
	if json.Unmarshal(v, &s) != nil {
		s = string(v)
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		m.fail(name, "is not a decimal number of at most 64 bits")
	}
	return &n
}

func (m *members) hex(name string) []byte {
	b, err := hex.DecodeString(m.text(name))
	if err != nil {
		m.fail(name, "is not hex")
		return nil
	}
	if len(b) == 0 {
		return nil
	}
	return b
}

// base64 is base64url with or without its padding, nil if missing or empty.
func (m *members) base64(name string) []byte {
	s := m.text(name)
	if strings.ContainsAny(s, "+/") {
		m.fail(name, "is base64 of the standard alphabet, not base64url")
		return nil
	}
	s, padded := strings.CutSuffix(s, "=")
	if padded {
		s = strings.TrimSuffix(s, "=")
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || strings.ContainsAny(s, "\r\n") { // which Go's decoder skips
		m.fail(name, "is not base64url")
		return nil
	}
	if len(b) == 0 {
		return nil
	}
	return b
}
