//go:build unix && !nokeys

package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// TestSignals: whatever ends a conversion, it leaves nothing of its output, and
// the exit code tells what it was.
func TestSignals(t *testing.T) {
	file := corpus.Load(t, "plain-vp9").File(t, "audio")
	// Whoever runs the tests may ignore hangups, as nohup does, and what mjr
	// finds ignored it leaves so. What is handled here it finds as usual.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	for sig, want := range map[syscall.Signal]int{
		syscall.SIGINT: exitInterrupted, syscall.SIGTERM: exitTerminated, syscall.SIGHUP: exitHungUp,
	} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			// So many sessions that it is busy when the signal comes.
			const sessions = 3000
			var names strings.Builder
			for i := range sessions {
				link := filepath.Join(dir, fmt.Sprintf("%d-audio-0.mjr", i))
				if err := os.Symlink(file, link); err != nil {
					t.Fatal(err)
				}
				fmt.Fprintln(&names, link)
			}
			list := filepath.Join(dir, "names")
			if err := os.WriteFile(list, []byte(names.String()), 0o666); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(os.Args[0], "convert", "-j", "1", "--progress", "none", "--files-from", list, "-o", dir+"/")
			cmd.Env = append(os.Environ(), asMain+"=1")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { cmd.Process.Kill() })
			for deadline := time.Now().Add(time.Minute); ; {
				if done, _ := filepath.Glob(filepath.Join(dir, "*.opus")); len(done) > 0 {
					break
				}
				if time.Now().After(deadline) {
					t.Fatal("nothing was converted")
				}
			}
			cmd.Process.Signal(sig)
			cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != want {
				t.Errorf("exit code %d, want %d", got, want)
			}
			all, _ := filepath.Glob(filepath.Join(dir, "*.opus"))
			left, _ := filepath.Glob(filepath.Join(dir, "*.part"))
			if len(left) > 0 || len(all) == 0 || len(all) >= sessions {
				t.Errorf("%d sessions converted, left behind: %q", len(all), left)
			}
		})
	}
}
