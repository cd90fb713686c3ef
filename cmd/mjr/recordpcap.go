//go:build !nonet

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// openPcap makes a capture ready.
func (o *recordSources) openPcap(status *recordStatus) (source, error) {
	media, err := o.media()
	if err != nil {
		return nil, err
	}
	f, err := os.Open(o.pcap)
	if err != nil {
		return nil, err
	}
	p, err := record.NewPcap(f, media)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", o.pcap, err)
	}
	return &pcapSource{p, f, media, status}, nil
}

// pcapSource is a capture that tells what of it was not recorded.
type pcapSource struct {
	p      *record.Pcap
	f      *os.File
	media  []record.Media
	status *recordStatus
}

func (s *pcapSource) Run(ctx context.Context, r *record.Recorder) error {
	defer s.f.Close()
	if err := s.p.Run(ctx, r); err != nil {
		s.tellOthers()
		return fmt.Errorf("%s: %w", s.f.Name(), err)
	}
	files := r.Report().Files
	switch {
	case slices.ContainsFunc(files, func(f record.FileReport) bool { return f.Err != nil }):
		s.tellOthers()
		return nil // that is what is told
	case !slices.ContainsFunc(files, func(f record.FileReport) bool { return f.Received > 0 }):
		return s.nothing()
	}
	s.tellOthers()
	return s.short(files)
}

// tellOthers says what was left out.
func (s *pcapSource) tellOthers() {
	for _, f := range s.p.Others() {
		s.status.warn("left out: " + flowText(f))
	}
	warnCapture(s.status.warn, s.p.Report())
}

// nothing says what there is instead of what was asked for.
func (s *pcapSource) nothing() error {
	if err := listFlows(s.status, s.p.Others()); err != nil {
		return err
	}
	c := s.p.Report()
	warnCapture(s.status.warn, c)
	if c.RTP == 0 {
		return &exitError{exitNotMJR, fmt.Errorf("%s: no RTP in %d frames can be read", s.f.Name(), c.Frames), ""}
	}
	return &exitError{exitNotMJR, fmt.Errorf("%s: none of its RTP is of the media asked for", s.f.Name()),
		"the payload types, SSRCs and ports that are there are listed above"}
}

// short says why what was asked for is not whole, or returns nil.
func (s *pcapSource) short(files []record.FileReport) error {
	var why []string
	hint := ""
	for i, f := range files {
		if f.Received == 0 {
			why = append(why, fmt.Sprintf("nothing in it is of %s", f.Name))
		}
		if f.Others > 0 {
			why = append(why, fmt.Sprintf("%d packets of %s are of other senders", f.Others, f.Name))
			hint = s.choices(s.media[i])
		}
	}
	c := s.p.Report()
	if n := c.Cut + c.Fragments; n > 0 {
		why = append(why, fmt.Sprintf("%d frames in it are not whole", n))
	}
	if why == nil {
		return nil
	}
	return &exitError{exitNotWhole, fmt.Errorf("%s: %s", s.f.Name(), strings.Join(why, "; ")), hint}
}

// choices says how another sender of a medium is chosen.
func (s *pcapSource) choices(m record.Media) string {
	for _, f := range s.p.Others() {
		if f.PayloadType == m.Track.PayloadType || int(f.PayloadType) == m.Track.REDType {
			medium := fmt.Sprintf("%s@%d", m.Track.Codec, m.Track.PayloadType)
			return fmt.Sprintf("%s,port=%d takes all that was sent there, %s,ssrc=%#x one sender alone", medium, f.Dst.Port(), medium, f.SSRC)
		}
	}
	return ""
}

// lists reports whether all that can be done is to look into a capture.
func (o *recordSources) lists() bool {
	return o.pcap != "" && len(o.audio)+len(o.video) == 0 && o.sdp == ""
}

// list lists the RTP in a capture. That is no recording: the error says how to
// make one.
func (o *recordSources) list(ctx context.Context, say *reporter) error {
	f, err := os.Open(o.pcap)
	if err != nil {
		return err
	}
	defer f.Close()
	flows, report, err := record.ScanPcap(ctx, f)
	status := newRecordStatus(say)
	if e := listFlows(status, flows); e != nil {
		return e
	}
	warnCapture(status.warn, report)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name(), err)
	}
	return &exitError{exitMisused, errors.New("the codecs are not in a capture"), "name them with --audio opus@111 --video vp8@96, or with --sdp FILE"}
}

// listFlows lists what can be recorded.
func listFlows(status *recordStatus, flows []record.Flow) error {
	for _, f := range flows {
		if status.say.json {
			if err := status.say.object(flowJSON(f)); err != nil {
				return err
			}
			continue
		}
		status.line("%s", flowText(f))
	}
	return nil
}

// warnCapture tells of frames that may have had RTP, and were of no use.
func warnCapture(warn func(string), c record.CaptureReport) {
	if c.Fragments > 0 {
		warn(fmt.Sprintf("%d fragments of IP packets left out", c.Fragments))
	}
	if c.Cut > 0 {
		warn(fmt.Sprintf("%d frames left out that were captured without their ends", c.Cut))
	}
}

func flowText(f record.Flow) string {
	return fmt.Sprintf("payload type %d, SSRC %#x, %v to %v, %d packets", f.PayloadType, f.SSRC, f.Src, f.Dst, f.Packets)
}

// jsonFlow is the JSON line of a stream in a capture.
type jsonFlow struct {
	common
	PayloadType uint8  `json:"payload_type"`
	SSRC        uint32 `json:"ssrc"`
	Src         string `json:"src"`
	Dst         string `json:"dst"`
	Packets     int64  `json:"packets"`
}

func flowJSON(f record.Flow) jsonFlow {
	return jsonFlow{common{schema, "stream"}, f.PayloadType, f.SSRC, f.Src.String(), f.Dst.String(), f.Packets}
}
