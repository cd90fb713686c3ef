package main

import "errors"

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
  130  interrupted    143  terminated
`

// exitError is an error that knows its exit code, and a hint for the user.
type exitError struct {
	code int
	err  error
	hint string
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// exitCode is the one table from errors to exit codes.
func exitCode(err error) int {
	var exit *exitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return exit.code
	}
	return exitFailed
}
