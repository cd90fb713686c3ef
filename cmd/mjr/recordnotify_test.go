//go:build !nonet

package main

import (
	"context"
	"io"
	"net"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/mjrkit/mjrkit/internal/janus/janustest"
)

// TestReadyInRoom: systemd hears that a room is recorded once it is, and never
// where there is no Janus.
func TestReadyInRoom(t *testing.T) {
	systemd, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer systemd.Close()
	t.Setenv("NOTIFY_SOCKET", systemd.LocalAddr().String())
	hears := func(want string) {
		t.Helper()
		state := make([]byte, 100)
		if n, err := systemd.Read(state); err != nil || string(state[:n]) != want {
			t.Errorf("systemd heard %q, %v; want %q", state[:n], err, want)
		}
	}
	ctx, stop := context.WithCancelCause(t.Context())
	defer stop(nil)
	mjr := func(url string) int {
		return run(ctx, []string{"record", "--janus", url, "--room", "1", filepath.Join(t.TempDir(), "call")}, nil, io.Discard, io.Discard)
	}
	if code := mjr("ws://127.0.0.1:1"); code != exitNetwork {
		t.Errorf("exit code %d, want %d", code, exitNetwork)
	}
	hears("STOPPING=1")
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: 1})
	exit := make(chan int, 1)
	go func() { exit <- mjr(j.URL) }()
	hears("READY=1")
	stop(signalError{syscall.SIGTERM})
	if code := <-exit; code != exitOK {
		t.Errorf("exit code %d, want 0", code)
	}
	hears("STOPPING=1")
}
