//go:build !nonet

package main

import (
	"context"
	"errors"
	"fmt"
	"os"

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
	return &pcapSource{p, f, status}, nil
}

// pcapSource is a capture that tells what of it was not recorded.
type pcapSource struct {
	p      *record.Pcap
	f      *os.File
	status *recordStatus
}

func (s *pcapSource) Run(ctx context.Context, r *record.Recorder) error {
	defer s.f.Close()
	err := s.p.Run(ctx, r)
	for _, f := range s.p.Others() {
		s.status.warn("left out: " + flowText(f))
	}
	warnCapture(s.status.warn, s.p.Report())
	if err != nil {
		return fmt.Errorf("%s: %w", s.f.Name(), err)
	}
	return nil
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
	for _, f := range flows {
		if say.json {
			if e := say.object(flowJSON(f)); e != nil {
				return e
			}
			continue
		}
		say.line("%s", flowText(f))
	}
	warnCapture(say.warn, report)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name(), err)
	}
	return &exitError{exitMisused, errors.New("the codecs are not in a capture"), "name them with --audio opus@111 --video vp8@96, or with --sdp FILE"}
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
