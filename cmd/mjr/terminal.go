package main

import (
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
// alone: it may be a list of files.
func askPassphrase(prompt string) (string, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return "", &exitError{exitNoKey, errors.New("a passphrase is needed, and there is no terminal to ask on"), ""}
	}
	defer tty.Close()
	fmt.Fprint(tty, "mjr: ", prompt)
	pass, err := term.ReadPassword(int(tty.Fd()))
	io.WriteString(tty, "\n")
	if err != nil {
		return "", err
	}
	return string(pass), nil
}
