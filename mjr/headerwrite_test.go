package mjr_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

func TestRefusedHeaders(t *testing.T) {
	with := func(change func(*mjr.Header)) mjr.Header {
		h := audioHeader
		change(&h)
		return h
	}
	unknown := func(name, raw string) mjr.Header {
		return with(func(h *mjr.Header) { h.Unknown = map[string]json.RawMessage{name: []byte(raw)} })
	}
	for _, c := range []struct {
		name   string
		h      mjr.Header
		member string // "" if it is not refused
	}{
		{"fine", audioHeader, ""},
		{"kind unknown", with(func(h *mjr.Header) { h.Kind = mjr.KindUnknown }), "t"},
		{"kind of the future", with(func(h *mjr.Header) { h.Kind = 9 }), "t"},
		{"no codec", with(func(h *mjr.Header) { h.Codec = "" }), "c"},
		{"codec that Janus does not have", with(func(h *mjr.Header) { h.Codec = "speex" }), "c"},
		{"codec of another kind", with(func(h *mjr.Header) { h.Codec = "vp8" }), "c"},
		{"payload type of 128", with(func(h *mjr.Header) { h.REDType = 128 }), "or"},
		{"payload type below 0", with(func(h *mjr.Header) { h.REDType = -1 }), "or"},
		{"extension id 0", with(func(h *mjr.Header) { h.Extensions = map[int]string{0: "y"} }), "x"},
		{"extension id 256", with(func(h *mjr.Header) { h.Extensions = map[int]string{256: "y"} }), "x"},
		{"NUL in an extension", with(func(h *mjr.Header) { h.Extensions = map[int]string{1: "\x00"} }), "x"},
		{"NUL in fmtp", with(func(h *mjr.Header) { h.Fmtp = "a\x00" }), "f"},
		{"NUL in the description", with(func(h *mjr.Header) { h.Description = "a\x00" }), "d"},
		{"NUL in a name", unknown("a\x00", "1"), "a\x00"},
		{"no JSON", unknown("a", ""), "a"},
		{"JSON and more", unknown("a", `1, "e": true`), "a"},
		{"not UTF-8", unknown("a", "\"\xff\""), "a"},
		{"escaped NUL", unknown("a", `"\u0000"`), "a"},
		{"escaped NUL in a name inside", unknown("a", `{"\u0000": 1}`), "a"},
		{"escaped backslash and no NUL", unknown("a", `"\\u0000 \u0041"`), ""},
		{"first half of a pair", unknown("a", `"\ud800"`), "a"},
		{"first half of a pair twice", unknown("a", `"\ud800\ud800"`), "a"},
		{"second half of a pair", unknown("a", `"\udc00"`), "a"},
		{"a pair", unknown("a", `"\ud83d\ude00"`), ""},
		{"integer of 64 bits", unknown("a", `[-9223372036854775808, 9223372036854775807]`), ""},
		{"integer of 65 bits", unknown("a", `[9223372036854775808]`), "a"},
		{"float beyond all", unknown("a", `1e999`), "a"},
		{"float below all", unknown("a", `[1e-999, 1.5]`), ""},
		{"a name of ours, wrong in itself", unknown("e", `"\u0000"`), "e"},
	} {
		var out bytes.Buffer
		_, err := mjr.NewWriter(&out, c.h)
		var refused *mjr.HeaderError
		if c.member == "" && err != nil || c.member != "" && (!errors.As(err, &refused) || refused.Member != c.member) {
			t.Errorf("%s: %v, want %q", c.name, err, c.member)
		}
		if err != nil && out.Len() != 0 {
			t.Errorf("%s: refused, and %d bytes written", c.name, out.Len())
		}
	}
}

func TestHeaderOf1500Bytes(t *testing.T) {
	for _, size := range []int{1499, 1500, 70000} {
		h := audioHeader
		h.Description = "d"
		var out bytes.Buffer
		w, err := mjr.NewWriter(&out, h)
		if err == nil {
			err = w.WritePacket(mjr.Packet{Data: rtp(1, 12)})
		}
		if err != nil {
			t.Fatal(err)
		}
		h.Description = strings.Repeat("d", size-(out.Len()-8-2-22)+1)
		for name, first := range map[string]time.Time{"given": h.FirstFrame, "not given": {}} {
			h.FirstFrame = first
			out.Reset()
			w, err = mjr.NewWriter(&out, h)
			if size > 1499 {
				if !errors.Is(err, mjr.ErrHeaderTooLong) || out.Len() != 0 {
					t.Errorf("%d bytes, time %s: %v, %d written", size, name, err, out.Len())
				}
				continue
			}
			if err != nil {
				t.Fatalf("%d bytes, time %s: %v", size, name, err)
			}
			if err := w.WritePacket(mjr.Packet{Data: rtp(1, 12)}); err != nil {
				t.Fatalf("%d bytes, time %s: %v", size, name, err)
			}
			if got := len(open(t, out.Bytes()).Header.Raw); got != size {
				t.Errorf("JSON of %d bytes, want %d", got, size)
			}
		}
	}
}

func TestTextInHeader(t *testing.T) {
	h := audioHeader
	h.Description = "\"\\\b\f\n\r\t\x01\x1f\u2028</é☎\x7f\xff"
	var out bytes.Buffer
	w, err := mjr.NewWriter(&out, h)
	if err == nil {
		err = w.WritePacket(mjr.Packet{Data: rtp(1, 20)})
	}
	if err != nil {
		t.Fatal(err)
	}
	if want := `"d": "\"\\\b\f\n\r\t\u0001\u001F` + "\u2028</é☎\x7f\ufffd\""; !strings.Contains(out.String(), want) {
		t.Errorf("%q does not have %q", out.String(), want)
	}
	if got, want := open(t, out.Bytes()).Header.Description, strings.ToValidUTF8(h.Description, "\ufffd"); got != want {
		t.Errorf("read again: %q, want %q", got, want)
	}
}

// What changes behind the Writer's back after it was made must not matter.
func TestHeaderIsNotShared(t *testing.T) {
	h := audioHeader
	h.Extensions = map[int]string{1: "y"}
	h.Unknown = map[string]json.RawMessage{"z": []byte("1")}
	var out bytes.Buffer
	w, err := mjr.NewWriter(&out, h)
	if err != nil {
		t.Fatal(err)
	}
	h.Extensions[300] = "\x00"
	h.Unknown["a"] = []byte("{")
	if err := w.WritePacket(mjr.Packet{Data: rtp(1, 20)}); err != nil {
		t.Fatal(err)
	}
	if got := open(t, out.Bytes()).Header; len(got.Extensions) != 1 || len(got.Unknown) != 1 {
		t.Errorf("header %+v", got)
	}
}
