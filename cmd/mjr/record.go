//go:build !nonet

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// recordOptions are the flags of record.
type recordOptions struct {
	recordSources

	e2ee        bool
	duration    time.Duration
	maxSize     byteSize
	maxDuration time.Duration
	minFree     byteSize
	sync        bool
	rebase      bool
	json        bool
	metrics     string
	nfo         bool
}

func newRecord() *cobra.Command {
	o := new(recordOptions)
	c := &cobra.Command{
		Use:   "record [flags] NAME",
		Short: "Record RTP into NAME-audio-0.mjr, NAME-video-1.mjr, …",
		Long: `Record stores RTP as it comes, each packet once, in one MJR file for each
medium. It never sees a key: what is end-to-end encrypted stays so, and --e2ee
marks the files. A file is called .mjr.tmp while it is written; a crash costs
at most the last second of it. The first interrupt is the normal end.

With --listen, browsers publish with the page that is served there, and other
programs over WHIP. There can be several publishers, and each has files of its
own: the second NAME-2-audio-0.mjr, and so on. One whose URL ends in ?e2ee=1 is
marked as end-to-end encrypted; the page does that by itself.

An address without a host is that of this machine alone: udp://0.0.0.0:5004
takes packets from others, --listen 0.0.0.0:8080 publishers.`,
		Example: `  mjr record --listen :8080 --e2ee meeting
  mjr record --audio udp://:5004,opus --video udp://:5006,vp8 --e2ee meeting
  mjr record --sdp stream.sdp --duration 1h meeting
  mjr record --pcap capture.pcapng --audio opus@111 --video vp8@96 meeting`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runRecord(c, o, args) },
	}
	o.addFlags(c)
	return c
}

func (o *recordOptions) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&o.e2ee, "e2ee", false, "mark the recordings as end-to-end encrypted")
	f.DurationVar(&o.duration, "duration", 0, "end after this `time`, like 90s or 1h30m; not of --pcap")
	f.Var(&o.maxSize, "max-size", "begin a new part before a file gets larger than `SIZE`, like 500M or 2G")
	f.DurationVar(&o.maxDuration, "max-duration", 0, "begin a new part after this `time`")
	f.Var(&o.minFree, "min-free", "open no file when the disk has less than `SIZE` left")
	f.BoolVar(&o.sync, "sync", false, "make the disk keep what is written, each time: for crashes of the machine")
	f.BoolVar(&o.rebase, "rebase", false, "count sequence numbers from 1 and timestamps from 0, as Janus does")
	f.BoolVar(&o.json, "json", false, "print the results as JSON Lines on standard output")
	f.BoolVar(&o.nfo, "nfo", false, "write NAME.nfo at the end, with which Janus's Record&Play lists and plays the recording")
	f.StringVar(&o.metrics, "metrics", "", "serve counters for Prometheus at `ADDR`; :9100 is for this machine alone")
	o.recordSources.addFlags(c)
}

// check settles what flags alone can say.
func (o *recordOptions) check() error {
	switch {
	case o.duration < 0:
		return misused("--duration %v: want more than 0", o.duration)
	case o.duration > 0 && o.pcap != "":
		return misused("--duration is not of --pcap: a capture is recorded as fast as it can be read")
	case o.maxDuration != 0 && o.maxDuration < time.Second:
		return misused("--max-duration %v: want 1s or more", o.maxDuration)
	case o.maxSize != 0 && o.maxSize < 64<<10:
		return misused("--max-size %v: want 64K or more", o.maxSize)
	}
	return o.recordSources.check()
}

func runRecord(c *cobra.Command, o *recordOptions, args []string) error {
	if err := o.check(); err != nil {
		return err
	}
	say := newLoneReporter(c.OutOrStdout(), c.ErrOrStderr(), o.json)
	if o.lists() {
		return recordError(o.list(c.Context(), say))
	}
	if len(args) == 0 {
		return misused("no name was given for the recording")
	}
	status := newRecordStatus(say)
	r, err := record.NewRecorder(record.Options{
		Name: args[0], Publishers: o.several(), Encrypted: o.e2ee, MaxSize: int64(o.maxSize), MaxDuration: o.maxDuration,
		Sync: o.sync, Rebase: o.rebase, MinFree: int64(o.minFree),
		Software: "mjr " + version(), Warn: status.warn,
	})
	if err == nil && o.nfo {
		err = record.NFOFree(args[0])
	}
	if err != nil {
		return recordError(err)
	}
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	if o.duration > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, o.duration)
		defer stop()
	}
	src, err := o.open(say, status, o.e2ee)
	if err != nil {
		return recordError(err)
	}
	serving, err := serveMetrics(o.metrics, r, src, status)
	if err != nil {
		return err
	}
	defer serving.stop()
	beat := newHeartbeat(r)
	status.start(r)
	beat.start(src)
	failed := src.Run(ctx, r)
	beat.stop()
	report, closing := r.Close()
	status.stop()
	if failed == nil || closing != nil && exitCode(recordError(failed)) == exitNotWhole {
		failed = closing // what the disk refused is worse than what was left out
	}
	if o.nfo {
		if err := writeNFO(say, args[0], report); failed == nil {
			failed = err
		}
	}
	return recordResult(say, report, recordError(failed))
}

// recordError gives an error of recording its exit code.
func recordError(err error) error {
	var header *mjr.HeaderError
	var syntax *record.SyntaxError
	var exit *exitError
	var damage *record.CaptureError
	switch {
	case err == nil, errors.As(err, &exit):
		return err
	case errors.Is(err, record.ErrExists):
		return &exitError{exitExists, err, "record under another name; a .mjr.tmp file is being written, or a crash left it"}
	case errors.Is(err, record.ErrNotCapture):
		return &exitError{exitNotMJR, err, ""}
	case errors.As(err, &damage):
		return &exitError{exitNotWhole, err, ""}
	case errors.As(err, &header):
		return &exitError{exitUnsupported, err, ""}
	case errors.As(err, &syntax):
		return &exitError{exitMisused, err, ""}
	case errors.Is(err, record.ErrName):
		return &exitError{exitMisused, err, "meeting becomes meeting-audio-0.mjr, meeting-video-1.mjr, …"}
	case isNetwork(err), errors.Is(err, record.ErrVanished), errors.Is(err, record.ErrFailed):
		return &exitError{exitNetwork, err, ""}
	case exitCode(err) == exitFailed:
		return &exitError{exitIO, err, ""} // all else is of the disk
	}
	return err
}

// recordResult tells what was recorded, and how whole it is.
func recordResult(say *reporter, report record.Report, err error) error {
	var short []string
	for _, f := range report.Files {
		short = append(short, shortOf(f)...)
	}
	if err == nil && len(short) > 0 {
		err = &exitError{exitNotWhole, errReported, ""}
	}
	if say.json {
		for _, f := range report.Files {
			if e := say.object(recordJSON(f, "result")); e != nil {
				return e
			}
		}
		if e := say.object(recordSummary{common{schema, "summary"}, exitCode(err), short}); e != nil {
			return e
		}
		return err
	}
	for _, f := range report.Files {
		for _, l := range recordLines(f) {
			say.line("%s", l)
		}
	}
	for _, s := range short {
		say.line("warning: %s", s)
	}
	return err
}

// shortOf says why a file has less than what came to this machine. What was
// lost before that is in the report, and no failure.
func shortOf(f record.FileReport) []string {
	var short []string
	add := func(n int64, why string) {
		if n > 0 {
			short = append(short, fmt.Sprintf("%s: %d packets %s", f.Name, n, why))
		}
	}
	add(f.QueueDrops, "dropped because the disk was too slow")
	add(f.KernelDrops, "dropped by the operating system: the receive buffer was full")
	add(f.Unwritten, "not written after an error")
	add(f.LeftOut, "of other payload types left out: pt=N says which to record")
	add(f.Long, fmt.Sprintf("of more than %d bytes left out", mjr.MaxPacket))
	return short
}
