package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// TestPublishPlain: what comes from the page is converted by Janus's tool, too.
func TestPublishPlain(t *testing.T) {
	b := pagetest.New(t)
	for codec, ending := range map[string]string{"vp8": ".webm", "vp9": ".webm", "h264": ".mp4"} {
		t.Run(codec, func(t *testing.T) {
			s := newStudio(t, b)
			s.prepare(s.mjr.url(), codec, false)
			s.record(150, 100)
			s.stop()
			files := s.check(false)
			for kind, rec := range files {
				if n := rec.missing(t); n != 0 {
					t.Errorf("%s: %d packets missing", kind, n)
				}
				out := filepath.Join(t.TempDir(), "janus"+ending)
				if kind == "audio" {
					out = filepath.Join(t.TempDir(), "janus.opus")
				}
				corpus.Run(t, "janus-pp-rec", rec.path, out)
				if n := len(hashes(t, out)[kind]); n < 50 {
					t.Errorf("%s: janus-pp-rec found %d frames", kind, n)
				}
			}
			if got := files["video"].header.Codec; got != codec {
				t.Errorf("recorded %s", got)
			}
		})
	}
}

// sealed is a frame as the worker logged it.
type sealed struct{ Type, Kind, In, Out, Reason string }

// frames are the hashes of all frames that the worker sealed, by kind.
func (s *studio) frames() map[string][]string {
	s.t.Helper()
	var all []sealed
	if err := json.Unmarshal([]byte(pagetest.Value[string](s.Browser, `JSON.stringify(mjrTrace)`)), &all); err != nil {
		s.t.Fatal(err)
	}
	frames := make(map[string][]string)
	for _, f := range all {
		if f.Type != "frame" {
			continue
		}
		if f.Out == "" || f.Out == f.In {
			s.t.Errorf("a frame left as %+v", f)
		}
		frames[f.Kind] = append(frames[f.Kind], f.In)
	}
	return frames
}

// exact converts with the saved key, and wants every frame that is whole in
// the files, as the encoder made it and in its order; on a way without loss,
// every frame that was sealed. With loss, browsers drop sealed frames that have
// waited for too long, before they have numbers.
func (s *studio) exact(files map[string]recorded, lossy bool) {
	s.t.Helper()
	logged := s.frames()
	out := filepath.Join(s.t.TempDir(), "call.webm")
	tracks := convert(s.t, "-k", s.keys, "-o", out, files["audio"].path, files["video"].path)
	got := hashes(s.t, out)
	if len(tracks) != 2 {
		s.t.Fatalf("%d tracks", len(tracks))
	}
	for _, track := range tracks {
		f := track.Frames
		if whole := files[track.Kind].whole(); f.Written+f.BeforeKey+f.Unclean != whole || f.NotAuth+f.Malformed+f.Clear != 0 {
			s.t.Errorf("%s: %d frames are whole in the file, %+v", track.Kind, whole, f)
		}
		frames := got[track.Kind]
		if int64(len(frames)) != f.Written || f.Written < 50 {
			s.t.Errorf("%s: %d frames in the output, %d written", track.Kind, len(frames), f.Written)
		}
		rest := logged[track.Kind]
		for i, h := range frames {
			at := 0
			for at < len(rest) && rest[at] != h {
				at++
			}
			if at == len(rest) {
				s.t.Fatalf("%s: frame %d of %d is not what the worker logged, or not in its order", track.Kind, i, len(frames))
			}
			if i > 0 && at > 0 && !lossy {
				s.t.Errorf("%s: %d frames before frame %d are not there, and none was lost", track.Kind, at, i)
			}
			rest = rest[at+1:]
		}
	}
	if files["video"].missing(s.t) == 0 { // else frames refer to others that are not there
		corpus.Run(s.t, "ffmpeg", "-v", "error", "-xerror", "-i", out, "-f", "null", "-")
	}
}

// TestPublishEncrypted: the loop without any other software.
func TestPublishEncrypted(t *testing.T) {
	b := pagetest.New(t)
	for _, tt := range []struct{ name, codec, script string }{
		{"vp8", "vp8", ""},
		{"vp9", "vp9", ""},
		{"a browser without transforms", "vp8", "delete globalThis.RTCRtpScriptTransform"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStudio(t, b)
			s.prepare(s.mjr.url(), tt.codec, true)
			if codecs := pagetest.Value[string](b, `[...document.getElementById("codec").options].map(o => o.value).join()`); codecs != "vp9,vp8" {
				t.Errorf("offers %s", codecs)
			}
			b.Eval(tt.script + `; 0`)
			s.record(150, 100)
			s.stop()
			s.exact(s.check(true), false)
		})
	}
}

// TestPublishWithKeyFile: two recordings with one key, which names its key id,
// in one page.
func TestPublishWithKeyFile(t *testing.T) {
	b := pagetest.New(t)
	s := newStudio(t, b)
	keys := filepath.Join(t.TempDir(), "keys.jwks.json")
	if out, err := exec.Command(binary(t), "keys", "new", "-o", keys, "--id", "7").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s.prepare(s.mjr.url(), "vp9", true)
	b.Eval(`document.querySelector("[name=keys][value=file]").click()`)
	b.Wait(`document.getElementById("start").disabled`)
	notKeys := filepath.Join(t.TempDir(), "not.json")
	if err := os.WriteFile(notKeys, []byte(`{"keys":[{"kty":"oct","k":"c2VjcmV0","alg":"XOR-DEMO-JANUS"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.SetFile("#file", notKeys)
	b.Wait(`document.getElementById("file-says").textContent.includes("cannot be used")`)
	b.Wait(`document.getElementById("start").disabled`)
	b.SetFile("#file", keys)
	b.Wait(`!document.getElementById("start").disabled`)
	s.record(60, 60)
	b.Eval(`document.getElementById("stop").click()`)
	b.State("stopped")
	b.Eval(`document.getElementById("start").click()`)
	b.Wait(`document.getElementById("status").dataset.state !== "stopped"`)
	b.State("recording")
	until(t, "packets", func() bool {
		return len(s.file("call-2-audio-0").packets) >= 60 && len(s.file("call-2-video-1").packets) >= 60
	})
	s.stop()
	for _, name := range []string{"call", "call-2"} {
		audio, video := s.file(name+"-audio-0"), s.file(name+"-video-1")
		for _, track := range convert(t, "-k", keys, "-o", filepath.Join(t.TempDir(), "out.webm"), audio.path, video.path) {
			if f := track.Frames; f.Written < 20 || f.NotAuth+f.Malformed+f.Clear != 0 {
				t.Errorf("%s: %+v", name, track)
			}
		}
	}
}

// TestPublishWithLoss: video goes through a relay that loses 5 %.
func TestPublishWithLoss(t *testing.T) {
	b := pagetest.New(t)
	for _, tt := range []struct {
		name, codec       string
		encrypted, beyond bool
	}{
		{"vp8 sealed", "vp8", true, false},
		{"vp9 sealed", "vp9", true, false},
		{"h264 plain", "h264", false, false},
		{"vp8 sealed, beyond repair", "vp8", true, true},
		{"vp9 sealed, beyond repair", "vp9", true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStudio(t, b)
			r := newRelay(t, s.mjr.url(), 0.05)
			r.beyond = tt.beyond
			s.prepare(r.url, tt.codec, tt.encrypted)
			s.record(150, 150)
			passed, lost := r.stop()
			if lost < 3 {
				t.Errorf("only %d packets were lost", lost)
			}
			until(t, "what is under way", func() bool {
				return contains(s.file("call-audio-0"), passed) && contains(s.file("call-video-1"), passed)
			})
			s.stop()
			files := s.check(tt.encrypted)
			if missing := files["video"].missing(t); tt.beyond && missing == 0 || files["audio"].missing(t) != 0 {
				t.Errorf("%d packets lost, and %d are missing", lost, missing)
			}
			if tt.encrypted {
				s.exact(files, true)
			}
		})
	}
}

// contains reports whether a file has all packets that were passed to it.
func contains(rec recorded, passed map[uint32][]uint16) bool {
	for ssrc, numbers := range rec.numbers() {
		has := make(map[uint16]bool)
		for _, n := range numbers {
			has[uint16(n)] = true
		}
		for _, n := range passed[ssrc] {
			if !has[n] {
				return false
			}
		}
		if len(passed[ssrc]) > 0 {
			return true
		}
	}
	return false
}

// TestPublishInsecure: a page that came over plain HTTP from elsewhere says so.
func TestPublishInsecure(t *testing.T) {
	b := pagetest.New(t, "host-resolver-rules=MAP studio.example 127.0.0.1")
	s := newStudio(t, b, "--host", "studio.example")
	b.Open(strings.Replace(s.mjr.url(), "127.0.0.1", "studio.example", 1))
	b.State("insecure-context")
	if !pagetest.Value[bool](b, `document.getElementById("setup").hidden`) {
		t.Error("it can be used all the same")
	}
}

// TestPublishToken: the page takes the token out of the address, and nobody
// comes in without.
func TestPublishToken(t *testing.T) {
	b := pagetest.New(t)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("0123456789abcdefgh+/="), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newStudio(t, b, "--token-file", file, "--e2ee")
	url := s.mjr.url()
	b.Open(url)
	b.Wait(`!document.getElementById("access").hidden`)
	b.Open("about:blank")
	b.Open(url + "#token=0123456789abcdefgh%2B%2F%3D&trace")
	b.State("needs-permission")
	if left := pagetest.Value[string](b, `location.href`); strings.Contains(left, "token") {
		t.Errorf("the address bar has %s", left)
	}
	if !pagetest.Value[bool](b, `document.getElementById("without").hidden && document.querySelector("[name=keys]:checked").value === "new"`) {
		t.Error("the recorder marks all as encrypted, and the page offers to send in clear")
	}
	if code := s.mjr.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}
}
