package main

import "github.com/spf13/cobra"

// commands lists what this build can do. A build without keys has no convert,
// one without the network no record and replay.
func commands() []*cobra.Command {
	return append(append(keyCommands(), newRepair()), netCommands()...)
}
