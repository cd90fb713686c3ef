package livekit

import (
	"bytes"
	"crypto/cipher"
	"errors"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// asSent makes a frame as a release would that no vector is of: what the
// sender had in clear is given, and the depacketizer gives start codes of 4
// bytes.
func asSent(t testing.TB, k decrypt.Key, plain []byte, clearLen int, escaped bool) []byte {
	t.Helper()
	c := chain{source: source{secret: k.Secret, salt: defaultSalt}}
	aead, err := c.aead(0, keyLen(k.Alg))
	if err != nil {
		t.Fatal(err)
	}
	return sealAs(aead, plain, clearLen, escaped)
}

func sealAs(aead cipher.AEAD, plain []byte, clearLen int, escaped bool) []byte {
	iv := []byte("\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02\x00") // full of zeros to escape
	rest := aead.Seal(nil, iv, plain[clearLen:], plain[:clearLen])
	rest = append(append(rest, iv...), ivLen, 0)
	head := appendLong(nil, plain[:clearLen])
	if escaped {
		return appendEscaped(head, rest)
	}
	return append(head, rest...)
}

func TestOpenWaysOfOtherSenders(t *testing.T) {
	slice := strings.Repeat("77", 60)
	for _, tt := range []struct {
		name, codec, plain string
		clear              int
		escaped            bool
	}{
		{"H.264, 1.13: not escaped", "h264", "00000001" + "6588" + slice, 6, false},
		{"H.264, codes of 3 bytes throughout", "h264", "000001" + "6742" + "000001" + "6887" + "000001" + "6588" + slice, 15, true},
		{"H.264, codes of 3 bytes but the first", "h264", "00000001" + "6742" + "000001" + "6887" + "000001" + "6588" + slice, 16, true},
		{"H.264, codes of 3 bytes where they may be", "h264", "00000001" + "6742" + "00000001" + "6887" + "000001" + "0605" + "000001" + "6588" + slice, 22, true},
		{"H.264, 1.13, codes of 3 bytes but the first", "h264", "00000001" + "0910" + "000001" + "4188" + slice, 11, false},
		{"H.264, nothing before the slice, code of 3 bytes", "h264", "000001" + "4188" + slice, 5, true},
		{"H.265, codes of 3 bytes where they may be", "h265", "00000001" + "4001" + "00000001" + "4201" + "000001" + "2601" + slice, 17, true},
		{"H.264, 2.3: no slice, escaped", "h264", "00000001" + "6742" + slice, 10, true},
		{"VP8, unknown codec, escaped", "vp8", "01" + slice, 3, true},
		{"VP8, nothing clear", "vp8", "01" + slice, 0, false},
		{"VP9", "vp9", "86" + slice, 0, false},
		{"VP9, unknown codec, delta", "vp9", "86" + slice, 3, false},
		{"VP9, unknown codec, key", "vp9", "86" + slice, 10, false},
		{"AV1, native", "av1", "1200" + slice, 0, false},
		{"AV1, unknown codec", "av1", "1200" + slice, 10, true},
		{"a codec of tomorrow, key", "h266", "1200" + slice, 10, false},
	} {
		k := rawKey("k", 0)
		f := asSent(t, k, unhex(tt.plain), tt.clear, tt.escaped)
		o := newOpener(t, []decrypt.Key{k}, 0)
		var res decrypt.Result
		err := decrypt.ErrHold
		tries := 0
		for errors.Is(err, decrypt.ErrHold) && tries < 3 {
			res, err = o.Open(nil, f, videoMeta(tt.codec, 0))
			tries++
		}
		if err != nil || !bytes.Equal(res.Plain, unhex(tt.plain)) {
			t.Errorf("%s: %v\ngot %x\nwant %s", tt.name, err, res.Plain, tt.plain)
			continue
		}
		before := o.Tries()
		if res, err := o.Open(nil, f, videoMeta(tt.codec, 0)); err != nil || res.Adopted || o.Tries() != before+1 {
			t.Errorf("%s: opening it again took %d tries (%v)", tt.name, o.Tries()-before, err)
		}
	}
}

func TestWaysAreAllDifferent(t *testing.T) {
	for i, w := range ways {
		for _, v := range ways[:i] {
			if v == w {
				t.Errorf("%+v is listed twice", w)
			}
		}
	}
}

func TestSliceClear(t *testing.T) {
	for _, tt := range []struct {
		name  string
		frame string
		codec byte
		n     int
		ok    bool
	}{
		{"nothing", "", h264, 0, false},
		{"no start code", "65888888", h264, 0, false},
		{"a code and nothing behind it", "00000001", h264, 0, false},
		{"a slice of one byte", "0000000165", h264, 0, false},
		{"a slice of two bytes", "000000016588", h264, 6, true},
		{"code of 3 bytes", "0000016588", h264, 5, true},
		{"zeros before the code", "00000000016588", h264, 7, true},
		{"parameter sets first", "00000001670000000168000000016588", h264, 16, true},
		{"parameter sets alone", "0000000167420000000168870000", h264, 0, false},
		{"H.265 key slice", "000000012601", h265, 6, true},
		{"H.265 delta slice", "000000010201", h265, 6, true},
		{"H.265 reserved type 15", "000000011e01", h265, 0, false},
		{"H.265 parameter set", "000000014001", h265, 0, false},
	} {
		if n, ok := sliceClear(unhex(tt.frame), tt.codec); n != tt.n || ok != tt.ok {
			t.Errorf("%s: got %d %v, want %d %v", tt.name, n, ok, tt.n, tt.ok)
		}
	}
}

func TestEscape(t *testing.T) {
	for _, tt := range []struct{ raw, escaped string }{
		{"", ""},
		{"000000", "00000300"},
		{"000001", "00000301"},
		{"000002", "00000302"},
		{"000003", "00000303"},
		{"000004", "000004"},
		{"0000", "0000"},
		{"00000000000000", "00000300000300000300"},
		{"ff00000300000400000c00", "ff0000030300000400000c00"},
	} {
		escaped := appendEscaped([]byte("x"), unhex(tt.raw))
		if want := append([]byte("x"), unhex(tt.escaped)...); !bytes.Equal(escaped, want) {
			t.Errorf("%s escaped is %x, want %x", tt.raw, escaped, want)
		}
		if raw := appendUnescaped(nil, escaped[1:]); !bytes.Equal(raw, unhex(tt.raw)) {
			t.Errorf("%s unescaped is %x, want %s", tt.escaped, raw, tt.raw)
		}
	}
}
