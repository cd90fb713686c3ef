//go:build !nokeys

package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mjrkit/mjrkit/postprocess"
)

// result tells what became of one session.
func (r *reporter) result(res result) {
	if r.json {
		r.object(resultJSON(res))
		return
	}
	switch {
	case res.skipped:
		r.line("%s exists, skipped", res.output)
	case res.err != nil:
		r.mu.Lock()
		tell(r.errw, res.err)
		r.mu.Unlock()
	default:
		r.line("%s: %s", res.output, res.report.Duration.Round(time.Millisecond))
		for _, t := range res.report.Tracks {
			for _, l := range trackLines(t, trackName(t, res.report.Tracks)) {
				r.line("  %s", l)
			}
		}
		for _, s := range res.short {
			r.line("warning: %s", s)
		}
	}
}

// plan tells what a dry run would do with a session.
func (r *reporter) plan(res result) {
	switch {
	case r.json:
		r.object(planJSON(res))
	case res.err != nil || res.skipped:
		r.result(res)
	default:
		r.line("would convert %s to %s (%s)", strings.Join(res.files, " and "), res.output, res.format.name)
	}
}

// trackName is a track's kind and codec, and its file where others of the
// session have the same: layers of a simulcast, a camera and a screen.
func trackName(t postprocess.TrackReport, all []postprocess.TrackReport) string {
	what := fmt.Sprintf("%s %s", t.Header.Kind, t.Header.Codec)
	for _, other := range all {
		if other.Name != t.Name && other.Header.Kind == t.Header.Kind && other.Header.Codec == t.Header.Codec {
			return fmt.Sprintf("%s (%s)", what, filepath.Base(t.Name))
		}
	}
	return what
}

// trackLines is one line on what is in the output, and one a reason for what
// is not.
func trackLines(t postprocess.TrackReport, what string) []string {
	f := t.Frames
	if t.Left {
		return []string{fmt.Sprintf("%s: left out: %v", what, t.Why)}
	}
	how := "in clear"
	if f.Scheme != "" {
		how = "opened with " + f.Scheme
		if keys := keyCounts(f.Keys); keys != "" {
			how += ", " + keys
		}
	}
	lines := []string{fmt.Sprintf("%s: %d frames, %s", what, f.Written, how)}
	if f.Unauthenticated {
		lines = append(lines, what+": not authenticated: with a wrong key this is noise")
	}
	if inParts(t.Parts) {
		lines = append(lines, fmt.Sprintf("%s: from %d parts", what, joinedParts(t.Parts)))
	}
	if text := syncInfo(t.Sync).text(); text != "" {
		lines = append(lines, what+": "+text)
	}
	switch n := t.Packets.Lost; {
	case n > 0 && t.File.Whole():
		lines = append(lines, fmt.Sprintf("%s: %d packets lost before the recorder", what, n))
	case n > 0:
		lines = append(lines, fmt.Sprintf("%s: %d packets missing, lost before the recorder or in the damage", what, n))
	}
	if n := t.Packets.Duplicate; n > 0 {
		lines = append(lines, fmt.Sprintf("%s: %d duplicate packets dropped", what, n))
	}
	for _, l := range frameLosses(f) {
		lines = append(lines, what+": "+l)
	}
	return lines
}

// frameLosses is a line a reason why frames are not in the output, or are
// there and deserve a word.
func frameLosses(f postprocess.FrameReport) []string {
	var lines []string
	add := func(n int64, format string) {
		if n > 0 {
			lines = append(lines, fmt.Sprintf(format, n))
		}
	}
	add(f.Incomplete, "%d incomplete frames")
	add(f.Unfit, "%d frames that cannot be assembled")
	add(f.Refused, "%d frames that the container cannot hold")
	add(f.NotAuth, "%d frames not authentic")
	ids := slices.SortedFunc(maps.Keys(f.NoKey), func(a, b uint64) int {
		return cmp.Or(cmp.Compare(f.NoKey[b], f.NoKey[a]), cmp.Compare(a, b))
	})
	const most = 4
	more := f.NoKeyMore
	for i, id := range ids {
		if i < most {
			lines = append(lines, fmt.Sprintf("%d frames want key id %d", f.NoKey[id], id))
		} else {
			more += f.NoKey[id]
		}
	}
	add(more, "%d frames want further key ids")
	add(f.Malformed, "%d frames not of the scheme")
	add(f.Clear, "%d frames in clear, not kept")
	add(f.BeforeKey, "%d frames before the first key frame")
	add(f.Unclean, "%d frames dropped up to the next key frame")
	add(f.ClearKept, "%d frames in clear kept")
	add(f.Injected, "%d frames made by the server")
	add(f.Replayed, "%d replayed frames")
	add(f.Reused, "%d frames reuse a counter or nonce of other frames")
	add(f.Repeated, "%d frames repeat a counter of long ago")
	add(f.ClearDiffers, "%d frames had unauthenticated bytes altered on the way")
	add(f.Signatures.Bad, "%d signatures do not fit")
	add(f.Signatures.Verified, "%d signatures verified")
	add(f.Signatures.Unverified, "%d signatures not verified for want of a key")
	return lines
}

// keyCounts lists the keys that opened frames, the busiest first.
func keyCounts(keys map[string]int64) string {
	const most = 4
	ids := slices.SortedFunc(maps.Keys(keys), func(a, b string) int {
		return cmp.Or(cmp.Compare(keys[b], keys[a]), cmp.Compare(a, b))
	})
	var words []string
	for i, id := range ids {
		if i == most {
			words = append(words, fmt.Sprintf("and %d more", len(ids)-most))
			break
		}
		words = append(words, fmt.Sprintf("key %q: %d", id, keys[id]))
	}
	return strings.Join(words, ", ")
}

// summary closes a run: the last JSON line, or a line if there were several
// sessions. Its error carries the exit code of the whole run.
func (r *reporter) summary(ctx context.Context, results []result) error {
	err := r.outcome(ctx, results)
	count := map[string]int{}
	for _, res := range results {
		switch {
		case res.skipped:
			count["skipped"]++
		case res.err != nil:
			count["failed"]++
		case len(res.short) > 0:
			count["short"]++
		default:
			count["whole"]++
		}
	}
	if r.json {
		if e := r.object(summaryJSON(count, exitCode(err))); e != nil {
			return e
		}
	} else if len(results) > 1 {
		r.line("%d sessions: %d whole, %d not whole, %d failed, %d skipped",
			len(results), count["whole"], count["short"], count["failed"], count["skipped"])
	}
	return err
}

// outcome is the exit code of a run: that of its sessions if all agree, else
// "some of several failed". All has been told by then.
func (r *reporter) outcome(ctx context.Context, results []result) error {
	if ctx.Err() != nil {
		return &exitError{exitCode(context.Cause(ctx)), errReported, ""}
	}
	code := -1
	for _, res := range results {
		switch exit := res.exit(); {
		case code == -1:
			code = exit
		case code != exit:
			code = exitNotWhole
		}
	}
	if code <= exitOK {
		return nil
	}
	return &exitError{code, errReported, ""}
}
