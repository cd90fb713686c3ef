package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/mjrkit/mjrkit/mjr"
)

// Exit codes, the same for every command. They are a contract with scripts:
// the list only grows.
const (
	exitOK          = 0
	exitFailed      = 1
	exitMisused     = 2
	exitNotWhole    = 3
	exitNotMJR      = 10
	exitExists      = 11
	exitNoKey       = 12
	exitUnsupported = 14
	exitIO          = 15
	exitNetwork     = 16
	exitHungUp      = 129
	exitInterrupted = 130
	exitTerminated  = 143
)

// exitHelp is printed in the help of every command.
const exitHelp = `Exit codes:
  0    done, all of it (warnings included)
  1    failed, for a reason not below
  2    misused: unknown flag, bad argument
  3    done, but not whole: frames that did not open, damage, late packets;
       or some of several files failed, and the report says which
  10   not an MJR recording, or nothing in it can be read
  11   the output exists
  12   no key, or a wrong key: nothing opened
  14   the codec, scheme or container cannot do what was asked
  15   reading or writing failed: disk full, storage, permissions
  16   the network or the WebRTC session failed
  129  hung up: the terminal was closed
  130  interrupted
  143  terminated
`

// exitError is an error that knows its exit code, and a hint for the user.
type exitError struct {
	code int
	err  error
	hint string
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// misused is an exitError for a wrong call.
func misused(format string, a ...any) error {
	return &exitError{exitMisused, fmt.Errorf(format, a...), ""}
}

// errReported marks an outcome that was told where it happened, so that only
// its exit code is left to give.
var errReported = errors.New("reported")

// signalError is the end by a signal.
type signalError struct{ sig os.Signal }

func (e signalError) Error() string { return e.sig.String() }

func (e signalError) code() int {
	switch e.sig {
	case syscall.SIGTERM:
		return exitTerminated
	case syscall.SIGHUP:
		return exitHungUp
	}
	return exitInterrupted
}

// exitCode is the one table from errors to exit codes.
func exitCode(err error) int {
	var exit *exitError
	var sig signalError
	var path *fs.PathError
	var errno syscall.Errno
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &sig):
		return sig.code()
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, mjr.ErrNotMJR):
		return exitNotMJR
	case errors.As(err, &path), errors.As(err, &errno):
		return exitIO
	}
	return exitFailed
}
