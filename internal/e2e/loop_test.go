package e2e

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"testing"

	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// TestWholeLoop: page, record, replay and page again, without any other
// software. What the encoder made is what the other decoder gets, frame by
// frame, and neither server had a key.
func TestWholeLoop(t *testing.T) { wholeLoop(t, pagetest.New(t)) }

func wholeLoop(t *testing.T, b *pagetest.Browser) {
	s := newStudio(t, b)
	s.prepare(s.mjr.url(), "vp9", true)
	s.record(250, 200)
	s.stop()
	made := make(map[string]bool)
	for _, frames := range s.frames() {
		for _, h := range frames {
			made[h] = true
		}
	}
	files := s.check(true)

	keys, err := os.ReadFile(s.keys)
	if err != nil {
		t.Fatal(err)
	}
	mjr := start(t, "replay", "--json", "--listen", "127.0.0.1:0", files["audio"].path, files["video"].path)
	b.Before(notePeers)
	b.Open("about:blank")
	b.Open(mjr.url() + "#trace&keys=" + base64.RawURLEncoding.EncodeToString(keys))
	b.State("playing")
	b.State("ended")
	var all []struct{ Kind, In, Out, Reason string }
	if err := json.Unmarshal([]byte(pagetest.Value[string](b, `JSON.stringify(mjrTrace)`)), &all); err != nil {
		t.Fatal(err)
	}
	// By what came in: frames of silence are the same before they are sealed.
	opened := map[string]map[string]bool{"audio": {}, "video": {}}
	for _, f := range all {
		switch {
		case f.Out == "":
			t.Errorf("a frame of %s did not open: %s", f.Kind, f.Reason)
		case !made[f.Out]:
			t.Errorf("a frame of %s left the viewer's worker that never entered the publisher's", f.Kind)
		default:
			opened[f.Kind][f.In] = true
		}
	}
	// Of video all that is whole; of audio the browser drops a few as it begins.
	if got, whole := int64(len(opened["video"])), files["video"].whole(); got < whole-1 {
		t.Errorf("%d of %d frames of video were opened", got, whole)
	}
	if got, whole := int64(len(opened["audio"])), files["audio"].whole(); got < whole*9/10 {
		t.Errorf("%d of %d frames of audio were opened", got, whole)
	}
	decoded := pagetest.Value[int](b, `received("video").then((s) => s.framesDecoded)`)
	if decoded*2 < len(opened["video"]) { // the others may come too late for a busy machine
		t.Errorf("the browser decoded %d of %d frames", decoded, len(opened["video"]))
	}
	if code := mjr.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}
}
