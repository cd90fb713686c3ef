package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// TestRepairForJanus: Janus's own tool stops at the first damage of a
// recording, and reads all of the repaired one.
func TestRepairForJanus(t *testing.T) {
	corpus.Tool(t, "janus-pp-rec")
	whole := corpus.Load(t, "plain-vp9").File(t, "audio")
	b, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	// A frame magic in the middle, and a length further on.
	at := len(b)/2 + bytes.Index(b[len(b)/2:], []byte("MEET"))
	b[at] = 'X'
	at = 3*len(b)/4 + bytes.Index(b[3*len(b)/4:], []byte("MEET"))
	b[at+8] = 0xFF
	dir := t.TempDir()
	damaged := filepath.Join(dir, "call-audio-0.mjr")
	if err := os.WriteFile(damaged, b, 0o666); err != nil {
		t.Fatal(err)
	}
	var out, errw bytes.Buffer
	if code := run(t.Context(), []string{"repair", damaged}, strings.NewReader(""), &out, &errw); code != exitNotWhole {
		t.Fatalf("exit code %d, want 3: %s", code, &errw)
	}
	if code, said := command(t.Context(), "convert", damaged); code != exitNotWhole || !strings.Contains(said, "packets missing, lost before the recorder or in the damage\n") {
		t.Errorf("exit code %d: %s", code, said)
	}
	repaired := filepath.Join(dir, "call-audio-0.repaired.mjr")
	frames := func(file string) int {
		opus := file + ".opus"
		if strings.HasPrefix(file, filepath.Dir(whole)) {
			opus = filepath.Join(dir, "whole.opus")
		}
		corpus.Run(t, "janus-pp-rec", file, opus)
		text, _ := corpus.Run(t, "ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "default=nw=1:nk=1", opus)
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	all, half, mended := frames(whole), frames(damaged), frames(repaired)
	if mended != all || half > all*2/3 {
		t.Errorf("%d frames of the damaged recording, %d of the repaired one, want %d", half, mended, all)
	}
}

// TestHeaderLost: what cannot be read without its header says so, and how to
// go on; then it can be.
func TestHeaderLost(t *testing.T) {
	b, err := os.ReadFile(corpus.Load(t, "plain-vp9").File(t, "audio"))
	if err != nil {
		t.Fatal(err)
	}
	copy(b[8:], bytes.Repeat([]byte("X"), 60)) // its length, and the first of the JSON
	dir := t.TempDir()
	lost, again := filepath.Join(dir, "lost-audio-0.mjr"), filepath.Join(dir, "again-audio-0.mjr")
	if err := os.WriteFile(lost, b, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"info"}, {"convert"}, {"convert", "-k", corpus.Load(t, "jitsi-vp8").Keys}} {
		code, said := command(t.Context(), append(args, lost)...)
		if code != exitNotMJR || !strings.Contains(said, "lost-audio-0.mjr: its header is lost, and with it the codec\n") || !strings.Contains(said, `hint: "mjr repair --codec NAME"`) {
			t.Errorf("%s: exit code %d: %s", args, code, said)
		}
	}
	if code, said := command(t.Context(), "repair", "--codec", "opus", "-o", again, lost); code != exitNotWhole {
		t.Fatalf("exit code %d: %s", code, said)
	}
	if code, said := command(t.Context(), "convert", again); code != exitOK {
		t.Errorf("exit code %d: %s", code, said)
	}
}
