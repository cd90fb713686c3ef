//go:build !nokeys

package main

import (
	"strconv"

	"github.com/mjrkit/mjrkit/postprocess"
)

// jsonResult is the JSON line of one session. Its members are a contract.
type jsonResult struct {
	common
	Inputs   []string    `json:"inputs"`
	Output   string      `json:"output,omitempty"`
	Format   string      `json:"format,omitempty"`
	Exit     int         `json:"exit"`
	Skipped  bool        `json:"skipped,omitempty"`
	DryRun   bool        `json:"dry_run,omitempty"`
	Duration float64     `json:"duration_s,omitempty"`
	Tracks   []jsonTrack `json:"tracks,omitempty"`
	Short    []string    `json:"not_whole,omitempty"`
	Error    *jsonError  `json:"error,omitempty"`
}

type jsonTrack struct {
	Input   string      `json:"input"`
	Kind    string      `json:"kind"`
	Codec   string      `json:"codec"`
	LeftOut string      `json:"left_out,omitempty"`
	File    jsonFile    `json:"file"`
	Parts   []jsonPart  `json:"parts,omitempty"` // of a recording in parts: all of them, File is the first
	Sync    *jsonSync   `json:"sync,omitempty"`
	Packets jsonPackets `json:"packets"`
	Frames  jsonFrames  `json:"frames"`
}

type jsonFrames struct {
	Begun        int64            `json:"begun"`
	Written      int64            `json:"written"`
	Scheme       string           `json:"scheme,omitempty"`
	Authentic    bool             `json:"authenticated"`
	Opened       int64            `json:"opened"`
	Keys         map[string]int64 `json:"keys,omitempty"`
	Incomplete   int64            `json:"incomplete"`
	Unfit        int64            `json:"unfit"`
	Refused      int64            `json:"refused"`
	NotAuth      int64            `json:"not_authentic"`
	NoKey        map[string]int64 `json:"no_key,omitempty"`
	NoKeyMore    int64            `json:"no_key_more"`
	Malformed    int64            `json:"malformed"`
	Clear        int64            `json:"clear"`
	ClearKept    int64            `json:"clear_kept"`
	Injected     int64            `json:"injected"`
	Replayed     int64            `json:"replayed"`
	Reused       int64            `json:"reused"`
	Repeated     int64            `json:"repeated"`
	BeforeKey    int64            `json:"before_key_frame"`
	Unclean      int64            `json:"unclean"`
	Empty        int64            `json:"empty"`
	Merged       int64            `json:"merged"`
	Unwritten    int64            `json:"unwritten"`
	ClearDiffers int64            `json:"clear_differs"`
	Signatures   jsonSignatures   `json:"signatures"`
	RatchetSteps int              `json:"ratchet_steps"`
}

type jsonSignatures struct {
	Unsigned   int64 `json:"unsigned"`
	Unverified int64 `json:"unverified"`
	Verified   int64 `json:"verified"`
	Bad        int64 `json:"bad"`
}

func resultJSON(res result) jsonResult {
	j := planJSON(res)
	j.DryRun = false
	if res.err == nil && !res.skipped {
		j.Duration = res.report.Duration.Seconds()
	}
	j.Short = res.short
	for _, t := range res.report.Tracks {
		j.Tracks = append(j.Tracks, trackJSON(t))
	}
	return j
}

func planJSON(res result) jsonResult {
	j := jsonResult{
		common: common{schema, "result"}, DryRun: true, Inputs: res.files, Output: res.output,
		Format: res.format.name, Exit: res.exit(), Skipped: res.skipped,
	}
	if res.err != nil {
		j.Type, j.Error = "error", errorJSON(res.err)
	}
	return j
}

func trackJSON(t postprocess.TrackReport) jsonTrack {
	j := jsonTrack{
		Input: t.Name, Kind: t.Header.Kind.String(), Codec: t.Header.Codec,
		File: fileJSON(t.File), Packets: packetsJSON(t.Packets), Frames: framesJSON(t.Frames),
	}
	if t.Left {
		j.LeftOut = t.Why.Error()
	}
	if inParts(t.Parts) {
		for _, p := range t.Parts {
			j.Parts = append(j.Parts, partJSON(p))
		}
	}
	j.Sync = syncJSON(syncInfo(t.Sync))
	return j
}

func framesJSON(f postprocess.FrameReport) jsonFrames {
	j := jsonFrames{
		Begun: f.Begun, Written: f.Written, NoKeyMore: f.NoKeyMore, Merged: f.Merged, Unwritten: f.Unwritten,
		Scheme: f.Scheme, Authentic: f.Scheme != "" && !f.Unauthenticated,
		Opened: f.Opened, Keys: f.Keys, Incomplete: f.Incomplete, Unfit: f.Unfit, Refused: f.Refused, NotAuth: f.NotAuth,
		Malformed: f.Malformed, Clear: f.Clear, ClearKept: f.ClearKept, Injected: f.Injected,
		Replayed: f.Replayed, Reused: f.Reused, Repeated: f.Repeated, BeforeKey: f.BeforeKey,
		Unclean: f.Unclean, Empty: f.Empty, ClearDiffers: f.ClearDiffers, RatchetSteps: f.MaxStep,
		Signatures: jsonSignatures(f.Signatures),
	}
	for id, n := range f.NoKey {
		if j.NoKey == nil {
			j.NoKey = make(map[string]int64)
		}
		j.NoKey[strconv.FormatUint(id, 10)] = n
	}
	return j
}

func summaryJSON(count map[string]int, exit int) any {
	return struct {
		common
		Whole   int `json:"whole"`
		Short   int `json:"not_whole"`
		Failed  int `json:"failed"`
		Skipped int `json:"skipped"`
		Exit    int `json:"exit"`
	}{common{schema, "summary"}, count["whole"], count["short"], count["failed"], count["skipped"], exit}
}
