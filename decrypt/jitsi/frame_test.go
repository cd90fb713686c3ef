package jitsi

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

func TestFramesOfNoScheme(t *testing.T) {
	body := "\x01" + strings.Repeat("m", 40)
	iv := "SSRCTIME\x00\x00\x12\x34"
	long := strings.Repeat("s", sigLen)
	for _, c := range []struct {
		sin, alg, frame string
		m               decrypt.Meta
	}{
		{"nothing", "JITSI-GCM", "", video},
		{"no trailer", "JITSI-GCM", body, video},
		{"index of 16", "JITSI-GCM", body + iv + "\x0C\x10", video},
		{"IV of 11 bytes", "JITSI-GCM", body + iv + "\x0B\x00", video},
		{"trailer alone", "JITSI-GCM", "\x0C\x00", video},
		{"no room for the tag", "JITSI-GCM", "\x01" + body[:15] + iv + "\x0C\x00", audio},
		{"no room for the clear bytes", "JITSI-GCM", "\x00" + body[:24] + iv + "\x0C\x00", video},
		{"trailer alone", "JITSI-GCM-DIRECT", "\x0C\x00", audio},
		{"nothing", "JITSI-HIPS", "", audio},
		{"index of 3", "JITSI-HIPS", body + iv + "\x03", video},
		{"send count of 65535", "JITSI-HIPS", body + "SSRCTIME\x00\x00\xFF\xFF\x00", video},
		{"send count of 65536", "JITSI-HIPS", body + "SSRCTIME\x00\x01\x00\x00\x00", video},
		{"no room for the tag", "JITSI-HIPS", body[:15] + iv + "\x00", audio},
		{"nothing", "JITSI-JFRAME-CTR", "", audio},
		{"last byte alone", "JITSI-JFRAME-CTR", "\x00", audio},
		{"no room for the counter", "JITSI-JFRAME-CTR", "12345678\x70", audio},
		{"no room for the clear byte", "JITSI-JFRAME-CTR", "tag.\x01\x00", audio},
		{"no room for the clear bytes", "JITSI-JFRAME-CTR", "\x01.tag of ten\x01\x00", video},
		{"no room for the signature", "JITSI-JFRAME-CTR", body + "\x01\x80", video},
		{"counter with a zero in front", "JITSI-JFRAME-CTR", body + "\x00\x01\x10", video},
		{"r of more than 521 bits", "JITSI-JFRAME-CTR", body + "\x01" + "\x02" + long[1:66] + "\x00" + long[67:] + "\x80", video},
		{"s of more than 521 bits", "JITSI-JFRAME-CTR", body + "\x01" + "\x00" + long[1:66] + "\x02" + long[67:] + "\x80", video},
		{"type unknown", "JITSI-JFRAME-CTR", body + "\x01\x00", decrypt.Meta{Kind: decrypt.Video, Codec: "h264"}},
	} {
		k := randomKey(c.alg, 1, nil)
		k.Salt, k.Iterations = new(string), 1
		o := newOpener(t, []decrypt.Key{k})
		res, err := o.Open([]byte("before"), []byte(c.frame), c.m)
		if !errors.Is(err, decrypt.ErrFormat) || string(res.Plain) != "before" || o.Tries() != 0 {
			t.Errorf("%s, %s: %v after %d tries, want ErrFormat", c.alg, c.sin, err, o.Tries())
		}
	}
}

// The shortest frames there are: no media behind the clear bytes.
func TestShortestFramesOpen(t *testing.T) {
	for _, s := range schemes() {
		k := s.key("key", 1, index(1))
		for _, c := range []struct {
			plain []byte
			m     decrypt.Meta
		}{
			{[]byte{0xF8}, audio},
			{[]byte{1, 2, 3}, video},
			{[]byte{0, 2, 3, 4, 5, 6, 7, 8, 9, 10}, video},
		} {
			sealed, err := newSealer(t, k, SealerOptions{}).Seal(nil, c.plain, c.m)
			if err != nil {
				t.Fatal(err)
			}
			if res, err := newOpener(t, []decrypt.Key{k}).Open(nil, sealed, c.m); err != nil || !bytes.Equal(res.Plain, c.plain) {
				t.Errorf("%v, %d bytes: %v", s, len(c.plain), err)
			}
		}
	}
}
