//go:build nonet

package main

import "github.com/spf13/cobra"

// addPageFlag adds nothing: this build serves no page.
func addPageFlag(*cobra.Command) {}
