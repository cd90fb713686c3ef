//go:build !nokeys

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// TestConvertTruth converts every real recording and holds each frame that
// comes out against what the sender's encoder had made: every frame that an
// independent reader found in the file (verify.json), in order, and nothing
// else. ffprobe reads the output, ffmpeg decodes it without a word, mkvmerge
// finds nothing to warn of.
func TestConvertTruth(t *testing.T) {
	for _, name := range corpus.Names(t) {
		switch name {
		case "jitsi-vp8-sharedkey": // flagged, and wholly in clear: TestScript
			continue
		case "plain-av1", "plain-h264", "livekit-h264":
			continue // other containers: TestConvertH264, TestScript
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := corpus.Load(t, name)
			out := filepath.Join(t.TempDir(), "out.webm")
			var inputs []string
			for _, f := range rec.Files {
				if kindOf(rec, f) != "data" {
					inputs = append(inputs, f)
				}
			}
			convert(t, rec, out, inputs)
			packets := probe(t, out)
			want := verified(t, rec)
			for i, file := range inputs {
				kind := kindOf(rec, file)
				if name == "plain-opus-red" { // its truth is of whole RED payloads
					if got := len(packets[i]); got != want[filepath.Base(file)] {
						t.Errorf("%d frames, want %d", got, want[filepath.Base(file)])
					}
					continue
				}
				inOrder(t, rec, kind, packets[i], want[filepath.Base(file)])
			}
			decodes(t, out)
			noWarnings(t, out)
		})
	}
}

// kindOf tells what a file of a recording holds, by its name.
func kindOf(rec corpus.Recording, file string) string {
	rest := strings.TrimPrefix(filepath.Base(file), rec.Name)
	for _, kind := range []string{"audio", "video", "data"} {
		if strings.Contains(rest, kind) {
			return kind
		}
	}
	return ""
}

// TestConvertH264 holds the elementary stream against the encoder's frames,
// which are it, end to end.
func TestConvertH264(t *testing.T) {
	for _, name := range []string{"plain-h264", "livekit-h264"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := corpus.Load(t, name)
			video := rec.File(t, "video")
			out := filepath.Join(t.TempDir(), "out.h264")
			convert(t, rec, out, []string{video})
			stream, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range rec.Truth {
				if f.Kind != "video" || f.Dropped || len(stream) < f.Len {
					continue
				}
				sum := sha256.Sum256(stream[:f.Len])
				if hash := hex.EncodeToString(sum[:]); hash == f.SHA256 {
					got = append(got, hash)
					stream = stream[f.Len:]
				}
			}
			if want := verified(t, rec)[filepath.Base(video)]; len(got) != want || len(stream) != 0 {
				t.Errorf("%d frames and %d bytes more, want %d frames", len(got), len(stream), want)
			}
			mkv := filepath.Join(t.TempDir(), "out.mkv")
			convert(t, rec, mkv, rec.Files)
			decodes(t, mkv)
			noWarnings(t, mkv)
			if n := len(probe(t, mkv)[1]); n != len(got) {
				t.Errorf("%d frames in Matroska, want %d", n, len(got))
			}
		})
	}
}

// convert runs the command as a user would, and wants exit code 0.
func convert(t *testing.T, rec corpus.Recording, out string, inputs []string) {
	t.Helper()
	args := []string{"convert", "-o", out}
	if rec.Keys != "" {
		args = append(args, "-k", rec.Keys)
	}
	if strings.HasPrefix(rec.Name, "xor-") {
		args = append(args, "--allow-unauthenticated")
	}
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), append(args, inputs...), strings.NewReader(""), &stdout, &stderr); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	if stdout.Len() > 0 {
		t.Errorf("standard output is for results, got %q", stdout.String())
	}
}

// verified is how many frames of each file an independent reader could match
// with the encoder's.
func verified(t *testing.T, rec corpus.Recording) map[string]int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(rec.Dir, "verify.json"))
	if err != nil {
		t.Fatal(err)
	}
	var files map[string]struct {
		OK int `json:"decrypted_ok"`
	}
	if err := json.Unmarshal(b, &files); err != nil {
		t.Fatal(err)
	}
	n := make(map[string]int)
	for name, f := range files {
		n[name] = f.OK
	}
	return n
}

// inOrder wants the hashes to be those of the encoder's frames, a strictly
// rising choice of them, n in all.
func inOrder(t *testing.T, rec corpus.Recording, kind string, hashes []string, n int) {
	t.Helper()
	if len(hashes) != n {
		t.Errorf("%s: %d frames, want %d", kind, len(hashes), n)
	}
	next := 0
	for i, h := range hashes {
		for next < len(rec.Truth) && (rec.Truth[next].Kind != kind || rec.Truth[next].SHA256 != h) {
			next++
		}
		if next == len(rec.Truth) {
			t.Fatalf("%s: frame %d (%s) is not what the encoder made, or not in its place", kind, i, h)
		}
		next++
	}
}

// probe lists the SHA-256 of each stream's packets.
func probe(t *testing.T, file string) map[int][]string {
	t.Helper()
	out, err := exec.Command(corpus.Tool(t, "ffprobe"), "-v", "error", "-show_packets", "-show_data_hash", "sha256", "-of", "json", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	var probed struct {
		Packets []struct {
			Stream int    `json:"stream_index"`
			Hash   string `json:"data_hash"`
		}
	}
	if err := json.Unmarshal(out, &probed); err != nil {
		t.Fatal(err)
	}
	hashes := make(map[int][]string)
	for _, p := range probed.Packets {
		hashes[p.Stream] = append(hashes[p.Stream], strings.TrimPrefix(p.Hash, "SHA256:"))
	}
	return hashes
}

// decodes wants ffmpeg to decode all of a file without a word. It keeps the
// file's own time base: by default ffmpeg rounds the times of what it decoded
// to a frame rate that it guesses, and then complains about its own rounding.
func decodes(t *testing.T, file string) {
	t.Helper()
	out, err := exec.Command(corpus.Tool(t, "ffmpeg"), "-v", "warning", "-i", file, "-enc_time_base", "-1", "-f", "null", "-").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("ffmpeg: %v\n%s", err, out)
	}
}

func noWarnings(t *testing.T, file string) {
	t.Helper()
	out, err := exec.Command(corpus.Tool(t, "mkvmerge"), "-J", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	var identified struct{ Errors, Warnings []string }
	if err := json.Unmarshal(out, &identified); err != nil {
		t.Fatal(err)
	}
	if len(identified.Errors)+len(identified.Warnings) > 0 {
		t.Errorf("mkvmerge: %q %q", identified.Errors, identified.Warnings)
	}
}
