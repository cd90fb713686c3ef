//go:build !nonet

package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// TestRecordFullDisk fills a real disk of one megabyte: the file is whole, and
// the exit code tells.
func TestRecordFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		corpus.Missing(t, "no disk of one megabyte can be mounted (CAP_SYS_ADMIN is needed): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	s := newStudio(t, filepath.Join(dir, "call"))
	p := publish(t, s, "")
	stop := make(chan struct{})
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		tick := time.NewTicker(time.Millisecond) // no faster than a socket takes it
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				p.send(1100) // fails when the recorder has hung up
			}
		}
	}()
	var told recordPublisher
	for !told.Gone {
		s.next("publisher", &told)
	}
	close(stop)
	<-sent
	if told.Error == nil || told.Error.Exit != exitIO || !strings.Contains(told.Error.Message, "no space") {
		t.Errorf("told %+v", told)
	}
	if sum, code := s.end(); code != exitIO || sum.Exit != exitIO {
		t.Errorf("exit %d, %+v", code, sum)
	}
	if _, err := os.Stat(filepath.Join(dir, "call-audio-0.mjr")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "call-audio-0.mjr.tmp")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("half a file is left: %v", err)
	}
}
