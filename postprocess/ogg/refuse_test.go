package ogg_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/postprocess/media"
	"github.com/mjrkit/mjrkit/postprocess/ogg"
)

// A frame that cannot be held is left out, and the file goes on as if it had
// never come: gaps are filled up to a sum, not each of them.
func TestRefusedFramesSpoilNothing(t *testing.T) {
	packet := []byte{0xf8, 1}
	var b bytes.Buffer
	w, err := ogg.New(&b, []media.Track{opus})
	if err != nil {
		t.Fatal(err)
	}
	var refused *media.RefusedError
	for _, f := range []struct {
		media.Frame
		ok bool
	}{
		{media.Frame{Data: packet}, true},
		{media.Frame{PTS: 20 * ms, Data: []byte{0xff, 0}}, false}, // no packet: code 3, no frame
		{media.Frame{PTS: 40 * ms, Data: packet}, true},
		{media.Frame{PTS: 20 * time.Hour, Data: packet}, true},
		{media.Frame{PTS: 40 * time.Hour, Data: packet}, false}, // more than a day in all
	} {
		if err := w.WriteFrame(f.Frame); (err == nil) != f.ok || err != nil && !errors.As(err, &refused) {
			t.Errorf("frame at %v: %v", f.PTS, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, b.Bytes()); len(got) != 3 || got[1].PTS != 40*ms || got[2].PTS != 20*time.Hour {
		t.Errorf("got %d frames: %v", len(got), got)
	}
}
