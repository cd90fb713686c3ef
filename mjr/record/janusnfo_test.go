package record_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

func TestNFO(t *testing.T) {
	at := time.Date(2026, 5, 4, 3, 2, 1, 0, time.Local)
	dir := t.TempDir()
	name := filepath.Join(dir, "me;et")
	file := func(publisher int, kind mjr.Kind, bytes int64, paths ...string) record.FileReport {
		f := record.FileReport{Track: record.Track{Publisher: publisher, Kind: kind}, Bytes: bytes, Stored: bytes, First: at}
		for _, p := range paths {
			f.Paths = append(f.Paths, filepath.Join(dir, p))
		}
		return f
	}
	report := record.Report{Files: []record.FileReport{
		file(0, mjr.Audio, 10, "me;et-audio-0.mjr", "me;et-audio-0.p002.mjr"),
		file(0, mjr.Video, 20, "me;et-video-1-q.mjr"),
		file(0, mjr.Video, 40, "me;et-video-1-h.mjr"),
		file(1, mjr.Audio, 0),
		file(2, mjr.Video, 5, "me;et-3-video-0.mjr"),
	}}
	paths, err := report.WriteNFO(name)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct{ path, text string }{
		{name + ".nfo", "^\\[[1-9][0-9]*\\]\r\nname = me\\\\;et\r\nprivate = false\r\ndate = 2026-05-04 03:02:01\r\naudio = me\\\\;et-audio-0.mjr\r\nvideo = me\\\\;et-video-1-h.mjr\r\n$"},
		{name + "-3.nfo", "^\\[[1-9][0-9]*\\]\r\nname = me\\\\;et-3\r\nprivate = false\r\ndate = 2026-05-04 03:02:01\r\nvideo = me\\\\;et-3-video-0.mjr\r\n$"},
	}
	if len(paths) != len(want) {
		t.Fatalf("wrote %v, want %d files", paths, len(want))
	}
	for i, w := range want {
		b, err := os.ReadFile(w.path)
		if err != nil || paths[i] != w.path || !regexp.MustCompile(w.text).Match(b) {
			t.Errorf("%s, %v: got %q, want %s", paths[i], err, b, w.text)
		}
	}
	if err := record.NFOFree(name); !errors.Is(err, record.ErrExists) {
		t.Errorf("got %v, want %v", err, record.ErrExists)
	}
	if _, err := report.WriteNFO(name); !errors.Is(err, record.ErrExists) {
		t.Errorf("a second time: got %v, want %v", err, record.ErrExists)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.tmp"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := record.NFOFree(name + "2"); err != nil {
		t.Error(err)
	}
}
