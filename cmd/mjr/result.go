//go:build !nokeys

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// result is what became of one job.
type result struct {
	job
	report  postprocess.Report
	err     error
	short   []string // why it is done, but not whole
	skipped bool
}

func (r result) exit() int {
	if r.err == nil && len(r.short) > 0 {
		return exitNotWhole
	}
	return exitCode(r.err)
}

// shortOfWhole lists, in words, what is missing from an output that should be
// there: frames that did not open, damage, packets that came too late. Loss
// before the recorder counts only if strict.
func shortOfWhole(rep postprocess.Report, strict bool) []string {
	var short []string
	for _, t := range rep.Tracks {
		add := func(n int64, format string) {
			if n > 0 {
				short = append(short, fmt.Sprintf("%s: "+format, t.Name, n))
			}
		}
		// A data channel is no medium of a media file: reported, and no loss.
		if t.Left && t.Header.Kind != mjr.Data {
			short = append(short, fmt.Sprintf("%s: left out: %v", t.Name, t.Why))
		}
		f := t.Frames
		add(f.NotAuth, "%d frames not authentic")
		add(noKey(f), "%d frames without a key")
		add(f.Malformed, "%d frames not of the scheme")
		add(f.Unfit, "%d frames that cannot be assembled")
		add(f.Refused, "%d frames that the container cannot hold")
		add(t.Packets.NotRTP, "%d records that are no RTP packets")
		add(t.Packets.Stray, "%d packets of other senders")
		add(t.Opening.NotAuth, "%d packets not authentic")
		add(sum(t.Opening.NoKey)+t.Opening.NoKeyMore, "%d packets without a key")
		add(t.Opening.Malformed+t.Opening.Clear, "%d packets not of the scheme")
		add(f.Clear, "%d clear frames dropped")
		add(t.Packets.Late, "%d packets later than the window")
		for _, p := range t.Parts {
			short = append(short, fileShort(p)...)
		}
		if strict {
			add(t.Packets.Lost, "%d packets lost before the recorder")
			add(f.Incomplete, "%d incomplete frames")
			add(f.BeforeKey, "%d frames before the first key frame")
		}
	}
	return short
}

// fileShort lists what is missing from one file, or in front of it.
func fileShort(p mjr.PartReport) []string {
	var short []string
	if p.Left != nil {
		return []string{fmt.Sprintf("%s is left out: %v", p.Name, p.Left)}
	}
	if missing := missingParts(p); missing != "" {
		short = append(short, p.Name+": "+missing)
	}
	if d := p.Damages; len(d) > 0 {
		short = append(short, fmt.Sprintf("%s: %d bytes could not be read, the first at %d: %s", p.Name, p.Skipped, d[0].Offset, d[0].Reason))
	}
	if p.Truncated {
		short = append(short, p.Name+": the file is cut short")
	}
	return short
}

// noKey is how many frames name a key that was not given.
func noKey(f postprocess.FrameReport) int64 { return sum(f.NoKey) + f.NoKeyMore }

func sum(m map[uint64]int64) (n int64) {
	for _, v := range m {
		n += v
	}
	return n
}

// explain makes an error of a conversion one that a user can act on.
func (v *converter) explain(ctx context.Context, j job, in *opened, res result) error {
	var unsupported *media.UnsupportedError
	var write *postprocess.WriteError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(res.err, &write) && exitCode(write.Err) != exitExists:
		return &exitError{exitIO, fmt.Errorf("writing %s: %w", j.output, write.Err), ""}
	case errors.Is(res.err, postprocess.ErrNothingOpened):
		return v.explainNothing(in, res)
	case errors.As(res.err, &unsupported):
		return &exitError{exitUnsupported, res.err, unsupported.Hint}
	}
	return res.err
}

// explainNothing finds the reason why no frame of any track could be used: the
// wrong keys first, since then something is there to be opened.
func (v *converter) explainNothing(in *opened, res result) error {
	var missing *postprocess.MissingKeyError
	var unsupported *media.UnsupportedError
	refused := errors.Is(res.err, postprocess.ErrWrongKey) || errors.As(res.err, &missing)
	clear := errors.Is(res.err, postprocess.ErrNotEncrypted)
	errors.As(res.err, &unsupported)
	switch {
	case (refused || clear) && v.mangled(in.headers[0], in.files[0]):
		return &exitError{exitUnsupported, fmt.Errorf("%w: %s", res.err, mangledWhy), mangledHint}
	case refused || clear:
		return &exitError{exitNoKey, res.err, v.hintNothing(in)}
	case unsupported != nil:
		return &exitError{exitUnsupported, res.err, unsupported.Hint}
	}
	return &exitError{exitNotMJR, res.err, ""}
}

// hintNothing says what a user can do about keys that open nothing.
func (v *converter) hintNothing(in *opened) string {
	if missing := v.whatIsMissing(in); missing != "" {
		return missing
	}
	if slices.ContainsFunc(in.headers, func(h mjr.Header) bool { return !h.Encrypted && h.Kind != mjr.Data }) {
		return "if the recording is in clear, convert it with --plain"
	}
	return "it looks as if it were in clear: a flagged recording that is wholly in clear is converted with --accept-clear=all"
}

// whatIsMissing says what the recordings look like and which ids the keys have.
func (v *converter) whatIsMissing(in *opened) string {
	for i, h := range in.headers {
		if h.Kind == mjr.Data {
			continue
		}
		guess, err := lookAt(in.files[i])
		if err != nil || guess.Scheme == "" {
			continue
		}
		xor := slices.ContainsFunc(v.keys.Keys, func(k decrypt.Key) bool { return strings.HasPrefix(k.Alg, "XOR-") })
		if guess.Scheme == "xor-demo" && xor && !v.o.unauth {
			return looks(guess) + ": open it with --allow-unauthenticated"
		}
		return looks(guess) + "; " + v.haveIDs() + "; where both fit, the key itself is another"
	}
	return ""
}

// haveIDs lists the key ids and indexes of the key files by scheme.
func (v *converter) haveIDs() string {
	const most = 8
	have := make(map[string][]string)
	for _, k := range v.keys.Keys {
		if k.Type != "oct" {
			continue
		}
		id := "any"
		if k.KeyID != nil {
			id = fmt.Sprint(*k.KeyID)
		} else if k.Index != nil {
			id = fmt.Sprint(*k.Index)
		}
		if !slices.Contains(have[k.Alg], id) {
			have[k.Alg] = append(have[k.Alg], id)
		}
	}
	var words []string
	for _, alg := range slices.Sorted(maps.Keys(have)) {
		ids := have[alg]
		if more := len(ids) - most; more > 0 {
			ids = append(ids[:most:most], fmt.Sprintf("and %d more", more))
		}
		words = append(words, fmt.Sprintf("%s with id %s", alg, strings.Join(ids, ", ")))
	}
	return "the keys are of " + strings.Join(words, "; ")
}

// mangled reports whether a recording's frames cannot have come through a
// browser whole: H.264 and AV1 under a scheme that knows nothing of NAL units
// and OBUs.
func (v *converter) mangled(h mjr.Header, f *os.File) bool {
	if v.keys == nil || h.Codec != "h264" && h.Codec != "h265" && h.Codec != "av1" {
		return false
	}
	if guess, err := lookAt(f); err != nil || guess.Scheme != "" {
		return false // what can be recognised is whole
	}
	return !slices.ContainsFunc(schemes, func(s scheme) bool {
		return s.anyCodec && slices.ContainsFunc(v.keys.Keys, func(k decrypt.Key) bool { return s.handles(k.Alg) })
	})
}

const (
	mangledWhy  = "a browser's packetizer takes such frames apart, and they cannot be put together again"
	mangledHint = "H.264 survives LiveKit's scheme and Janus's XOR only, AV1 none"
)
