//go:build !nokeys

package main

import (
	"context"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/postprocess"
)

// converter runs the jobs of one call.
type converter struct {
	o      *convertOptions
	keys   *decrypt.KeySet
	stdout io.Writer
	say    *reporter
	bar    *progress
}

// all converts every job, several at a time, and returns the outcome of all:
// that of a single job, or whether some failed.
func (v *converter) all(ctx context.Context, jobs []job) error {
	if v.o.dryRun {
		return v.dryRun(ctx, jobs)
	}
	v.bar = newProgress(v.o.progressOptions, v.say, totalSize(jobs))
	defer v.bar.stop()
	results := make([]result, len(jobs))
	work := make(chan int)
	var wg sync.WaitGroup
	for range min(v.o.jobs, len(jobs)) {
		wg.Go(func() {
			for i := range work {
				results[i] = v.job(ctx, jobs[i])
				v.bar.clear()
				v.say.result(results[i])
			}
		})
	}
	for i := range jobs {
		if ctx.Err() != nil {
			results[i] = result{job: jobs[i], err: context.Cause(ctx)}
			continue
		}
		work <- i
	}
	close(work)
	wg.Wait()
	v.bar.stop()
	return v.say.summary(ctx, results)
}

// job converts one session. Its output exists only if there is something whole
// in it.
func (v *converter) job(ctx context.Context, j job) result {
	res := result{job: j}
	if v.o.skipExisting && j.output != "-" && exists(j.output) {
		res.skipped = true
		return res
	}
	in, err := v.open(ctx, j)
	defer in.close()
	if err != nil {
		res.err = err
		return res
	}
	opts := postprocess.Options{Window: v.o.window, Clean: v.o.clean}
	if j.output == "-" {
		// A file that output is appended to can seek, but not patch.
		stdout := struct{ io.Writer }{v.stdout}
		res.report, res.err = postprocess.Convert(stdout, j.format.container, in.inputs, opts)
	} else {
		out := &output{path: j.output, force: v.o.force, mkdir: v.o.output != ""}
		defer out.abort()
		defer out.abortWith(ctx)()
		if res.err = v.checkOutput(j); res.err == nil {
			res.report, res.err = postprocess.Convert(out, j.format.container, in.inputs, opts)
		}
		if res.err == nil {
			res.err = out.commit()
		}
	}
	if res.err != nil {
		res.err = v.explain(ctx, j, in, res)
	} else {
		res.short = append(in.left, shortOfWhole(res.report, v.o.strict)...)
		for i, t := range res.report.Tracks {
			if t.Left && v.mangled(in.headers[i], in.files[i]) {
				res.short = append(res.short, t.Name+": "+mangledWhy+"; "+mangledHint)
			}
		}
	}
	return res
}

// checkOutput refuses early what cannot work: an output that exists, or that
// is one of the inputs.
func (v *converter) checkOutput(j job) error {
	info, err := os.Stat(j.output)
	if err == nil {
		for _, f := range slices.Concat(j.files, v.o.named(), v.o.identities, []string{v.o.filesFrom}) {
			if in, err := os.Stat(f); err == nil && os.SameFile(info, in) {
				return misused("%s is one of the inputs", j.output)
			}
		}
		if !v.o.force {
			return &exitError{exitExists, existsError(j.output), "overwrite it with --force, or leave it with --skip-existing"}
		}
	}
	return nil
}

// dryRun prints what would be done, after all that can fail early.
func (v *converter) dryRun(ctx context.Context, jobs []job) error {
	var errs []result
	for _, j := range jobs {
		res := result{job: j, skipped: v.o.skipExisting && j.output != "-" && exists(j.output)}
		if !res.skipped {
			in, err := v.open(ctx, j)
			in.close()
			if err == nil && j.output != "-" {
				err = v.checkOutput(j)
			}
			res.err = err
			for _, text := range in.left {
				v.say.warn(text)
			}
		}
		v.say.plan(res)
		errs = append(errs, res)
	}
	if v.o.json {
		return v.say.summary(ctx, errs)
	}
	return v.say.outcome(ctx, errs)
}

func totalSize(jobs []job) (n int64) {
	for _, j := range jobs {
		for _, f := range j.files {
			if info, err := os.Stat(f); err == nil {
				n += info.Size()
			}
		}
	}
	return n
}
