//go:build !nonet

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/replay"
)

// replayOptions are the flags of replay.
type replayOptions struct {
	inputOptions

	serve  serveOptions // of --listen; --whip and --janus share some
	live   bool
	whip   string
	janus  janusFlags
	udp    string
	sdpOut string
	pcap   string
	force  bool

	speed float64
	start time.Duration
	loop  bool
	json  bool
}

func newReplay() *cobra.Command {
	o := new(replayOptions)
	c := &cobra.Command{
		Use:   "replay [flags] FILE...",
		Short: "Send recordings into a new session, still encrypted",
		Long: `Replay sends recordings into a new session, and never sees a key: what is
end-to-end encrypted stays so. The tracks of a session are found by name:
X-audio-0.mjr and X-video-1.mjr are played together, on one clock.

With --listen browsers watch: open the address that is printed, and give the
page the key. Each viewer has a timeline of its own, to pause and to seek, or
all of them share one, with --live. Recordings of a folder given with -r may
come later; those that are still written are not shown. The first interrupt is
the normal end.

With --whip a session is published to a WHIP server, and with --janus in a room
of Janus. With --udp the tracks are sent as plain RTP to HOST:PORT, PORT+2, …,
as fast as they were recorded. Of several sessions one is played after the
other. A hole in a recording is closed at the next key frame. An interrupt ends
a replay with --loop as it should end; any other is cut short by it.

With --pcap every packet is written into a capture as it was recorded, at the
time at which it was received: "mjr record --pcap" makes recordings of it that
have the same packets and times.`,
		Example: `  mjr replay --listen :8080 call-audio-0.mjr call-video-1.mjr
  mjr replay --listen :8080 -r recordings/
  mjr replay --whip https://sfu.example/whip/room --token-file token call-*.mjr
  mjr replay --udp 127.0.0.1:5004 --sdp-out call.sdp call-audio-0.mjr call-video-1.mjr
  mjr replay --udp 127.0.0.1:5004 --start 1m --loop call-*.mjr
  mjr replay --pcap call.pcap call-*.mjr`,
		RunE: func(c *cobra.Command, args []string) error { return runReplay(c, o, args) },
	}
	o.addFlags(c)
	return c
}

func (o *replayOptions) addFlags(c *cobra.Command) {
	o.inputOptions.addFlags(c)
	f := c.Flags()
	f.BoolVarP(&o.force, "force", "f", false, "overwrite existing files")
	f.Float64Var(&o.speed, "speed", 1, "play `N` times as fast; audio is muted at any speed but 1")
	f.DurationVar(&o.start, "start", 0, "begin at this `time` of the session, like 90s or 1h30m, at the key frame before")
	f.BoolVar(&o.loop, "loop", false, "begin again at the end")
	f.BoolVar(&o.json, "json", false, "print the results as JSON Lines on standard output")
	inSection(c, "To browsers", func() {
		o.serve.addFlags(c, "let browsers watch")
		f.BoolVar(&o.live, "live", false, "have all viewers of a recording share one timeline")
	})
	inSection(c, "To servers, as RTP, and into captures", func() {
		f.StringVar(&o.whip, "whip", "", "publish to the WHIP server at `URL`; the token to show is in --token-file")
		f.StringVar(&o.udp, "udp", "", "send plain RTP to `HOST:PORT`, each further track two ports up")
		f.StringVar(&o.sdpOut, "sdp-out", "", "describe what --udp sends in `FILE`, for ffplay or GStreamer")
		f.StringVar(&o.pcap, "pcap", "", "write the packets as they were recorded into the capture `FILE`")
	})
	inSection(c, "To Janus", func() { o.janus.addFlags(c, "publish in") })
}

// check settles what flags alone can say.
func (o *replayOptions) check() error {
	to := o.targets()
	switch {
	case len(to) == 0:
		return &exitError{exitMisused, errors.New("nowhere to replay to"), "let browsers watch with --listen :8080, publish with --whip URL or --janus URL, send plain RTP with --udp HOST:PORT, or write a capture with --pcap FILE"}
	case len(to) > 1:
		return misused("%s and %s exclude each other", to[0], to[1])
	case o.live && o.serve.listen == "":
		return misused("--live is about --listen, which was not given")
	case o.sdpOut != "" && o.udp == "":
		return misused("--sdp-out describes what --udp sends")
	case o.pcap != "" && (o.speed != 1 || o.start != 0 || o.loop):
		return misused("--pcap writes packets as they were recorded, without --speed, --start and --loop")
	case o.udp+o.pcap != "" && o.serve.given():
		return misused("%s needs no --ice-udp, --ice-host, --stun and --turn-file", to[0])
	case !(o.speed >= replay.MinSpeed && o.speed <= replay.MaxSpeed):
		return misused("--speed %g: want %g to %d", o.speed, replay.MinSpeed, replay.MaxSpeed)
	case o.start < 0:
		return misused("--start %v: want 0s or more", o.start)
	}
	if o.whip != "" {
		if err := checkURL("--whip", o.whip); err != nil {
			return err
		}
	}
	serve := o.serve
	if o.whip != "" {
		serve.tokenFile = ""
	}
	if err := serve.check(); err != nil {
		return err
	}
	return o.janus.check()
}

// targets are the flags given that say where to replay to.
func (o *replayOptions) targets() []string {
	var to []string
	for _, t := range []struct{ flag, value string }{
		{"--listen", o.serve.listen}, {"--whip", o.whip}, {"--janus", o.janus.url}, {"--udp", o.udp}, {"--pcap", o.pcap},
	} {
		if t.value != "" {
			to = append(to, t.flag)
		}
	}
	return to
}

func runReplay(c *cobra.Command, o *replayOptions, args []string) error {
	if err := o.check(); err != nil {
		return err
	}
	say := newLoneReporter(c.OutOrStdout(), c.ErrOrStderr(), o.json)
	if o.serve.listen != "" {
		return o.listen(c.Context(), say, args, c.InOrStdin())
	}
	files, err := o.inputOptions.files(args, c.InOrStdin())
	if err != nil {
		return err
	}
	sessions := group(files)
	if len(sessions) > 1 && (o.loop || o.pcap != "" || o.sdpOut != "") {
		return misused("%s and %s are different sessions, and --loop, --pcap and --sdp-out take one", sessions[0].name, sessions[1].name)
	}
	code := -1
	for _, s := range sessions {
		err := o.one(c.Context(), say, s)
		if len(sessions) == 1 && !o.json || c.Context().Err() != nil {
			return err
		}
		tell(c.ErrOrStderr(), err)
		if got := exitCode(err); code == -1 {
			code = got
		} else if code != got {
			code = exitNotWhole
		}
	}
	if code != exitOK {
		return &exitError{code, errReported, ""}
	}
	return nil
}

// one replays one session, and tells how it went.
func (o *replayOptions) one(ctx context.Context, say *reporter, s session) error {
	in, err := openReplay(ctx, say, s)
	defer in.close()
	var sent []replay.TrackStats
	if err == nil {
		switch {
		case o.pcap != "":
			sent, err = o.toPcap(ctx, say, in)
		case o.whip != "":
			sent, err = o.toWHIP(ctx, say, in)
		case o.janus.url != "":
			sent, err = o.toJanus(ctx, say, in)
		default:
			sent, err = o.toUDP(ctx, say, in)
		}
	}
	err = replayError(ctx, err, o.loop)
	short := in.short(sent)
	for _, text := range short {
		say.line("warning: %s", text)
	}
	if err == nil && len(short) > 0 {
		err = &exitError{exitNotWhole, errReported, ""}
	}
	if say.json {
		if e := say.object(replayResult(in, sent, short, err)); e != nil {
			return e
		}
	}
	return err
}

// checkStart refuses to begin behind the end.
func (o *replayOptions) checkStart(in *replayInput) error {
	if d := in.session.Duration(); o.start >= d {
		return misused("--start %v: %s lasts %s", o.start, in.name, seconds(d))
	}
	return nil
}

// played tells how far a session was played, and what was sent of it.
func played(say *reporter, in *replayInput, p *replay.Player, began time.Time) []replay.TrackStats {
	sent := p.Stats()
	say.line("%s: played for %s, up to %s of %s", in.name, seconds(time.Since(began)), seconds(p.Position()), seconds(in.session.Duration()))
	for i, r := range in.session.Tracks() {
		say.line("%s: %s", r.Name, sentText(sent[i]))
	}
	return sent
}

// replayError gives an error of replaying its exit code. A replay that loops
// can only end by an interrupt.
func replayError(ctx context.Context, err error, loop bool) error {
	var exit *exitError
	switch {
	case err == nil, errors.As(err, &exit):
		return err
	case ctx.Err() != nil:
		if loop {
			return nil
		}
		return context.Cause(ctx)
	case isNetwork(err):
		return &exitError{exitNetwork, err, ""}
	}
	return err
}

// seconds is a time as the lines for people have it.
func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
