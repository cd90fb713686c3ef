package livekit

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

var _ decrypt.PacketFilter = (*Filter)(nil)

// The VP8 vector is a frame; on the wire a payload descriptor is before it.
var descriptors = map[string][]string{
	"opus": {""},
	"vp8":  {"10", "9080" + "05", "9080" + "8005", "90e0" + "80050760", "9070" + "0760"},
}

// filtered runs the vectors of frames that a server made, as payloads.
func filtered(t testing.TB, v decrypttest.Vector) bool {
	trailer := paramsOf(t, v).SIFTrailer
	if trailer == nil {
		return false
	}
	payloads := 0
	for _, d := range descriptors[v.Meta.Codec] {
		payload := append(unhex(d), v.Encrypted...)
		if !NewFilter(trailer).Injected(payload, v.Meta) {
			t.Errorf("%s: with the trailer known, not recognised", v.ID)
		}
		// Without it only the contents tell, which the library knows too.
		if got := new(Filter).Injected(payload, v.Meta); got != v.Expect.Injected {
			t.Errorf("%s: without the trailer, recognised is %v, want %v", v.ID, got, v.Expect.Injected)
		}
		if got := NewFilter([]byte("another room's")).Injected(payload, v.Meta); got != v.Expect.Injected {
			t.Errorf("%s: with another room's trailer, recognised is %v, want %v", v.ID, got, v.Expect.Injected)
		}
		payloads++
	}
	if _, err := newOpener(t, keysOf(t, v), 4).Open(nil, v.Encrypted, v.Meta); !errors.Is(err, decrypt.ErrFormat) {
		t.Errorf("%s: %v, want ErrFormat", v.ID, err)
	}
	return payloads > 0
}

func TestFilter(t *testing.T) {
	stapA := append([]byte{0x78}, blankH264...)
	opus := decrypt.Meta{Kind: decrypt.Audio, Codec: "opus"}
	for _, tt := range []struct {
		name    string
		filter  *Filter
		payload []byte
		codec   string
		want    bool
	}{
		{"H.264 blank, trailer behind the last NAL unit", new(Filter), append(bytes.Clone(stapA), "trailer"...), "h264", true},
		{"the same with no importance", new(Filter), append([]byte{0x18}, blankH264...), "h264", true},
		{"H.264 blank, but another slice", new(Filter), append(bytes.Clone(stapA[:len(stapA)-1]), 0), "h264", false},
		{"H.264 that is no STAP-A", new(Filter), append([]byte{0x7c}, blankH264...), "h264", false},
		{"VP8 contents in H.264", new(Filter), append([]byte{0x10}, blankVP8...), "h264", false},
		{"VP8 without descriptor", new(Filter), blankVP8, "vp8", false},
		{"VP8 of 8×8, encrypted", new(Filter), append(append([]byte{0x10}, blankVP8[:10]...), bytes.Repeat([]byte{7}, 51)...), "vp8", false},
		{"Opus silence of a sender that pauses", new(Filter), blankOpus[:3], "opus", false},
		{"codec in capitals", new(Filter), blankOpus, "OPUS", true},
		{"empty payload", NewFilter([]byte("LK-ROCKS")), nil, "opus", false},
		{"Flutter's trailer", NewFilter([]byte("LK-ROCKS")), []byte("any payload LK-ROCKS"), "vp9", true},
		{"second of two trailers", NewFilter([]byte("room one"), []byte("room two")), []byte("payload room two"), "vp9", true},
		{"trailer too short to be believed", NewFilter([]byte("abc")), []byte("payload abc"), "vp9", false},
		{"no trailer at all", NewFilter(nil), []byte("payload"), "vp9", false},
	} {
		m := opus
		m.Codec = tt.codec
		if got := tt.filter.Injected(tt.payload, m); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestFilterLeavesSendersAlone runs over all packets of the captures.
func TestFilterLeavesSendersAlone(t *testing.T) {
	payloads := sentPayloads(t)
	for _, p := range payloads {
		if NewFilter([]byte("LK-ROCKS")).Injected(p.data, p.meta) {
			t.Errorf("%s: %x is the sender's", p.meta.Codec, p.data)
		}
	}
	if len(payloads) < 200 {
		t.Errorf("only %d packets", len(payloads))
	}
}

type sentPayload struct {
	data []byte
	meta decrypt.Meta
}

// sentPayloads are the RTP payloads of the captures, whose headers have one
// form: no CSRCs, and one extension of a few bytes at most.
func sentPayloads(t testing.TB) []sentPayload {
	t.Helper()
	var all []sentPayload
	for _, codec := range []string{"vp8", "vp9", "h264"} {
		var c struct {
			Frames []struct {
				Kind string
				RTP  []decrypttest.Hex
			}
		}
		corpus.Vectors(t, "rtp-captures/"+codec+"-livekit.json", &c)
		for _, f := range c.Frames {
			m := decrypt.Meta{Kind: decrypt.Video, Codec: codec}
			if f.Kind == "audio" {
				m = decrypt.Meta{Kind: decrypt.Audio, Codec: "opus"}
			}
			for _, p := range f.RTP {
				header := 12
				if p[0]&0x10 != 0 {
					header += 4 + 4*int(binary.BigEndian.Uint16(p[14:]))
				}
				all = append(all, sentPayload{p[header:], m})
			}
		}
	}
	return all
}
