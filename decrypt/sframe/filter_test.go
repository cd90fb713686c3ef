package sframe

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

func TestFilters(t *testing.T) {
	audio := testKey(3, 1, decrypt.E2EE{Kind: "audio"})
	video := testKey(1, 1, decrypt.E2EE{Kind: "video", SSRC: new(uint32(7))})
	o := newOpener(t, audio, video)
	for _, c := range []struct {
		name  string
		key   decrypt.Key
		meta  decrypt.Meta
		opens int
		error string
	}{
		{"video of the SSRC", video, decrypt.Meta{Kind: decrypt.Video, SSRC: 7}, 2, "[]"},
		{"video of another SSRC", video, decrypt.Meta{Kind: decrypt.Video, SSRC: 8}, 0, "no key with id 3"},
		{"audio under the video key", video, decrypt.Meta{Kind: decrypt.Audio, SSRC: 7}, 0, "not authentic"},
		{"audio", audio, decrypt.Meta{Kind: decrypt.Audio, SSRC: 8}, 2, "[]"},
		{"video under the audio key", audio, decrypt.Meta{Kind: decrypt.Video, SSRC: 7}, 0, "not authentic"},
	} {
		s := newSealer(t, c.key, SealerOptions{KID: 3})
		frames := [][]byte{sealed(t, s, "media one", c.meta), sealed(t, s, "media two", c.meta)}
		opened, failed := openAll(t, o, frames, c.meta)
		if len(opened) != c.opens || !strings.Contains(fmt.Sprint(failed), c.error) {
			t.Errorf("%s: %d of 2 frames opened, %v; want %d, %s", c.name, len(opened), failed, c.opens, c.error)
		}
	}
}

// TestFiltersOfAKnownKey: the search remembers by key id what opened frames,
// and must not use it for an SSRC that its filter keeps it from.
func TestFiltersOfAKnownKey(t *testing.T) {
	filtered := testKey(4, 1, decrypt.E2EE{SSRC: new(uint32(7))})
	o := newOpener(t, filtered, testKey(4, 2, decrypt.E2EE{}))
	s := newSealer(t, filtered, SealerOptions{KID: 3})
	if _, err := o.Open(nil, sealed(t, s, "media", decrypt.Meta{}), decrypt.Meta{SSRC: 7}); err != nil {
		t.Fatal(err)
	}
	if res, err := o.Open(nil, sealed(t, s, "media", decrypt.Meta{}), decrypt.Meta{SSRC: 8}); err == nil {
		t.Errorf("opens for SSRC 8 under %s of SSRC 7", res.Key)
	}
}
