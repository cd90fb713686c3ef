package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// isTerminal reports whether a stream of the program is a terminal.
func isTerminal(s any) bool {
	f, ok := s.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// askPassphrase asks on the terminal, without echo. Standard input is left
// alone: it may be a list of files. If ctx ends, the terminal is as it was.
func askPassphrase(ctx context.Context, prompt string) (string, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return "", &exitError{exitNoKey, errors.New("a passphrase is needed, and there is no terminal to ask on"), ""}
	}
	defer tty.Close()
	before, err := term.GetState(int(tty.Fd()))
	if err != nil {
		return "", err
	}
	type answer struct {
		pass []byte
		err  error
	}
	answered := make(chan answer, 1)
	go func() { // ends with the program at the latest: a read of a terminal cannot be called off
		fmt.Fprint(tty, "mjr: ", prompt)
		pass, err := term.ReadPassword(int(tty.Fd()))
		answered <- answer{pass, err}
	}()
	select {
	case <-ctx.Done():
		return "", errors.Join(context.Cause(ctx), term.Restore(int(tty.Fd()), before))
	case a := <-answered:
		io.WriteString(tty, "\n")
		return string(a.pass), a.err
	}
}
