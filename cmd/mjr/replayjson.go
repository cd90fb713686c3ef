//go:build !nonet

package main

import (
	"fmt"

	"github.com/mjrkit/mjrkit/replay"
)

// jsonReplayTrack says where a track is sent to. Its members are a contract.
type jsonReplayTrack struct {
	common
	Input       string `json:"input"`
	Kind        string `json:"kind"`
	Codec       string `json:"codec"`
	Encrypted   bool   `json:"encrypted"`
	KeyFrames   bool   `json:"key_frames_visible"`
	To          string `json:"to"`
	PayloadType uint8  `json:"payload_type"`
}

// track tells where a recording is sent to.
func (r *reporter) track(rec *replay.Recording, to string, payloadType uint8) error {
	r.line("%s (%s, payload type %d) goes to %s", rec.Name, rec.Codec.Name, payloadType, to)
	if !r.json {
		return nil
	}
	return r.object(jsonReplayTrack{
		common{schema, "track"}, rec.Name, rec.Codec.Kind.String(), rec.Codec.Name,
		rec.Header.Encrypted || rec.Header.PERC, rec.KeyFramesVisible(), to, payloadType,
	})
}

// jsonReplay is the JSON line of one session. Its members are a contract.
type jsonReplay struct {
	common
	Session  string           `json:"session"`
	Inputs   []string         `json:"inputs"`
	Exit     int              `json:"exit"`
	Duration float64          `json:"duration_s"`
	Tracks   []jsonReplaySent `json:"tracks"`
	Short    []string         `json:"not_whole,omitempty"`
	Error    *jsonError       `json:"error,omitempty"`
}

type jsonReplaySent struct {
	Input      string      `json:"input"`
	Packets    int64       `json:"packets"`
	Bytes      int64       `json:"bytes"`
	Dropped    int64       `json:"dropped"`
	Muted      int64       `json:"muted"`
	Unsendable int64       `json:"unsendable"`
	File       jsonFile    `json:"file"`
	Recorded   jsonPackets `json:"recorded"`
}

func replayResult(in *replayInput, sent []replay.TrackStats, short []string, err error) jsonReplay {
	j := jsonReplay{common: common{schema, "result"}, Session: in.name, Inputs: []string{}, Exit: exitCode(err), Short: short, Tracks: []jsonReplaySent{}}
	for _, f := range in.files {
		j.Inputs = append(j.Inputs, f.Name())
	}
	j.Duration = in.session.Duration().Seconds()
	for i, r := range in.session.Tracks() {
		t := jsonReplaySent{Input: r.Name, File: fileJSON(r.File), Recorded: packetsJSON(r.Packets)}
		if i < len(sent) {
			s := sent[i]
			t.Packets, t.Bytes, t.Dropped, t.Muted, t.Unsendable = s.Packets, s.Bytes, s.Dropped, s.Muted, s.Unsendable
		}
		j.Tracks = append(j.Tracks, t)
	}
	if exitCode(err) != exitOK && len(short) == 0 {
		j.Type, j.Error = "error", errorJSON(err)
	}
	return j
}

// sentText says what was sent of a track.
func sentText(s replay.TrackStats) string {
	text := fmt.Sprintf("%d packets sent", s.Packets)
	if s.Dropped > 0 {
		text += fmt.Sprintf(", %d dropped between a hole and the next key frame", s.Dropped)
	}
	if s.Muted > 0 {
		text += fmt.Sprintf(", %d muted because of the speed", s.Muted)
	}
	return text
}
