package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// Member is the name of our own object in the header, see the package comment.
const Member = "mjr"

// reportsMark stands before the sender reports. Nothing that a text says looks
// like it: a quote in one is escaped.
const reportsMark = `,"sr":`

// header is that of a part whose first packet came at u.
func (f *File) header(part int, u time.Time) mjr.Header {
	t := f.track
	created := f.opened
	if u.Before(created) {
		created = u // a capture is older than its recording
	}
	h := mjr.Header{
		Kind: t.Kind, Codec: t.Codec, Fmtp: t.Fmtp, Description: t.Description, Extensions: t.Extensions,
		Created: created, FirstFrame: u, REDType: t.REDType, Encrypted: t.Encrypted,
	}
	own := append([]byte(`{"v":`), text(f.r.options.Software)...)
	if t.MID != "" {
		own = append(append(own, `,"mid":`...), text(t.MID)...)
	}
	if t.RID != "" {
		own = append(append(own, `,"rid":`...), text(t.RID)...)
	}
	if part > 1 {
		own = strconv.AppendInt(append(own, `,"part":`...), int64(part), 10)
		own = strconv.AppendInt(append(own, `,"start":`...), f.out.start.UnixMicro(), 10)
	}
	own = append(own, reportsMark...)
	own = append(own, f.reportsText(f.r.since(u))...)
	h.Unknown = map[string]json.RawMessage{Member: append(own, '}')}
	return h
}

func text(s string) []byte {
	b, _ := json.Marshal(s) // a string always can
	return b
}

// fitHeader leaves out of the track's header what it has no room for, and
// names it. An error is about something else.
func (f *File) fitHeader() (shortened string, err error) {
	// The longest header that this file can have.
	const lastPart = 1 << 20
	longest := time.UnixMicro(1<<53 - 1)
	f.out.start = longest
	defer func() { f.out.start = time.Time{} }()
	for {
		_, err := mjr.NewWriter(io.Discard, f.header(lastPart, longest))
		if !errors.Is(err, mjr.ErrHeaderTooLong) {
			return shortened, err
		}
		switch t := &f.track; {
		case t.Description != "":
			t.Description, shortened = "", "the description"
		case len(t.Extensions) > 0:
			t.Extensions = maps.Clone(t.Extensions)
			delete(t.Extensions, slices.Max(slices.Collect(maps.Keys(t.Extensions))))
			shortened = "all header extensions"
		case t.Fmtp != "":
			t.Fmtp, shortened = "", "the fmtp"
		default:
			return "", err
		}
	}
}

// pair is one sender report: two clocks at one time.
type pair struct {
	clock int64 // of the sender, in microseconds since 1970
	rtp   uint32
	at    time.Duration // when it came
}

// reportsRoom holds two pairs, with every number as long as it gets.
const reportsRoom = 96

// reports is what to put into the header of a part that began at first; empty
// if there is nothing.
func (f *File) reports(first time.Duration) []byte {
	f.mu.Lock()
	none := len(f.pairs) == 0
	f.mu.Unlock()
	if none {
		return nil
	}
	return f.reportsText(first)
}

// reportsText is always reportsRoom bytes long.
func (f *File) reportsText(first time.Duration) []byte {
	b := append(make([]byte, 0, reportsRoom), '[')
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, p := range f.pairs {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, '['), p.clock, 10)
		b = strconv.AppendUint(append(b, ','), uint64(f.out.rebase.timestamp(p.rtp)), 10)
		b = strconv.AppendInt(append(b, ','), (p.at - first).Milliseconds(), 10)
		b = append(b, ']')
	}
	b = append(b, ']')
	return append(b, bytes.Repeat([]byte{' '}, reportsRoom-len(b))...)
}

// ntpMicros turns a time in NTP's format, seconds since 1900 and their binary
// fraction, into microseconds since 1970. Seconds of the lower half are of the
// era that begins in 2036 (RFC 4330, section 3).
func ntpMicros(ntp uint64) int64 {
	const since1900 = 2208988800
	seconds := int64(ntp >> 32)
	if seconds < 1<<31 {
		seconds += 1 << 32
	}
	fraction := int64(ntp&0xFFFFFFFF) * 1e6 >> 32
	return (seconds-since1900)*1e6 + fraction
}
