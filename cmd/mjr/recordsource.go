//go:build !nonet

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// source is where packets come from.
type source interface {
	Run(ctx context.Context, r *record.Recorder) error
}

// recordSources are the flags that say where packets come from. The media
// flags are there for several sources.
type recordSources struct {
	audio, video []string
	sdp          string
	pcap         string
	janus        recordJanus
	serve        serveOptions
}

func (o *recordSources) addFlags(c *cobra.Command) {
	f := c.Flags()
	inSection(c, "From RTP and captures", func() {
		f.StringArrayVar(&o.audio, "audio", nil, "receive audio as `MEDIA`: udp://:5004,opus or of a capture opus@111, with ,pt=N ,ssrc=N ,red=N ,if=NAME ,port=N")
		f.StringArrayVar(&o.video, "video", nil, "receive video as `MEDIA`: udp://239.1.1.1:5006,vp8")
		f.StringVar(&o.sdp, "sdp", "", "receive what the session description in `FILE` tells, as ffmpeg and GStreamer write it")
		f.StringVar(&o.pcap, "pcap", "", "take RTP from the capture in `FILE`, pcap or pcapng; without media, list what is in it")
	})
	inSection(c, "From browsers and WHIP clients", func() { o.serve.addFlags(c, "let browsers and WHIP clients publish") })
	inSection(c, "From Janus", func() { o.janus.addFlags(c) })
}

func (o *recordSources) check() error {
	media := append(append([]string{}, o.audio...), o.video...)
	plain := len(media) > 0 || o.sdp+o.pcap != ""
	switch {
	case o.janus.url != "" && plain:
		return misused("--janus and --audio, --video, --sdp, --pcap exclude each other")
	case o.serve.listen != "" && (plain || o.janus.url != ""):
		return misused("--listen and other sources exclude each other: run a recorder for each")
	case o.serve.listen == "" && o.janus.url == "" && o.serve.iceOptions.given():
		return misused("--ice-udp, --ice-host, --stun and --turn-file are of --listen and --janus")
	case o.serve.listen != "" || o.janus.url != "":
		return errors.Join(o.janus.check(), o.serve.check())
	case !plain:
		return &exitError{exitMisused, errors.New("no source was named"), "let browsers publish with --listen :8080, or receive RTP with --audio udp://:5004,opus, or with --sdp FILE"}
	case len(media) > 0 && o.sdp != "":
		return misused("--sdp and --audio or --video exclude each other")
	}
	for _, m := range media {
		if udp := strings.HasPrefix(m, "udp://"); o.pcap == "" && !udp {
			return misused("medium %q: want udp://ADDR:PORT,CODEC", m)
		} else if o.pcap != "" && udp {
			return misused("medium %q: want CODEC@PT in a capture", m)
		}
	}
	return errors.Join(o.janus.check(), o.serve.check())
}

// several reports whether there can be more than one publisher.
func (o *recordSources) several() bool { return o.serve.listen != "" || o.janus.url != "" }

// open makes the source ready, and says where to send. encrypted is what all
// files will be marked as.
func (o *recordSources) open(say *reporter, status *recordStatus, encrypted bool) (source, error) {
	switch {
	case o.serve.listen != "":
		return o.openWHIP(say, status, encrypted)
	case o.pcap != "":
		return o.openPcap(status)
	case o.janus.url != "":
		return o.janus.open(&o.serve.iceOptions, status)
	}
	return o.openUDP(say)
}

func (o *recordSources) openUDP(say *reporter) (source, error) {
	media, err := o.media()
	if err != nil {
		return nil, err
	}
	udp, err := record.ListenUDP(media)
	if err != nil {
		return nil, err
	}
	for i, m := range media {
		url := fmt.Sprintf("udp://%v", udp.Addr(i))
		if say.json {
			ready := recordReady{common{schema, "ready"}, m.Track.Kind.String(), m.Track.Codec, url}
			if err := say.object(ready); err != nil {
				udp.Close()
				return nil, err
			}
		}
		say.line("send %s (%s) to %s", m.Track.Kind, m.Track.Codec, url)
	}
	return udp, nil
}

// media lists what to look for, by the media flags or by an SDP file.
func (o *recordSources) media() ([]record.Media, error) {
	if o.sdp != "" {
		b, err := readSmall(o.sdp, record.MaxSDP)
		if err != nil {
			return nil, err
		}
		media, err := record.ParseSDP(b)
		if header := (*mjr.HeaderError)(nil); err != nil && !errors.As(err, &header) {
			return nil, misused("%s: %w", o.sdp, err)
		}
		return media, err
	}
	var all []record.Media
	for _, f := range []struct {
		kind  mjr.Kind
		media []string
	}{{mjr.Audio, o.audio}, {mjr.Video, o.video}} {
		for _, s := range f.media {
			m, err := record.ParseMedia(f.kind, s)
			if err != nil {
				return nil, err
			}
			m.Track.Index = len(all)
			all = append(all, m)
		}
	}
	return all, nil
}

// readSmall reads a file, and one byte more than it may have at most.
func readSmall(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most+1))
}

func isNetwork(err error) bool {
	var op *net.OpError
	return errors.As(err, &op)
}
