package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

// infoOptions are the flags of info.
type infoOptions struct {
	inputOptions
	frameOptions // what a build with keys can look at besides
	json         bool
	window       int
}

func newInfo() *cobra.Command {
	o := new(infoOptions)
	c := &cobra.Command{
		Use:   "info [flags] FILE...",
		Short: "Tell what is in a recording",
		Long: `Info tells what is in recordings: the header, packets, loss and gaps, how long
they are by RTP time and by the wall clock, and what encryption they look like.
With keys it tells which of them opens which frames.`,
		RunE: func(c *cobra.Command, args []string) error { return runInfo(c, o, args) },
	}
	o.inputOptions.addFlags(c)
	o.frameOptions.addFlags(c)
	c.Flags().BoolVar(&o.json, "json", false, "print one JSON document a file")
	c.Flags().IntVar(&o.window, "window", stream.DefaultWindow, "put packets in order over `N` of them")
	return c
}

func runInfo(c *cobra.Command, o *infoOptions, args []string) error {
	if o.window < 1 || o.window > stream.MaxWindow {
		return misused("--window %d: want 1 to %d packets", o.window, stream.MaxWindow)
	}
	files, err := o.inputOptions.files(args, c.InOrStdin())
	if err != nil {
		return err
	}
	say := newReporter(c.OutOrStdout(), c.ErrOrStderr(), o.json)
	if err := o.frameOptions.check(); err != nil {
		return err
	}
	if err := o.frameOptions.load(c.Context(), c.InOrStdin(), say.warn); err != nil {
		return err
	}
	code := -1
	placed := syncs(files)
	for _, name := range files {
		if c.Context().Err() != nil {
			return context.Cause(c.Context())
		}
		got := o.look(c.Context(), name)
		got.sync, got.synced = placed[name]
		if err := say.info(got); err != nil {
			return err
		}
		switch exit := got.exit(); {
		case code == -1:
			code = exit
		case code != exit:
			code = exitNotWhole
		}
	}
	if code != exitOK {
		return &exitError{code, errReported, ""}
	}
	return nil
}

// info is what is known of one recording.
type info struct {
	name    string
	err     error
	size    int64
	header  mjr.Header
	file    mjr.Report
	packets stream.Report
	// first and last received time, by the wall clock.
	wall time.Duration
	// media is how long the recording lasts by its RTP timestamps.
	media    time.Duration
	gaps     []gap
	messages messages
	frames   frameInfo
	// sync is what places the track beside the others that were named; a
	// further part has none of its own.
	sync   syncInfo
	synced bool
}

// gap is a run of sequence numbers that no packet had.
type gap struct {
	at   time.Duration // RTP time of the packet behind it
	lost int64
}

// messages is what a data-channel recording holds.
type messages struct {
	count, bytes int64
	first, last  time.Time
}

// maxGaps bounds the gaps that are listed one by one.
const maxGaps = 100

func (i info) exit() int {
	if i.err != nil {
		return exitCode(i.err)
	}
	if !i.file.Whole() || i.packets.Late > 0 {
		return exitNotWhole
	}
	return i.frames.exit()
}

// look reads one recording through, without keys; then its frames, if this
// build can.
func (o *infoOptions) look(ctx context.Context, name string) info {
	got := info{name: name}
	f, err := os.Open(name)
	if err != nil {
		got.err = err
		return got
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil {
		got.size = st.Size()
	}
	r, err := mjr.NewReader(&ctxReader{ctx: ctx, r: f})
	if err != nil {
		got.err = fmt.Errorf("%s: %w", name, err)
		return got
	}
	got.header = r.Header
	if r.Header.Kind == mjr.Data {
		got.err = got.readMessages(r)
	} else {
		got.err = got.readPackets(r, o.window)
	}
	got.file = r.Report()
	if got.err == nil && got.header.Kind != mjr.Data {
		got.frames, got.err = o.frameOptions.look(ctx, f, got, o.window)
	}
	if got.err != nil {
		got.err = fmt.Errorf("%s: %w", name, got.err)
	}
	return got
}

func (i *info) readMessages(r *mjr.Reader) error {
	for {
		p, err := r.ReadPacket()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if i.messages.count == 0 {
			i.messages.first = p.Wall
		}
		i.messages.last = p.Wall
		i.messages.count++
		i.messages.bytes += int64(len(p.Data))
	}
}

func (i *info) readPackets(r *mjr.Reader, window int) error {
	codec, _ := mjr.LookupCodec(i.header.Codec)
	s := stream.NewReorder(r, stream.Options{Window: window, ClockRate: codec.ClockRate})
	ticks := func(t int64) time.Duration { return mediaTime(t, codec.ClockRate) }
	var first, last stream.Packet
	var from, to int64
	for n := 0; ; n++ {
		p, err := s.ReadPacket()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if n == 0 {
			first, from, to = p, p.Time, p.Time
		} else if lost := p.Seq - last.Seq - 1; lost > 0 && p.Source == last.Source && len(i.gaps) < maxGaps {
			i.gaps = append(i.gaps, gap{ticks(p.Time), lost})
		}
		from, to = min(from, p.Time), max(to, p.Time)
		i.wall = max(i.wall, p.Arrival-first.Arrival)
		last = p
	}
	i.packets = s.Report()
	i.media = ticks(to - from)
	return nil
}

// mediaTime is a number of ticks of a clock as time, without an overflow.
func mediaTime(ticks int64, clockRate int) time.Duration {
	if clockRate == 0 {
		return 0
	}
	r := int64(clockRate)
	return time.Duration(ticks/r)*time.Second + time.Duration(ticks%r)*time.Second/time.Duration(r)
}
