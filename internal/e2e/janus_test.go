package e2e

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/janus/janustest"
	"github.com/mjrkit/mjrkit/internal/page"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// TestRoom publishes a recording in a VideoRoom of the real Janus. A browser
// that subscribed there opens the frames, and Janus records them again, still
// encrypted: what it stores opens with the same keys.
func TestRoom(t *testing.T) {
	for name, codec := range map[string]string{"jitsi-vp8": "vp8", "livekit-h264": "h264"} {
		t.Run(name, func(t *testing.T) { inRoom(t, corpus.Load(t, name), codec) })
	}
}

func inRoom(t *testing.T, rec corpus.Recording, codec string) {
	j := janustest.Start(t, janustest.Options{})
	dir := t.TempDir()
	j.Create(t, janustest.Room{ID: 1234, AudioCodec: "opus", VideoCodec: codec, RecordDir: dir})
	b := pagetest.New(t)
	mjr := start(t, append([]string{"replay", "--json", "--loop", "--janus", j.URL, "--room", "1234"}, rec.Files...)...)
	var track struct{ Kind string }
	mjr.event("track", &track)

	s := httptest.NewServer(subscriberFiles(t))
	defer s.Close()
	b.Open(s.URL + "/subscriber.html?room=1234&codec=" + codec + "&janus=" + url.QueryEscape(j.URL))
	keys, err := os.ReadFile(rec.Keys)
	if err != nil {
		t.Fatal(err)
	}
	b.Eval("begin(" + string(keys) + ")")
	b.State("connected")
	j.RecordRoom(t, 1234, true)
	// Once around: the beginning comes again.
	b.Wait(`mjrTrace.filter(f => f.kind === "video" && f.out).length > 500`)
	b.Wait(`document.getElementById("screen").getVideoPlaybackQuality().totalVideoFrames > 300`)
	(&watching{Browser: b, t: t}).pictures("#screen")
	j.RecordRoom(t, 1234, false)

	sent := map[string]map[string]corpus.Truth{"audio": rec.Encrypted("audio"), "video": rec.Encrypted("video")}
	truth := make(map[string]bool)
	for _, f := range rec.Truth {
		truth[f.SHA256] = true
	}
	var all []traced
	if err := json.Unmarshal([]byte(pagetest.Value[string](b, `JSON.stringify(mjrTrace)`)), &all); err != nil {
		t.Fatal(err)
	}
	seen := map[string]map[string]bool{"audio": {}, "video": {}}
	for _, f := range all {
		if f.Out == "" || !truth[f.Out] {
			t.Errorf("the subscriber got a frame of %s that is none of the recording's: %q", f.Kind, f.Reason)
		}
		if _, ok := sent[f.Kind][f.In]; ok {
			seen[f.Kind][f.In] = true
		}
	}
	for kind, all := range sent {
		if len(seen[kind])*100 < len(all)*90 {
			t.Errorf("the subscriber got %d of %d frames of %s", len(seen[kind]), len(all), kind)
		}
	}
	if code := mjr.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}
	again(t, dir, rec, truth)
}

// again converts what Janus recorded with the keys of the first recording.
func again(t *testing.T, dir string, rec corpus.Recording, truth map[string]bool) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.mjr"))
	if err != nil || len(files) != 2 {
		t.Fatalf("Janus recorded %q (%v)", files, err)
	}
	for _, file := range files {
		// Janus takes the flag from what mjr offered.
		r := readRecorded(t, file)
		if !r.header.Encrypted {
			t.Errorf("%s is not flagged", filepath.Base(file))
		}
		kind, out := r.header.Kind.String(), filepath.Join(t.TempDir(), "out.webm")
		// As they were sealed, byte for byte.
		if sealed := wholeIn(t, file, rec, kind); len(sealed) < 100 {
			t.Errorf("%s: %d whole frames", kind, len(sealed))
		}
		if r.header.Codec == "h264" {
			continue // WebM has none, and Matroska other bytes
		}
		for _, track := range convert(t, "-k", rec.Keys, "-o", out, file) {
			if f := track.Frames; f.NotAuth+f.Malformed+f.Clear != 0 {
				t.Errorf("%s: %+v", kind, f)
			}
		}
		// Of video, from Janus's first key frame on and each frame once.
		frames := hashes(t, out)[kind]
		if len(frames) < 100 {
			t.Errorf("%s: %d frames", kind, len(frames))
		}
		for _, h := range frames {
			if !truth[h] {
				t.Fatalf("%s: Janus recorded a frame that was never sent", kind)
			}
		}
	}
}

// subscriberFiles are those of the test's page beside those of mjr's own.
func subscriberFiles(t *testing.T) http.Handler {
	t.Helper()
	own, mjr := http.FileServerFS(os.DirFS("testdata")), http.FileServerFS(page.Files())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := fs.Stat(os.DirFS("testdata"), strings.TrimPrefix(r.URL.Path, "/")); err == nil {
			own.ServeHTTP(w, r)
			return
		}
		mjr.ServeHTTP(w, r)
	})
}
