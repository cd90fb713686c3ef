package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// section is the annotation of a flag that help lists under a title of its own.
const section = "section"

// inSection puts the flags that add adds under a title in the help. Those that
// have one already keep it.
func inSection(c *cobra.Command, title string, add func()) {
	before := make(map[string]bool)
	c.Flags().VisitAll(func(f *pflag.Flag) { before[f.Name] = true })
	add()
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !before[f.Name] && f.Annotations[section] == nil {
			c.Flags().SetAnnotation(f.Name, section, []string{title}) // fails for no flag that there is
		}
	})
	c.Flags().SortFlags = false // that the sections come in their order
	c.SetUsageFunc(sectioned)
}

// sectioned is cobra's usage of a command without commands below it, with the
// flags in sections.
func sectioned(c *cobra.Command) error {
	titles := []string{"Flags"}
	flags := map[string]*pflag.FlagSet{"Flags": pflag.NewFlagSet("", pflag.ContinueOnError)}
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		title := titles[0]
		if at := f.Annotations[section]; at != nil {
			title = at[0]
		}
		if flags[title] == nil {
			titles = append(titles, title)
			flags[title] = pflag.NewFlagSet("", pflag.ContinueOnError)
		}
		flags[title].AddFlag(f)
	})
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n\nExamples:\n%s\n", c.UseLine(), c.Example)
	for _, title := range titles {
		fmt.Fprintf(&b, "\n%s:\n%s", title, flags[title].FlagUsages())
	}
	_, err := io.WriteString(c.OutOrStderr(), b.String())
	return err
}
