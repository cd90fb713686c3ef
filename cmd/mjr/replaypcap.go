//go:build !nonet

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mjrkit/mjrkit/mjr/record"
	"github.com/mjrkit/mjrkit/replay"
)

// firstPort is the UDP port of the first track in a capture, as RTP's example
// ports are (RFC 3551, section 8).
const firstPort = 5004

// toPcap writes a session's packets as they were recorded.
func (o *replayOptions) toPcap(ctx context.Context, say *reporter, in *replayInput) ([]replay.TrackStats, error) {
	tracks := in.session.Tracks()
	if len(tracks) > (1<<16-firstPort)/2 {
		return nil, &exitError{exitUnsupported, errors.New("more tracks than UDP has ports"), ""}
	}
	out := &output{path: o.pcap, force: o.force}
	defer out.abort()
	if _, err := out.open(); err != nil {
		return nil, err
	}
	b := bufio.NewWriterSize(out, 1<<16)
	w, err := record.NewPcapWriter(b)
	if err != nil {
		return nil, err
	}
	sent := make([]replay.TrackStats, len(tracks))
	err = replay.Recorded(tracks, func(track int, packet []byte, at time.Time) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		sent[track].Packets++
		sent[track].Bytes += int64(len(packet))
		return w.WriteRTP(uint16(firstPort+2*track), packet, at)
	})
	if err == nil {
		err = b.Flush()
	}
	if err == nil {
		err = out.commit()
	}
	if err != nil {
		return sent, err
	}
	for i, r := range tracks {
		if err := say.track(r, fmt.Sprintf("udp port %d", firstPort+2*i), mainType(r)); err != nil {
			return sent, err
		}
		say.line("%s: %d packets", r.Name, sent[i].Packets)
	}
	return sent, nil
}

// mainType is the payload type that most packets of a recording have.
func mainType(r *replay.Recording) uint8 {
	var best uint8
	most := int64(-1)
	for pt, n := range r.Packets.Payloads {
		if n > most || n == most && pt < best {
			best, most = pt, n
		}
	}
	return best
}
