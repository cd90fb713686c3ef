//go:build !nonet && !nokeys

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// rotate records a real call again, as packets come from the network, with a
// new part every second. It returns the parts of all tracks.
func rotate(t *testing.T, rec corpus.Recording) []string {
	t.Helper()
	// Times of a recording are whole microseconds.
	began := time.Now().Truncate(time.Second)
	var zero time.Time
	r, err := record.NewRecorder(record.Options{Name: filepath.Join(t.TempDir(), "call"), MaxDuration: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range []string{"audio", "video"} {
		src := mjrtest.Read(t, rec.File(t, kind))
		h := src.Header
		if zero.IsZero() {
			zero = h.FirstFrame
		}
		f, err := r.Open(record.Track{
			Index: i, Kind: h.Kind, Codec: h.Codec, Fmtp: h.Fmtp, REDType: h.REDType, Extensions: h.Extensions, Encrypted: h.Encrypted,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range src.Packets {
			if err := f.WriteRTP(p.Data, began.Add(h.FirstFrame.Sub(zero)+p.Arrival)); err != nil {
				t.Fatal(err)
			}
		}
	}
	report, err := r.Close()
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, f := range report.Files {
		if len(f.Paths) < 5 || f.QueueDrops > 0 {
			t.Fatalf("%s: %d parts, %d packets dropped", f.Name, len(f.Paths), f.QueueDrops)
		}
		files = append(files, f.Paths...)
	}
	return files
}

// TestConvertParts: recordings that were stored in parts come out as those
// that were not: every frame of the encoder's, each at its time.
func TestConvertParts(t *testing.T) {
	for _, name := range []string{"plain-vp9", "plain-vp8-loss", "plain-vp8-reschange", "sframe-vp8-rekey", "livekit-vp8-rekey", "jitsi-vp8", "rfc9605-vp8-mls"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := corpus.Load(t, name)
			dir := t.TempDir()
			whole, joined := filepath.Join(dir, "whole.webm"), filepath.Join(dir, "joined.webm")
			originals := []string{rec.File(t, "audio"), rec.File(t, "video")}
			convert(t, rec, whole, originals)
			convert(t, rec, joined, rotate(t, rec))
			packets := probe(t, joined)
			want := verified(t, rec)
			for i, kind := range []string{"audio", "video"} {
				inOrder(t, rec, kind, packets[i], want[filepath.Base(originals[i])])
			}
			if got, want := timed(t, joined), timed(t, whole); got != want {
				t.Errorf("frames of the joined recording are not those of the whole one, at the same times")
			}
			decodes(t, joined)
		})
	}
}

// timed lists the packets of all streams with their times, flags and hashes.
func timed(t *testing.T, file string) string {
	t.Helper()
	out, err := exec.Command(corpus.Tool(t, "ffprobe"), "-v", "error", "-show_packets", "-show_data_hash", "sha256",
		"-show_entries", "packet=stream_index,pts,flags,data_hash", "-of", "csv", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestConvertManyParts: files are opened when it is their turn, not before.
func TestConvertManyParts(t *testing.T) {
	rec := corpus.Load(t, "plain-opus-dtx")
	src, err := os.ReadFile(rec.File(t, "audio"))
	if err != nil {
		t.Fatal(err)
	}
	var in opened
	first := filepath.Join(t.TempDir(), "call-audio-0.mjr")
	if err := os.WriteFile(first, src, 0o666); err != nil {
		t.Fatal(err)
	}
	f, _, err := openRecording(first)
	if err != nil {
		t.Fatal(err)
	}
	in.files = append(in.files, f)
	defer in.close()
	input := in.input(t.Context(), nil, []string{first, first, first})
	open := func() (n int) {
		for _, l := range in.late {
			if l.f != nil {
				n++
			}
		}
		return n
	}
	if open() != 0 {
		t.Errorf("%d files open before anything is read", open())
	}
	b := make([]byte, 16)
	if _, err := input.Parts[0].R.Read(b); err != nil || open() != 1 || !bytes.Equal(b, src[:16]) {
		t.Errorf("%v, %d files open, %q", err, open(), b)
	}
	if rest, err := io.ReadAll(input.Parts[0].R); err != nil || open() != 0 || len(rest) != len(src)-16 {
		t.Errorf("at the end: %v, %d files open, %d bytes", err, open(), len(rest))
	}
	if n, err := input.Parts[0].R.Read(b); n != 0 || err != io.EOF {
		t.Errorf("behind the end: %d, %v", n, err)
	}
}

func TestTracksOf(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	part := func(name, member, codec string) string {
		return file(name, oneFrame(t, member, codec))
	}
	const first, second, third = `{"v":"mjr"}`, `{"v":"mjr","part":2,"start":1700000000000000}`, `{"v":"mjr","part":3,"start":1700000000000000}`
	a1, a3, a2 := part("a-audio-0.mjr", first, "opus"), part("a-audio-0.p9.mjr", third, "opus"), part("a-audio-0.p002.mjr", second, "opus")
	other := part("a-audio-0.p004.mjr", second, "pcmu")
	crashed := file("a-audio-0.p005.mjr.tmp", "")
	garbage := file("a-audio-0.p006.mjr", "garbage")
	b, bTmp := part("b-audio-0.mjr", first, "opus"), part("b-audio-0.mjr.tmp", first, "opus")
	lone := part("c-audio-0.p002.mjr", second, "opus")
	tracks, left, err := tracksOf([]string{a3, b, a1, other, crashed, garbage, a2, bTmp, lone})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, tr := range tracks {
		var names []string
		for _, f := range tr {
			names = append(names, strings.TrimPrefix(f, dir+"/"))
		}
		got = append(got, strings.Join(names, " "))
	}
	want := "a-audio-0.mjr a-audio-0.p002.mjr a-audio-0.p9.mjr a-audio-0.p005.mjr.tmp|b-audio-0.mjr|b-audio-0.mjr.tmp|c-audio-0.p002.mjr"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("tracks %s, want %s", s, want)
	}
	text := strings.Join(left, "\n")
	if len(left) != 2 || !strings.Contains(text, `codec "pcmu", not "opus"`) || !strings.Contains(text, garbage+" is left out: not an MJR recording") {
		t.Errorf("left out: %s", text)
	}
	if _, _, err := tracksOf([]string{a1, filepath.Join(dir, "a-audio-0.p007.mjr")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a part that cannot be opened: %v", err)
	}
}

// oneFrame is a recording of one packet.
func oneFrame(t *testing.T, member, codec string) string {
	t.Helper()
	at := time.UnixMicro(1700000000000000)
	var b bytes.Buffer
	w, err := mjr.NewWriter(&b, mjr.Header{Kind: mjr.Audio, Codec: codec, Created: at, FirstFrame: at, Unknown: map[string]json.RawMessage{"mjr": json.RawMessage(member)}})
	if err != nil {
		t.Fatal(err)
	}
	packet := append([]byte{0x80, 111}, make([]byte, 30)...)
	if err := w.WritePacket(mjr.Packet{Data: packet, HasArrival: true}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
