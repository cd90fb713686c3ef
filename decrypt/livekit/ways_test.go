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
	iv := []byte("\x00\x00\x03\x00\x00\x01\x00\x00\x03\x00\x00\x00") // not the same escaped, unescaped or as it is
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
		{"H.264, 1.13, codes of 3 bytes but the first", "h264", "00000001" + "6742" + "000001" + "6887" + "000001" + "6588" + slice, 16, false},
		{"H.264, nothing before the slice, code of 3 bytes", "h264", "000001" + "4188" + slice, 5, true},
		{"H.265, codes of 3 bytes where they may be", "h265", "00000001" + "4001" + "00000001" + "4201" + "000001" + "2601" + slice, 17, true},
		{"H.264, 1.13, codes of 3 bytes throughout", "h264", "000001" + "0910" + "000001" + "4188" + slice, 10, false},
		{"H.264, 1.13, codes of 3 bytes where they may be", "h264", "00000001" + "6742" + "00000001" + "6887" + "000001" + "6588" + slice, 17, false},
		{"H.264, codec not known, key, escaped", "h264", "00000001" + "6742" + "00000001" + "6588" + slice, 10, true},
		{"VP8 whose bytes look like H.264", "vp8", "0102" + "00000001" + "4188" + slice, 8, true},
		{"VP8 whose bytes look like H.265", "vp8", "0102" + "00000001" + "0201" + slice, 8, true},
		{"VP8, nothing clear, escaped", "vp8", "01" + slice, 0, true},
		{"VP8 delta, 10 clear, escaped", "vp8", "01" + slice, 10, true},
		{"VP8 key, 3 clear, escaped", "vp8", "00" + slice, 3, true},
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

// TestTypesAreRead: where the frame itself tells its type, key frames and
// others are both opened at the first try.
func TestTypesAreRead(t *testing.T) {
	rest := strings.Repeat("77", 60)
	for _, tt := range []struct {
		name, codec string
		frames      [2]string
		clear       [2]int
	}{
		{"VP8", "vp8", [2]string{"00" + rest, "01" + rest}, [2]int{10, 3}},
		{"H.264, codec not known, slices", "h264", [2]string{"0000000165" + rest, "0000000141" + rest}, [2]int{10, 3}},
		{"H.264, codec not known, parameter sets", "h264", [2]string{"0000000167" + rest, "0000000141" + rest}, [2]int{10, 3}},
		{"H.265, codec not known, slices", "h265", [2]string{"0000000126" + rest, "0000000102" + rest}, [2]int{10, 3}},
		{"H.265, codec not known, parameter sets", "h265", [2]string{"0000000140" + rest, "0000000102" + rest}, [2]int{10, 3}},
	} {
		k := rawKey("k", 0)
		o := newOpener(t, []decrypt.Key{k}, 0)
		var before int64
		for n := range 20 {
			f := asSent(t, k, unhex(tt.frames[n%2]), tt.clear[n%2], false)
			res, err := o.Open(nil, f, videoMeta(tt.codec, 0))
			if err != nil || !bytes.Equal(res.Plain, unhex(tt.frames[n%2])) {
				t.Fatalf("%s, frame %d: %v", tt.name, n, err)
			}
			if n == 1 {
				before = o.Tries()
			}
		}
		if got := o.Tries() - before; got != 18 {
			t.Errorf("%s: %d tries for 18 frames", tt.name, got)
		}
	}
}

// TestReadingsAreTriedOnce: of ways that come to the same, one is tried.
func TestReadingsAreTriedOnce(t *testing.T) {
	k, stranger := rawKey("k", 0), rawKey("stranger", 0)
	delta, key := unhex("01"+strings.Repeat("77", 60)), unhex("00"+strings.Repeat("77", 60))
	for _, tt := range []struct {
		name  string
		first int // clear bytes of a frame that opens before; -1 is none
		plain []byte
		tries int64
	}{
		// Clear lengths 3, 10 and 0; then the next step in the favoured way.
		{"delta, nothing opened yet", -1, delta, 3 + 1},
		// The key in use, its next step, then the two other lengths; then step 1
		// again, since the Ring counts steps from the beginning.
		{"delta, 3 bytes clear", 3, delta, 2 + 2 + 1},
		{"delta, 10 bytes clear", 10, delta, 2 + 2 + 1},
		{"key, 10 bytes clear of deltas", 10, key, 2 + 2 + 1},
		// Too short for 10 clear bytes, so that steps are not searched.
		{"key of 4 bytes", -1, key[:4], 2},
	} {
		o := newOpener(t, []decrypt.Key{k}, 1)
		if tt.first >= 0 {
			if _, err := o.Open(nil, asSent(t, k, delta, tt.first, false), videoMeta("vp8", 0)); err != nil {
				t.Fatal(err)
			}
		}
		altered := asSent(t, stranger, tt.plain, 3, false)
		copy(altered[len(altered)-tailLen:], bytes.Repeat([]byte{9}, ivLen)) // nothing to unescape
		before := o.Tries()
		if _, err := o.Open(nil, altered, videoMeta("vp8", 0)); !errors.Is(err, decrypt.ErrAuth) {
			t.Fatalf("%s: %v, want ErrAuth", tt.name, err)
		}
		if got := o.Tries() - before; got != tt.tries {
			t.Errorf("%s: %d tries, want %d", tt.name, got, tt.tries)
		}
	}
}

// TestFavouredWayIsSearchedDeep: a new key of a sender whose frames need an
// unusual way is found with its ratchet steps.
func TestFavouredWayIsSearchedDeep(t *testing.T) {
	plain := unhex("000001" + "4188" + strings.Repeat("77", 60))
	k, next := rawKey("k", 0), rawKey("next", 0)
	o := newOpener(t, []decrypt.Key{k, next}, 0)
	if _, err := o.Open(nil, asSent(t, k, plain, 5, true), videoMeta("h264", 0)); err != nil {
		t.Fatal(err)
	}
	c := chain{source: source{secret: next.Secret, salt: defaultSalt}}
	aead, err := c.aead(20, 16)
	if err != nil {
		t.Fatal(err)
	}
	f := sealAs(aead, plain, 5, true)
	err = decrypt.ErrHold
	var res decrypt.Result
	for n := 0; n < 30 && errors.Is(err, decrypt.ErrHold); n++ {
		res, err = o.Open(nil, f, videoMeta("h264", 0))
	}
	if err != nil || res.Step != 20 || !bytes.Equal(res.Plain, plain) {
		t.Errorf("step %d: %v", res.Step, err)
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
