package mjr_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// Files that Janus did not write byte for byte: with all members of a header
// that there are, with unknown ones, from generations without times, at the
// limits of size.
func TestJanusReadsOurFiles(t *testing.T) {
	tool := corpus.Tool(t, "janus-pp-rec")
	audio, video := opus(t, 0), vp8(t, 0)
	full := open(t, audio.file).Header
	full.Fmtp = "minptime=10;useinbandfec=1"
	full.Description = "a \"desk\" – \u2028\t☎"
	full.Extensions = map[int]string{1: "urn:ietf:params:rtp-hdrext:ssrc-audio-level", 14: "y", 255: "z"}
	full.Unknown = map[string]json.RawMessage{"zz": []byte(`{"a": [1, 1.5, null, "\ud83d\ude00"]}`), "b": []byte("9223372036854775807")}
	sealed := full // which pp-rec reads, but does not convert
	sealed.REDType, sealed.Encrypted, sealed.PERC = 63, true, true
	long := open(t, audio.file).Header
	// What a header of 1499 bytes leaves for the description.
	long.Description = string(bytes.Repeat([]byte("d"), 1499-len(audio.head[10:])-len(`, "d": ""`)))

	for _, c := range []struct {
		name   string
		file   []byte
		header mjr.Header
		out    string
	}{
		{"opus as it is", audio.file, open(t, audio.file).Header, "out.opus"},
		{"opus with all members", audio.file, full, "out.opus"},
		{"opus that is encrypted", audio.file, sealed, ""},
		{"opus with a header of 1499 bytes", audio.file, long, "out.opus"},
		{"opus of v0", audio.old("MEETECHO\x00\x05audio").file, mjr.Header{Kind: mjr.Audio, Codec: "OPUS"}, "out.opus"},
		{"vp8 as it is", video.file, open(t, video.file).Header, "out.webm"},
		{"vp8 of v1", video.old(oldHead("MJR00001", string(video.head[10:]))).file, open(t, video.file).Header, "out.webm"},
	} {
		t.Run(c.name, func(t *testing.T) {
			packets, _ := read(t, c.file)
			var b bytes.Buffer
			w, err := mjr.NewWriter(&b, c.header)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range packets {
				if err := w.WritePacket(p); err != nil {
					t.Fatal(err)
				}
			}
			dir := t.TempDir()
			in, out := filepath.Join(dir, "in.mjr"), filepath.Join(dir, c.out)
			if err := os.WriteFile(in, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}

			if got, want := runTool(t, tool, "-j", in), open(t, b.Bytes()).Header.Raw; !sameJSON(t, got, want) {
				t.Errorf("header\n%s, want\n%s", got, want)
			}
			var extended struct {
				Extended struct{ Packets int }
			}
			if err := json.Unmarshal(runTool(t, tool, "-e", in), &extended); err != nil {
				t.Fatal(err)
			}
			if got := extended.Extended.Packets; got != len(packets) {
				t.Errorf("%d packets, want %d", got, len(packets))
			}
			if c.out == "" {
				return
			}
			runTool(t, tool, in, out)
			made, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			if first := map[string]string{"out.opus": "OggS", "out.webm": "\x1a\x45\xdf\xa3"}[c.out]; !bytes.HasPrefix(made, []byte(first)) || len(made) < b.Len()/2 {
				t.Errorf("%d bytes that begin with %.4q were made of %d", len(made), made, b.Len())
			}
		})
	}
}

// A file that pp-rec refuses, so that its consent to others means something.
func TestJanusRefusesWhatWeRefuse(t *testing.T) {
	tool := corpus.Tool(t, "janus-pp-rec")
	audio := opus(t, 20)
	for name, text := range map[string]string{
		"half a pair":        `{"t": "a", "c": "opus", "s": 1, "u": 1, "z": "\ud800"}`,
		"escaped NUL":        `{"t": "a", "c": "opus", "s": 1, "u": 1, "z": "\u0000"}`,
		"integer of 65 bits": `{"t": "a", "c": "opus", "s": 1, "u": 1, "z": 9223372036854775808}`,
		"float beyond all":   `{"t": "a", "c": "opus", "s": 1, "u": 1, "z": 1e999}`,
		"not UTF-8":          `{"t": "a", "c": "opus", "s": 1, "u": 1, "z": "` + "\xff\"}",
		"float for a time":   `{"t": "a", "c": "opus", "s": 1.0, "u": 1}`,
		"unknown codec":      `{"t": "a", "c": "speex", "s": 1, "u": 1}`,
	} {
		in := filepath.Join(t.TempDir(), "in.mjr")
		if err := os.WriteFile(in, withJSON(audio, text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(tool, "-e", in).CombinedOutput(); err == nil {
			t.Errorf("%s: read, with %s", name, out)
		}
	}
}

func runTool(t *testing.T, tool string, args ...string) []byte {
	t.Helper()
	out, err := exec.Command(tool, args...).Output()
	if err != nil {
		t.Fatalf("%s %q: %v; %s", filepath.Base(tool), args, err, out)
	}
	return out
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var texts [2]bytes.Buffer
	for i, raw := range [][]byte{a, b} {
		var v map[string]json.RawMessage
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		sorted, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		texts[i].Write(sorted)
	}
	return bytes.Equal(texts[0].Bytes(), texts[1].Bytes())
}
