package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"golang.org/x/term"
)

// isTerminal reports whether a stream of the program is a terminal.
func isTerminal(s any) bool {
	f, ok := s.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// openTerminal opens the terminal that the program was started on, to read
// what is typed there, and to write to it.
func openTerminal() (in, out *os.File, err error) {
	keyboard, screen := "/dev/tty", "/dev/tty"
	if runtime.GOOS == "windows" {
		keyboard, screen = "CONIN$", "CONOUT$"
	}
	if in, err = os.OpenFile(keyboard, os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	if out, err = os.OpenFile(screen, os.O_WRONLY, 0); err != nil {
		in.Close()
		return nil, nil, err
	}
	return in, out, nil
}

// askPassphrase asks on the terminal, without echo. Standard input is left
// alone: it may be a list of files. If ctx ends, the terminal is as it was.
func askPassphrase(ctx context.Context, prompt string) (string, error) {
	in, out, err := openTerminal()
	if err != nil {
		return "", &exitError{exitNoKey, errors.New("a passphrase is needed, and there is no terminal to ask on"), ""}
	}
	defer in.Close()
	defer out.Close()
	before, err := term.GetState(int(in.Fd()))
	if err != nil {
		return "", err
	}
	type answer struct {
		pass []byte
		err  error
	}
	answered := make(chan answer, 1)
	go func() { // ends with the program at the latest: a read of a terminal cannot be called off
		fmt.Fprint(out, "mjr: ", prompt)
		pass, err := term.ReadPassword(int(in.Fd()))
		answered <- answer{pass, err}
	}()
	select {
	case <-ctx.Done():
		return "", errors.Join(context.Cause(ctx), term.Restore(int(in.Fd()), before))
	case a := <-answered:
		io.WriteString(out, "\n")
		return string(a.pass), a.err
	}
}
