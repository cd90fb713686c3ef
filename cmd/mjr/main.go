// Command mjr converts end-to-end encrypted WebRTC recordings in MJR files.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for n := 0; ; n++ {
			err := signalError{<-signals}
			if n > 0 {
				os.Exit(err.code()) // the second one does not wait
			}
			stop(err)
		}
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: what it reads and writes besides named files is
// in its arguments, and ctx ends it. It returns the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errw)
	err := root.ExecuteContext(ctx)
	tell(errw, err)
	return exitCode(err)
}

// tell prints an error and its hint; an error that was reported already is
// silent.
func tell(w io.Writer, err error) {
	if err == nil || errors.Is(err, errReported) {
		return
	}
	fmt.Fprintf(w, "mjr: error: %v\n", err)
	var exit *exitError
	if errors.As(err, &exit) && exit.hint != "" {
		fmt.Fprintf(w, "mjr: hint: %s\n", exit.hint)
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "mjr",
		Short:         "Work with end-to-end encrypted WebRTC recordings in MJR files",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.DisableDescriptions = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return &exitError{exitMisused, err, fmt.Sprintf("see %q", c.CommandPath()+" --help")}
	})
	root.AddCommand(commands()...)
	root.AddCommand(newVersion())
	for _, c := range root.Commands() {
		misuseArgs(c)
	}
	misuseArgs(root)
	return root
}

// misuseArgs makes the complaints of cobra about arguments exit code 2, and
// prints the exit codes in every help.
func misuseArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return &exitError{exitMisused, err, fmt.Sprintf("see %q", c.CommandPath()+" --help")}
			}
			return nil
		}
	}
	c.SetHelpTemplate(c.HelpTemplate() + "\n" + exitHelp)
	for _, sub := range c.Commands() {
		misuseArgs(sub)
	}
}
