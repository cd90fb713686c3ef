package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// info prints one recording: a JSON document, or a block of text.
func (r *reporter) info(i info) error {
	if r.json {
		return r.object(infoJSON(i))
	}
	if i.err != nil {
		r.mu.Lock()
		tell(r.errw, i.err)
		r.mu.Unlock()
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", printable(i.name))
	for _, l := range infoLines(i) {
		name := l.name
		if name != "" {
			name += ":"
		}
		fmt.Fprintf(&b, "  %-11s %s\n", name, printable(l.text))
	}
	_, err := fmt.Fprint(r.out, b.String())
	return err
}

// infoLine is a line of text: a name, and what is said of it.
type infoLine struct{ name, text string }

func infoLines(i info) []infoLine {
	var lines []infoLine
	add := func(name, format string, a ...any) {
		lines = append(lines, infoLine{name, fmt.Sprintf(format, a...)})
	}
	h := i.header
	add("format", "MJR generation %d, %d bytes", h.Version, i.size)
	add("medium", "%s", strings.Join(headerWords(h), ", "))
	if !h.FirstFrame.IsZero() {
		add("recorded", "%s", h.FirstFrame.UTC().Format(time.RFC3339Nano))
	}
	lines = append(lines, originLines(i)...)
	if h.Description != "" {
		add("name", "%q", h.Description)
	}
	for _, id := range slices.Sorted(maps.Keys(h.Extensions)) {
		add("extension", "%d = %s", id, h.Extensions[id])
	}
	if h.Kind == mjr.Data {
		add("messages", "%d, %d bytes", i.messages.count, i.messages.bytes)
		if i.messages.count > 0 {
			add("duration", "%s", i.messages.last.Sub(i.messages.first))
		}
	} else if i.packets.Read == 0 {
		add("packets", "none: the recording is empty")
	} else {
		lines = append(lines, packetLines(i)...)
	}
	lines = append(lines, damageLines(i.file)...)
	return append(lines, i.frames.lines()...)
}

// originLines tell what a recording of ours says besides.
func originLines(i info) []infoLine {
	var lines []infoLine
	o := i.header.Origin()
	if o.Part > 0 {
		text := fmt.Sprintf("%d of a recording", o.Part)
		if !o.Start.IsZero() {
			text += " that began at " + o.Start.Format(time.RFC3339Nano)
		}
		lines = append(lines, infoLine{"part", text})
	}
	if len(o.Reports) == 0 {
		return lines
	}
	text := "reports in the header"
	switch {
	case !i.synced: // its first part tells
	case i.sync.Err != nil:
		text += "; " + i.sync.Err.Error()
	case !i.sync.BySender:
		text += "; alone, they place nothing"
	case i.sync.Early < time.Millisecond:
		text += ", which place the track: no other was received with less delay"
	default:
		text += ", which place the track " + i.sync.text()
	}
	return append(lines, infoLine{"sender", text})
}

func headerWords(h mjr.Header) []string {
	words := []string{fmt.Sprintf("%s %s", h.Kind, cmp.Or(h.Codec, "of unknown codec"))}
	if h.Encrypted {
		words = append(words, "flagged as end-to-end encrypted")
	}
	if h.PERC {
		words = append(words, "flagged as PERC Lite")
	}
	if h.REDType != 0 {
		words = append(words, fmt.Sprintf("RED as payload type %d", h.REDType))
	}
	if h.Fmtp != "" {
		words = append(words, "fmtp "+h.Fmtp)
	}
	return words
}

func packetLines(i info) []infoLine {
	p := i.packets
	lines := []infoLine{{"packets", fmt.Sprintf("%d", p.Delivered)}}
	count := func(n int64, what string) {
		if n > 0 {
			lines[0].text += fmt.Sprintf(", %d %s", n, what)
		}
	}
	count(p.Reordered, "out of order")
	count(p.Duplicate, "duplicate")
	count(p.Late, "too late")
	count(p.Padding, "of padding only")
	count(p.NotRTP, "not RTP")
	count(p.Stray, "of other SSRCs")
	add := func(name, format string, a ...any) {
		lines = append(lines, infoLine{name, fmt.Sprintf(format, a...)})
	}
	for _, ssrc := range slices.Sorted(maps.Keys(p.SSRCs)) {
		add("ssrc", "0x%08x, %d packets", ssrc, p.SSRCs[ssrc])
	}
	for _, pt := range slices.Sorted(maps.Keys(p.Payloads)) {
		add("payload", "type %d, %d packets", pt, p.Payloads[pt])
	}
	if p.Restarts > 0 {
		add("restarts", "%d: the sender began its numbers anew", p.Restarts)
	}
	add("duration", "%s by RTP time, %s by received time", i.media.Round(time.Millisecond), wallText(i))
	add("lost", "%d packets in %d gaps", p.Lost, p.Gaps)
	for _, g := range i.gaps {
		add("gap", "%d packets before %s", g.lost, g.at.Round(time.Millisecond))
	}
	if more := p.Gaps - int64(len(i.gaps)); more > 0 {
		add("gap", "and %d more", more)
	}
	return lines
}

func wallText(i info) string {
	if i.header.Version < 2 {
		return "an unknown time"
	}
	return i.wall.String()
}

func damageLines(f mjr.Report) []infoLine {
	var lines []infoLine
	for _, d := range f.Damages {
		lines = append(lines, infoLine{"damage", fmt.Sprintf("%d bytes at %d: %s", d.Length, d.Offset, d.Reason)})
	}
	if more := f.Damaged - int64(len(f.Damages)); more > 0 {
		lines = append(lines, infoLine{"damage", fmt.Sprintf("and %d more", more)})
	}
	if f.Truncated {
		lines = append(lines, infoLine{"truncated", "the file ends inside a record"})
	}
	return lines
}
