package sframe

import (
	"errors"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

func TestParseHeaderTakesLongForms(t *testing.T) {
	for _, c := range []struct {
		sin   string
		frame []byte
		want  Header
	}{
		{"key id 3 in one byte", []byte{0x80, 3}, Header{KID: 3}},
		{"key id 3 in eight bytes", []byte{0xf1, 0, 0, 0, 0, 0, 0, 0, 3}, Header{KID: 3, Counter: 1}},
		{"counter 0 in one byte", []byte{0x28, 0}, Header{KID: 2}},
		{"counter 300 in three bytes", []byte{0x0a, 0, 1, 0x2c}, Header{Counter: 300}},
	} {
		got, n, err := ParseHeader(append(c.frame, 0xee))
		if err != nil || got != c.want || n != len(c.frame) {
			t.Errorf("%s: %+v in %d bytes, %v, want %+v", c.sin, got, n, err, c.want)
		}
	}
}

func TestParseHeaderRefuses(t *testing.T) {
	whole := Header{KID: 1 << 63, Counter: 1 << 62}.Append(nil)
	if len(whole) != 17 {
		t.Fatalf("longest header has %d bytes, want 17", len(whole))
	}
	for n := range whole {
		if _, _, err := ParseHeader(whole[:n]); !errors.Is(err, decrypt.ErrFormat) {
			t.Errorf("header cut after %d bytes: %v, want ErrFormat", n, err)
		}
	}
}

// TestLongFormsOpen seals under a header that no sender would write.
func TestLongFormsOpen(t *testing.T) {
	k := testKey(4, 1, decrypt.E2EE{KeyID: new(uint64(5)), Metadata: []byte("IETF")})
	b, err := suites[3].box(k.Secret, 5)
	if err != nil {
		t.Fatal(err)
	}
	header := []byte{0x99, 0, 5, 0, 9} // key id 5 and counter 9 in two bytes each
	frame := b.seal(append([]byte(nil), header...), []byte("media"), 9, append(header, k.Metadata...))
	res, err := newOpener(t, k).Open(nil, frame, decrypt.Meta{})
	if err != nil || string(res.Plain) != "media" || res.KID != 5 || res.Counter != 9 {
		t.Errorf("%q of key id %d, counter %d, %v", res.Plain, res.KID, res.Counter, err)
	}
}
