//go:build !nonet && !nokeys

package main

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// delayed records a real call again, with audio that comes so much later, and
// a sender report of each medium a second. clock is what is added to the
// sender's clock in the reports of video.
func delayed(t *testing.T, rec corpus.Recording, late, clock time.Duration) []string {
	t.Helper()
	began := time.Now().Truncate(time.Second)
	sender := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC) // its clock is decades off
	r, err := record.NewRecorder(record.Options{Name: filepath.Join(t.TempDir(), "call")})
	if err != nil {
		t.Fatal(err)
	}
	var zero time.Time
	for i, kind := range []string{"audio", "video"} {
		src := mjrtest.Read(t, rec.File(t, kind))
		h := src.Header
		if zero.IsZero() {
			zero = h.FirstFrame
		}
		c, _ := mjr.LookupCodec(h.Codec)
		f, err := r.Open(record.Track{Index: i, Kind: h.Kind, Codec: h.Codec, Encrypted: h.Encrypted})
		if err != nil {
			t.Fatal(err)
		}
		apart := h.FirstFrame.Sub(zero)
		if kind == "audio" {
			apart += late
		}
		var first uint32
		for n, p := range src.Packets {
			at, ts := began.Add(apart+p.Arrival), binary.BigEndian.Uint32(p.Data[4:])
			if err := f.WriteRTP(p.Data, at); err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				first = ts
			}
			if n%50 == 10 {
				sent := sender.Add(h.FirstFrame.Sub(zero) + time.Duration(ts-first)*time.Second/time.Duration(c.ClockRate))
				if kind == "video" {
					sent = sent.Add(clock)
				}
				f.SenderReport(ntp(sent), ts, at)
			}
		}
	}
	report, err := r.Close()
	if err != nil {
		t.Fatal(err)
	}
	return []string{report.Files[0].Paths[0], report.Files[1].Paths[0]}
}

// ntp is a time in NTP's format (RFC 5905, section 6), rounded up.
func ntp(at time.Time) uint64 {
	return uint64(at.Unix()+2208988800)<<32 + (uint64(at.Nanosecond())<<32+1e9-1)/1e9
}

// TestConvertSync: audio that came late is put where its sender made it.
func TestConvertSync(t *testing.T) {
	const late = 300 * time.Millisecond
	rec := corpus.Load(t, "plain-vp9")
	files := delayed(t, rec, late, 0)
	dir := t.TempDir()
	whole, synced := filepath.Join(dir, "whole.mkv"), filepath.Join(dir, "synced.mkv")
	convert(t, rec, whole, []string{rec.File(t, "audio"), rec.File(t, "video")})
	convert(t, rec, synced, files)
	sameTimes(t, timed(t, synced), timed(t, whole))

	stdout, _ := tells(t, 0, append([]string{"info"}, files...)...)
	if !strings.Contains(stdout, "reports in the header, which place the track 300ms earlier than received") ||
		!strings.Contains(stdout, "no other was received with less delay") {
		t.Errorf("info: %s", stdout)
	}
	stdout, _ = tells(t, 0, append([]string{"info", "--json"}, files...)...)
	if !strings.Contains(stdout, `"sync":{"by":"sender_reports","early_s":0.`) || !strings.Contains(stdout, `"sender_reports":[{"clock":"2001-02-03T04:05:06.`) {
		t.Errorf("info --json: %s", stdout)
	}
	_, stderr := tells(t, 0, append([]string{"convert", "-f", "-o", synced}, files...)...)
	if !strings.Contains(stderr, "audio opus: 300ms earlier than received, by the sender's clock") {
		t.Errorf("convert: %s", stderr)
	}
	// One of them by itself is placed by nothing.
	stdout, _ = tells(t, 0, "info", files[0])
	if !strings.Contains(stdout, "alone, they place nothing") {
		t.Errorf("info: %s", stdout)
	}
}

// TestConvertSyncOtherClock: reports that disagree with when the media came are
// not used, and that is told.
func TestConvertSyncOtherClock(t *testing.T) {
	files := delayed(t, corpus.Load(t, "plain-vp9"), 0, time.Hour)
	out := filepath.Join(t.TempDir(), "out.mkv")
	_, stderr := tells(t, 0, append([]string{"convert", "-o", out}, files...)...)
	if !strings.Contains(stderr, "sender reports are not used: by them the tracks lie 1h0m0s apart from when they came: placed by received time") {
		t.Errorf("convert: %s", stderr)
	}
	stdout, _ := tells(t, 0, append([]string{"info", "--json"}, files...)...)
	if strings.Count(stdout, `"sync":{"by":"received_time","early_s":0,"why":"sender reports are not used`) != 2 {
		t.Errorf("info --json: %s", stdout)
	}
}

// tells runs the command, which must end with an exit code.
func tells(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errw bytes.Buffer
	if code := run(t.Context(), args, strings.NewReader(""), &out, &errw); code != want {
		t.Fatalf("%q: exit code %d, want %d\n%s", args, code, want, &errw)
	}
	return out.String(), errw.String()
}

// sameTimes compares what timed lists: times are whole milliseconds, and may
// differ by their rounding.
func sameTimes(t *testing.T, got, want string) {
	t.Helper()
	g, w := sorted(got), sorted(want)
	if len(g) != len(w) {
		t.Fatalf("%d packets, want %d", len(g), len(w))
	}
	for i := range g {
		a, b := strings.Split(g[i], ","), strings.Split(w[i], ",")
		x, _ := strconv.Atoi(a[2])
		y, _ := strconv.Atoi(b[2])
		if len(a) != 5 || x-y > 1 || y-x > 1 || a[1] != b[1] || a[4] != b[4] {
			t.Fatalf("packet %d is %s, want %s", i, g[i], w[i])
		}
	}
}

// sorted lists the packets stream by stream: those of one millisecond may
// change places.
func sorted(packets string) []string {
	var audio, video []string
	for _, p := range strings.Fields(packets) {
		if strings.HasPrefix(p, "packet,0,") {
			audio = append(audio, p)
		} else {
			video = append(video, p)
		}
	}
	return append(audio, video...)
}
