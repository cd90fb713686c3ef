//go:build unix && !nokeys && !nonet

package main

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
)

// TestRecordWithoutReader: whoever read what is said is gone, as after Ctrl-C
// in a pipeline. The recording is whole, and its end the normal one.
func TestRecordWithoutReader(t *testing.T) {
	name := filepath.Join(t.TempDir(), "call")
	cmd := exec.Command(os.Args[0], "record", "--json", "--audio", "udp://127.0.0.1:0,opus@111", name)
	cmd.Env = append(os.Environ(), asMain+"=1")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	write.Close()
	var ready recordReady
	line, err := bufio.NewReader(read).ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &ready) != nil {
		t.Fatalf("said %s, %v", line, err)
	}
	read.Close()
	to, err := net.Dial("udp", strings.TrimPrefix(ready.URL, "udp://"))
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	const packets = 100
	for n := range byte(packets) {
		if _, err := to.Write([]byte{0x80, 111, 0, n, 0, 0, 0, 0, 0, 0, 0, 1, 's', 'e', 'a', 'l', 'e', 'd'}); err != nil {
			t.Fatal(err)
		}
	}
	to.Write([]byte{0x80, 5, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 'o', 't', 'h', 'e', 'r'}) // which is warned of
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("the end was %v", err)
	}
	if got := len(mjrtest.Read(t, name+"-audio-0.mjr").Packets); got != packets {
		t.Errorf("%d packets, want %d", got, packets)
	}
}

// TestConvertWithoutReader: what was begun and not finished is taken away.
func TestConvertWithoutReader(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "convert", "--json", "-o", dir+"/", corpus.Load(t, "plain-vp9").File(t, "audio"), corpus.Load(t, "plain-vp8-loss").File(t, "audio"))
	cmd.Env = append(os.Environ(), asMain+"=1")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read.Close()
	cmd.Stdout = write
	err = cmd.Run()
	write.Close()
	if code := cmd.ProcessState.ExitCode(); code != exitIO {
		t.Errorf("exit code %d (%v), want %d", code, err, exitIO)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
