//go:build !nokeys

package main

import "github.com/spf13/cobra"

func keyCommands() []*cobra.Command {
	return []*cobra.Command{newConvert(), newInfo(), newKeys()}
}
