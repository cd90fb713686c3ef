package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/mjr"
)

// repairOptions are the flags of repair.
type repairOptions struct {
	inputOptions
	output string
	force  bool
	json   bool
	codec  string
	e2ee   bool
}

func newRepair() *cobra.Command {
	o := new(repairOptions)
	c := &cobra.Command{
		Use:   "repair [flags] FILE...",
		Short: "Copy what can be read of a damaged or unfinished recording",
		Long: `Repair copies what can be read of recordings that are damaged, or that a crash
left unfinished (.mjr.tmp), so that tools can read them that stop at the first
damage. X-audio-0.mjr becomes X-audio-0.repaired.mjr, or with --output DIR/ the
file of the same name there; a recording that is whole and finished is copied
only if --output says where to.

Records are copied as they are, and so is the header. One that is damaged is
written anew of what can be understood of it; --codec and --e2ee say what
cannot. The original is never touched.`,
		Example: `  mjr repair call-audio-0.mjr.tmp
  mjr repair -o repaired/ -r recordings/`,
		RunE: func(c *cobra.Command, args []string) error { return runRepair(c, o, args) },
	}
	o.inputOptions.addFlags(c)
	f := c.Flags()
	f.StringVarP(&o.output, "output", "o", "", "write to `FILE`, or files of the same names into DIR/")
	f.BoolVarP(&o.force, "force", "f", false, "overwrite existing files")
	f.BoolVar(&o.json, "json", false, "print the results as JSON Lines on standard output")
	f.StringVar(&o.codec, "codec", "", "the codec, where the header does not tell: `NAME` as in opus, vp8")
	f.BoolVar(&o.e2ee, "e2ee", false, "flag recordings whose headers are damaged as end-to-end encrypted")
	return c
}

// repair is one file to copy, and how that went.
type repair struct {
	input, output string
	only          bool // if there is something to repair
	whole         bool // there is nothing
	kept          bool // the header was copied as it is
	report        mjr.Report
	err           error
}

func (r repair) exit() int {
	if r.err == nil && !r.report.Whole() {
		return exitNotWhole
	}
	return exitCode(r.err)
}

// foundWhole reports whether the input needed no repair, copied or not.
func (r repair) foundWhole() bool {
	return r.whole || r.err == nil && r.report.Whole() && r.report.Headers == 0
}

func runRepair(c *cobra.Command, o *repairOptions, args []string) error {
	if _, ok := mjr.LookupCodec(o.codec); o.codec != "" && !ok {
		return misused("--codec %s: there is no such codec in recordings", o.codec)
	}
	files, err := o.inputOptions.files(args, c.InOrStdin())
	if err != nil {
		return err
	}
	all, err := o.plan(files)
	if err != nil {
		return err
	}
	survivePipes()
	say := newReporter(c.OutOrStdout(), c.ErrOrStderr(), o.json)
	code := -1
	for _, r := range all {
		if c.Context().Err() != nil {
			return context.Cause(c.Context())
		}
		o.one(c.Context(), &r)
		if c.Context().Err() != nil {
			return context.Cause(c.Context())
		}
		if err := say.repaired(r); err != nil {
			return err
		}
		switch exit := r.exit(); {
		case code == -1:
			code = exit
		case code != exit:
			code = exitNotWhole
		}
	}
	if code != exitOK {
		return &exitError{code, errReported, ""}
	}
	return nil
}

// plan names the outputs.
func (o *repairOptions) plan(files []string) ([]repair, error) {
	dir := o.output != "" && isDir(o.output)
	if o.output != "" && !dir && len(files) > 1 {
		return nil, misused("--output %s: %d recordings go into a folder: end its name in /", o.output, len(files))
	}
	var all []repair
	taken := make(map[string]string)
	for _, f := range files {
		r := repair{input: f, output: o.output}
		name := strings.TrimSuffix(f, ".tmp")
		switch {
		case dir:
			r.output = filepath.Join(o.output, filepath.Base(name))
		case o.output == "":
			r.output = strings.TrimSuffix(name, ".mjr") + ".repaired.mjr"
			r.only = name == f
		}
		if other, ok := taken[r.output]; ok {
			return nil, misused("%s and %s would both become %s: repair them one by one", other, f, r.output)
		}
		taken[r.output] = f
		all = append(all, r)
	}
	return all, nil
}

// one copies one recording. Its output exists only if there is a record in it.
func (o *repairOptions) one(ctx context.Context, r *repair) {
	f, err := os.Open(r.input)
	if err != nil {
		r.err = err
		return
	}
	defer f.Close()
	if in, err := f.Stat(); err == nil {
		if out, err := os.Stat(r.output); err == nil && os.SameFile(in, out) {
			r.err = misused("%s is the input", r.output)
			return
		}
	}
	if r.only {
		if r.whole, r.err = o.isWhole(ctx, f, r); r.whole || r.err != nil {
			return
		}
	}
	out := &output{path: r.output, force: o.force, mkdir: o.output != ""}
	defer out.abort()
	defer out.abortWith(ctx)()
	if r.err = o.copy(ctx, out, f, r); r.err == nil {
		r.err = out.commit()
	}
}

// isWhole reads a recording through, and leaves the file at its start.
func (o *repairOptions) isWhole(ctx context.Context, f *os.File, r *repair) (bool, error) {
	src, err := mjr.NewReader(&ctxReader{ctx: ctx, r: f})
	if err != nil {
		return false, fmt.Errorf("%s: %w", r.input, err)
	}
	if src.Empty() {
		return false, noRecords(r.input)
	}
	if _, err := mjr.Copy(nowhere{}, src); err != nil {
		return false, fmt.Errorf("%s: %w", r.input, err)
	}
	r.report = src.Report()
	if r.report.Whole() && r.report.Headers == 0 {
		return true, nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return false, fmt.Errorf("%s: %w", r.input, err)
	}
	return false, nil
}

func noRecords(name string) error {
	return &exitError{exitNotMJR, fmt.Errorf("%s: there are no records in it", name), ""}
}

// nowhere takes packets, and does nothing.
type nowhere struct{}

func (nowhere) WritePacket(mjr.Packet) error { return nil }

// copy writes the records of one file into another.
func (o *repairOptions) copy(ctx context.Context, out *output, f *os.File, r *repair) error {
	src, err := mjr.NewReader(&ctxReader{ctx: ctx, r: f})
	if err != nil {
		return fmt.Errorf("%s: %w", r.input, err)
	}
	if src.Empty() {
		return noRecords(r.input)
	}
	h, err := o.header(src, r.input)
	if err != nil {
		return err
	}
	if _, err := out.open(); err != nil {
		return err
	}
	b := bufio.NewWriterSize(out, 1<<18)
	w, kept, err := mjr.NewCopyWriter(b, h)
	if refused := (*mjr.HeaderError)(nil); errors.As(err, &refused) {
		return &exitError{exitUnsupported, fmt.Errorf("%s: %w", r.input, err), ""}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", r.input, err)
	}
	n, err := mjr.Copy(w, src)
	r.report, r.kept = src.Report(), kept
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", r.input, err)
	case n == 0:
		return noRecords(r.input)
	}
	return b.Flush()
}

// header is that of the copy: as it was read, and completed by the flags if it
// is damaged.
func (o *repairOptions) header(src *mjr.Reader, name string) (mjr.Header, error) {
	h := src.Header
	d := src.Report().Damages
	if len(d) == 0 || d[0].Offset > 0 {
		return h, nil
	}
	if h.Codec == "" {
		h.Codec = o.codec
	}
	c, known := mjr.LookupCodec(h.Codec)
	if !known {
		return h, &exitError{exitNotMJR, fmt.Errorf("%s: its header is lost, and with it the codec", name), "say what it is with --codec, and with --e2ee if it is encrypted"}
	}
	if h.Kind == mjr.KindUnknown {
		h.Kind = c.Kind
	}
	if o.e2ee && !h.Encrypted {
		h.Encrypted, h.Raw = true, nil
	}
	return h, nil
}
