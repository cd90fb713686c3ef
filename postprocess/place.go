package postprocess

import (
	"time"

	"github.com/mjrkit/mjrkit/mjr/stream"
)

// unrelated is how far apart two recordings of one session cannot begin.
const unrelated = 24 * time.Hour

// place puts the recordings on one clock, by the times at which their first
// packets were written; a recording that does not say began with the earliest.
func place(tracks []*track) {
	var first, earliest time.Time
	for _, t := range tracks {
		u := t.report.Header.FirstFrame
		if u.IsZero() {
			continue
		}
		if first.IsZero() {
			first, earliest = u, u
		}
		if u.Sub(first).Abs() > unrelated {
			t.report.Unrelated = true
		} else if u.Before(earliest) {
			earliest = u
		}
	}
	for _, t := range tracks {
		if u := t.report.Header.FirstFrame; !u.IsZero() && !t.report.Unrelated {
			t.report.Offset = u.Sub(earliest)
		}
	}
}

// align moves tracks of one sender to where its clock says they belong beside
// each other: packets of one of them may have been on the way for longer. It
// takes the first packet of each to know that.
func align(tracks []*track) {
	senders := make(map[string][]*track)
	for _, t := range tracks {
		senders[t.in.Sender] = append(senders[t.in.Sender], t)
	}
	for _, all := range senders {
		starts := make([]stream.Start, len(all))
		for i, t := range all {
			starts[i] = t.began()
		}
		early, used, err := stream.Align(starts)
		for i, t := range all {
			r := &t.report.Sync
			r.BySender, r.Early = used[i], early[i]
			if r.Err == nil {
				r.Err = err
			}
			t.report.Offset -= early[i]
		}
	}
}

// began is when the recording began, by both clocks.
func (t *track) began() stream.Start {
	r := t.report
	if r.Header.FirstFrame.IsZero() || r.Unrelated {
		return stream.Start{}
	}
	s := stream.Start{Received: r.Header.FirstFrame}
	s.Sent, r.Sync.Err = stream.Sent(r.Header, t.rate, t.reorder.Report().StartTimestamp)
	return s
}
