package record_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// TestFullTmpfs fills a real disk of one megabyte. TestFullDisk fails at each
// call, and runs anywhere.
func TestFullTmpfs(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		corpus.Missing(t, "no disk of one megabyte can be mounted (CAP_SYS_ADMIN is needed): %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	var warned []string
	r := newRecorder(t, record.Options{Name: filepath.Join(dir, "call"), Warn: func(s string) { warned = append(warned, s) }})
	f := open(t, r, video)
	var err error
	at := time.Now()
	for i := 0; err == nil; i++ {
		if i == 100_000 {
			t.Fatal("100,000 packets went onto a disk of one megabyte")
		}
		err = f.WriteRTP(rtp(uint16(i), uint32(i), 1000), at)
	}
	if !errors.Is(err, unix.ENOSPC) {
		t.Errorf("error %v", err)
	}
	report, err := r.Close()
	if !errors.Is(err, unix.ENOSPC) || len(warned) != 1 || !strings.Contains(warned[0], "no space") {
		t.Errorf("error %v, warned %q", err, warned)
	}
	got := report.Files[0]
	if rec := read(t, filepath.Join(dir, "call-video-1.mjr")); int64(len(rec.packets)) != got.Stored || got.Stored < 800 || got.Unwritten == 0 {
		t.Errorf("%d packets in the file, report %+v", len(rec.packets), got)
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("files %q", got)
	}
}
