// Command mjr converts end-to-end encrypted WebRTC recordings in MJR files.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: everything it reads and writes besides named
// files is in its arguments. It returns the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errw)
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintf(errw, "mjr: error: %v\n", err)
		var exit *exitError
		if errors.As(err, &exit) && exit.hint != "" {
			fmt.Fprintf(errw, "mjr: hint: %s\n", exit.hint)
		}
	}
	return exitCode(err)
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "mjr",
		Short:         "convert end-to-end encrypted WebRTC recordings in MJR files",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(newVersion())
	return root
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the version",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), "mjr", version())
			return err
		},
	}
}
