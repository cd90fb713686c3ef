//go:build !nokeys

package main

import (
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/mjr/stream"
)

// convertOptions are the flags of convert.
type convertOptions struct {
	inputOptions
	keyOptions
	progressOptions

	output       string
	format       string
	force        bool
	skipExisting bool
	jobs         int
	json         bool
	dryRun       bool

	window     int
	maxRatchet int
	senders    []string

	plain       bool
	acceptClear string
	unauth      bool
	clean       bool
	strict      bool

	sender map[string]string // file to participant, from senders
}

func newConvert() *cobra.Command {
	o := new(convertOptions)
	c := &cobra.Command{
		Use:   "convert [flags] FILE...",
		Short: "Decrypt recordings and mux them into WebM, Ogg/Opus, …",
		Long: `Convert decrypts recordings and muxes the tracks of each session into one
file. The tracks of a session are found by name: X-audio-0.mjr and
X-video-1.mjr become X.webm. With --output FILE all recordings named are one
session. The parts of a recording (X-audio-0.p002.mjr, …) are joined. Every
frame comes out as the sender's encoder made it; nothing is encoded again. Of an
encrypted recording only what a key authenticates is written, unless
--allow-unauthenticated or --accept-clear says otherwise.`,
		Example: `  mjr convert -k alice.jwks.json -o alice.webm alice-audio-0.mjr alice-video-1.mjr
  mjr convert -k keys.jwks.json -o converted/ -r recordings/`,
		RunE: func(c *cobra.Command, args []string) error { return runConvert(c, o, args) },
	}
	o.addFlags(c)
	return c
}

func (o *convertOptions) addFlags(c *cobra.Command) {
	o.inputOptions.addFlags(c)
	o.keyOptions.addFlags(c)
	o.progressOptions.addFlags(c)
	f := c.Flags()
	f.StringVarP(&o.output, "output", "o", "", "write to `FILE`, or one file a session into DIR/; - is standard output")
	f.StringVar(&o.format, "format", "", "container, whatever the output is called: "+formatNames())
	f.BoolVarP(&o.force, "force", "f", false, "overwrite existing outputs")
	f.BoolVar(&o.skipExisting, "skip-existing", false, "leave sessions alone whose output exists")
	f.IntVarP(&o.jobs, "jobs", "j", runtime.NumCPU(), "convert `N` sessions at the same time")
	f.BoolVar(&o.json, "json", false, "print the results as JSON Lines on standard output")
	f.BoolVarP(&o.dryRun, "dry-run", "n", false, "read the headers and the keys, print the plan, write nothing")
	f.IntVar(&o.window, "window", stream.DefaultWindow, "put packets in order over `N` of them")
	f.IntVar(&o.maxRatchet, "max-ratchet", 1024, "follow the ratchet of a key over at most `N` steps")
	f.StringArrayVar(&o.senders, "sender", nil, "bind a recording to a participant of the key file, `FILE=ID` (repeatable)")
	f.BoolVar(&o.plain, "plain", false, "take recordings that are not flagged as encrypted as clear: without keys all of them, with keys those that look so")
	f.StringVar(&o.acceptClear, "accept-clear", "", "keep clear frames of encrypted recordings: those before the first authentic one; with =all, all of a flagged file that is wholly clear")
	f.Lookup("accept-clear").NoOptDefVal = "before"
	complete(c, "format", formatNameList()...)
	complete(c, "accept-clear", "before", "all")
	f.BoolVar(&o.unauth, "allow-unauthenticated", false, "open schemes that cannot tell a wrong key from a right one (XOR)")
	f.BoolVar(&o.clean, "clean", false, "after a lost video frame drop all to the next key frame")
	f.BoolVar(&o.strict, "strict", false, "loss before the recorder is exit code 3, too")
}

// check settles what flags alone can say.
func (o *convertOptions) check() error {
	switch {
	case o.jobs < 1:
		return misused("--jobs %d: want 1 or more", o.jobs)
	case o.window < 1 || o.window > stream.MaxWindow:
		return misused("--window %d: want 1 to %d packets", o.window, stream.MaxWindow)
	case o.acceptClear != "" && o.acceptClear != "before" && o.acceptClear != "all":
		return misused("--accept-clear=%s: want before or all", o.acceptClear)
	case o.force && o.skipExisting:
		return misused("--force and --skip-existing exclude each other")
	case o.json && o.output == "-":
		return misused("--json and --output - both want standard output")
	}
	if err := checkRatchet(o.maxRatchet); err != nil {
		return err
	}
	if _, ok := findFormat(o.format); o.format != "" && !ok {
		return misused("--format %s: want one of %s", o.format, formatNames())
	}
	o.sender = make(map[string]string)
	for _, s := range o.senders {
		file, id, ok := strings.Cut(s, "=")
		if !ok || file == "" || id == "" {
			return misused("--sender %s: want FILE=ID", s)
		}
		o.sender[filepath.Clean(file)] = id
	}
	if slices.Contains(o.keyOptions.files, "-") && o.filesFrom == "-" {
		return misused("--keys - and --files-from - both want standard input")
	}
	return o.progressOptions.check()
}

// checkRatchet bounds --max-ratchet.
func checkRatchet(steps int) error {
	if steps < 1 || steps > 1<<20 {
		return misused("--max-ratchet %d: want 1 to 1048576 steps", steps)
	}
	return nil
}

func runConvert(c *cobra.Command, o *convertOptions, args []string) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.output == "-" && isTerminal(c.OutOrStdout()) {
		return misused("a recording is not written to a terminal")
	}
	files, err := o.inputOptions.files(args, c.InOrStdin())
	if err != nil {
		return err
	}
	for file := range o.sender {
		if !containsPath(files, file) {
			return misused("--sender %s=…: no recording of that name is converted", file)
		}
	}
	survivePipes()
	say := newReporter(c.OutOrStdout(), c.ErrOrStderr(), o.json)
	keys, err := o.keyOptions.load(c.Context(), c.InOrStdin(), say.warn)
	if err != nil {
		return err
	}
	jobs, err := o.plan(files)
	if err != nil {
		return err
	}
	run := &converter{o: o, keys: keys, stdout: c.OutOrStdout(), say: say}
	return run.all(c.Context(), jobs)
}
