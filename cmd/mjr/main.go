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
	"time"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := context.WithCancelCause(context.Background())
	code := make(chan int, 2)
	signals := catchSignals()
	go func() { code <- untilSignal(signals, stop) }()
	go func() { code <- run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr) }()
	os.Exit(<-code)
}

// grace is how long a run has to end after the first signal. One that waits
// for a pipe or a terminal cannot, and has nothing open that would be left.
const grace = 4 * time.Second

// twice is how close the same signal is still the first one.
const twice = 200 * time.Millisecond

// catchSignals takes over the signals that end a program.
func catchSignals() <-chan os.Signal {
	signals := make(chan os.Signal, 2)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // as nohup has it
			signal.Notify(signals, s)
		}
	}
	return signals
}

// untilSignal ends the run at the first signal. It returns the exit code at the
// second one, or when the run had its grace.
func untilSignal(signals <-chan os.Signal, stop context.CancelCauseFunc) int {
	err := signalError{<-signals}
	stop(err)
	first := time.Now()
	end := time.After(grace)
	for {
		select {
		case s := <-signals:
			// timeout(1) sends the same signal to the process and to its group.
			if s != err.sig || time.Since(first) > twice {
				return signalError{s}.code()
			}
		case <-end:
			return err.code()
		}
	}
}

// survivePipes makes writing to a pipe that nobody reads an error, rather than
// the end of the program: what it has open would be left half done.
func survivePipes() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// run is the whole program: what it reads and writes besides named files is
// in its arguments, and ctx ends it. It returns the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errw)
	c, err := root.ExecuteContextC(ctx)
	if f := c.Flags().Lookup("json"); f != nil && f.Changed && err != nil && !errors.Is(err, errReported) {
		newReporter(out, errw, true).object(struct {
			common
			Error *jsonError `json:"error"`
		}{common{schema, "error"}, errorJSON(err)})
	}
	tell(errw, err)
	return exitCode(err)
}

// tell prints an error and its hint; an error that was reported already is
// silent.
func tell(w io.Writer, err error) {
	if err == nil || errors.Is(err, errReported) {
		return
	}
	fmt.Fprintf(w, "mjr: error: %s\n", printable(err.Error()))
	var exit *exitError
	if errors.As(err, &exit) && exit.hint != "" {
		fmt.Fprintf(w, "mjr: hint: %s\n", printable(exit.hint))
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Version:       version(),
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
	root.SetVersionTemplate("mjr {{.Version}}\n")
	root.SetHelpTemplate(root.HelpTemplate() + "\n" + exitHelp)
	root.AddCommand(commands()...)
	root.AddCommand(newVersion())
	misuseArgs(root)
	return root
}

// misuseArgs makes the complaints of cobra about arguments exit code 2.
func misuseArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return &exitError{exitMisused, err, fmt.Sprintf("see %q", c.CommandPath()+" --help")}
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		misuseArgs(sub)
	}
}
