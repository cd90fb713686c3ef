//go:build !nonet

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/internal/page"
)

// addPageFlag lets version print what the served page is made of, in the form
// of sha256sum: whoever gives the page a key can compare.
func addPageFlag(c *cobra.Command) {
	var sums bool
	c.Flags().BoolVar(&sums, "page", false, "print the SHA-256 of each file of the page that record and replay serve")
	version := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if !sums {
			return version(c, args)
		}
		for _, s := range page.Sums() {
			if _, err := fmt.Fprintf(c.OutOrStdout(), "%s  %s\n", s.SHA256, s.Name); err != nil {
				return err
			}
		}
		return nil
	}
}
