//go:build !nokeys

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal, with all that was shown on it.
type terminal struct {
	*os.File
	mu    sync.Mutex
	shown bytes.Buffer
}

// newTerminal makes one; slave is for the program on it.
func newTerminal(t *testing.T) (term *terminal, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	term = &terminal{File: master}
	go func() {
		buf := make([]byte, 1024)
		for {
			n, err := master.Read(buf)
			term.mu.Lock()
			term.shown.Write(buf[:n])
			term.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return term, slave
}

func (term *terminal) text() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.shown.String()
}

// echoes reports whether what is typed is shown.
func (term *terminal) echoes(t *testing.T) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(term.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// TestPassphraseIsNotShown: nobody who looks at the terminal sees it, and the
// terminal is as it was afterwards, also when the question is called off.
func TestPassphraseIsNotShown(t *testing.T) {
	const secret = "correct horse battery"
	for _, answered := range []bool{true, false} {
		term, slave := newTerminal(t)
		cmd := exec.Command(os.Args[0], "keys", "new", "-o", filepath.Join(t.TempDir(), "k"), "--alg", "LIVEKIT-A128GCM", "--passphrase", "--id", "0")
		cmd.Env = append(os.Environ(), asMain+"=1")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		await := func(what string, is func() bool) {
			for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					cmd.Process.Kill()
					t.Fatalf("waited for %s; shown: %q", what, term.text())
				}
			}
		}
		for _, prompt := range []string{"passphrase: ", "the same again: "} {
			await(prompt, func() bool { return strings.Contains(term.text(), prompt) && !term.echoes(t) })
			if !answered {
				cmd.Process.Signal(syscall.SIGTERM)
				break
			}
			fmt.Fprintln(term, secret)
		}
		err := cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); answered != (code == exitOK) {
			t.Errorf("exit code %d, %v; shown: %q", code, err, term.text())
		}
		await("the echo", func() bool { return term.echoes(t) })
		slave.Close()
		if shown := term.text(); strings.Contains(shown, "horse") {
			t.Errorf("shown: %q", shown)
		}
	}
}
