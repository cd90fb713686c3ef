package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

// syncInfo is what placed a track beside the others of its sender.
type syncInfo struct {
	BySender bool          // sender reports
	Early    time.Duration // so much, against the time it was received
	Err      error         // why sender reports were not used
}

// text is empty where there is nothing to tell: no track has sender reports,
// or this one was not moved.
func (s syncInfo) text() string {
	switch {
	case s.BySender && s.Early >= time.Millisecond:
		return fmt.Sprintf("%v earlier than received, by the sender's clock", s.Early.Round(time.Millisecond))
	case errors.Is(s.Err, stream.ErrReports):
		return fmt.Sprintf("%v: placed by received time", s.Err)
	}
	return ""
}

// jsonSync tells the same to scripts. It is missing where a recording has no
// sender reports.
type jsonSync struct {
	By    string  `json:"by"` // "sender_reports" or "received_time"
	Early float64 `json:"early_s"`
	Why   string  `json:"why,omitempty"` // not by sender reports
}

func syncJSON(s syncInfo) *jsonSync {
	if errors.Is(s.Err, stream.ErrNoReports) {
		return nil
	}
	if s.BySender {
		return &jsonSync{By: "sender_reports", Early: s.Early.Seconds()}
	}
	j := &jsonSync{By: "received_time", Why: "no other track of this sender has sender reports"}
	if s.Err != nil {
		j.Why = s.Err.Error()
	}
	return j
}

// syncs finds what places the tracks of these files, by the first file of
// each: as convert and replay will.
func syncs(files []string) map[string]syncInfo {
	all := make(map[string]syncInfo)
	for _, s := range group(files) {
		tracks, _, err := tracksOf(s.files)
		if err != nil {
			continue // the file's own report will tell
		}
		starts := make([]stream.Start, len(tracks))
		for i, t := range tracks {
			var err error
			starts[i], err = started(t[0])
			all[t[0]] = syncInfo{Err: err}
		}
		early, used, err := stream.Align(starts)
		for i, t := range tracks {
			info := all[t[0]]
			info.BySender, info.Early = used[i], early[i]
			if info.Err == nil {
				info.Err = err
			}
			all[t[0]] = info
		}
	}
	return all
}

// started is when a recording began, by both clocks.
func started(name string) (stream.Start, error) {
	f, err := os.Open(name)
	if err != nil {
		return stream.Start{}, stream.ErrNoReports
	}
	defer f.Close()
	r, err := mjr.NewReader(f)
	if err != nil || r.Header.Kind == mjr.Data || r.Empty() || len(r.Header.Origin().Reports) == 0 {
		return stream.Start{}, stream.ErrNoReports
	}
	c, _ := mjr.LookupCodec(r.Header.Codec)
	packets := stream.NewReorder(r, stream.Options{ClockRate: c.ClockRate})
	if _, err := packets.ReadPacket(); err != nil {
		return stream.Start{}, stream.ErrNoReports
	}
	s := stream.Start{Received: r.Header.FirstFrame}
	s.Sent, err = stream.Sent(r.Header, c.ClockRate, packets.Report().StartTimestamp)
	return s, err
}
