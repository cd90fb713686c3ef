package janus

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// ID names a room or a participant. Janus has numbers, or strings where it is
// configured so. IDs can be compared.
type ID struct {
	text   string
	number bool
}

// ParseID takes a number as JSON has it as a number, and all else as a string.
func ParseID(s string) ID {
	n, err := strconv.ParseUint(s, 10, 64)
	return ID{s, err == nil && strconv.FormatUint(n, 10) == s}
}

// NumberID is the ID of a number.
func NumberID(n uint64) ID { return ID{strconv.FormatUint(n, 10), true} }

func (i ID) String() string { return i.text }

// quoted is the same ID as a string.
func (i ID) quoted() ID { return ID{i.text, false} }

// MarshalJSON writes a number or a string.
func (i ID) MarshalJSON() ([]byte, error) {
	if i.number {
		return []byte(i.text), nil
	}
	return json.Marshal(i.text)
}

// UnmarshalJSON takes a number without sign, fraction and exponent, or a
// string.
func (i *ID) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		i.number = false
		return json.Unmarshal(b, &i.text)
	}
	n, err := strconv.ParseUint(string(b), 10, 64)
	if err != nil {
		return fmt.Errorf("%w: an id that is neither a number nor a string", ErrMessage)
	}
	*i = NumberID(n)
	return nil
}
