//go:build !nonet

package main

import "github.com/spf13/cobra"

func netCommands() []*cobra.Command { return []*cobra.Command{newRecord(), newReplay()} }
