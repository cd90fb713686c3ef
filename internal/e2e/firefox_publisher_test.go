package e2e

import (
	"testing"

	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// TestFirefoxPublish: what Firefox seals is recorded, and opens frame by frame
// to what its encoder made, in clear as well.
func TestFirefoxPublish(t *testing.T) {
	b := pagetest.NewFirefox(t, nil)
	for _, codec := range []string{"vp9", "vp8"} {
		t.Run(codec, func(t *testing.T) {
			s := newStudio(t, b)
			s.prepare(s.mjr.url(), codec, true)
			if codecs := pagetest.Value[string](b, `[...document.getElementById("codec").options].map(o => o.value).join()`); codecs != "vp9,vp8" {
				t.Errorf("offers %s", codecs)
			}
			s.record(150, 100)
			s.stop()
			files := s.check(true)
			if got := files["video"].header.Codec; got != codec {
				t.Errorf("recorded %s", got)
			}
			s.exact(files, false)
		})
	}
	t.Run("in clear", func(t *testing.T) {
		s := newStudio(t, b)
		s.prepare(s.mjr.url(), "vp8", false)
		s.record(60, 60)
		s.stop()
		s.check(false)
	})
}

// TestFirefoxPublishFailsClosed breaks the encryption in the ways that are the
// browser's.
func TestFirefoxPublishFailsClosed(t *testing.T) {
	b := pagetest.NewFirefox(t, nil)
	for _, sin := range []string{
		"the transform is never called", "the transform cannot be set", "there are no transforms", "the worker takes no track",
	} {
		t.Run(sin, func(t *testing.T) { failsClosed(t, b, sins[sin]) })
	}
}

// TestFirefoxWholeLoop: page, record, replay and page again.
func TestFirefoxWholeLoop(t *testing.T) { wholeLoop(t, pagetest.NewFirefox(t, nil)) }
