package main

import (
	"errors"
	"strconv"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

type jsonFile struct {
	Records   int64        `json:"records"`
	Truncated bool         `json:"truncated"`
	Skipped   int64        `json:"skipped_bytes"`
	Damages   []jsonDamage `json:"damages,omitempty"`
}

type jsonDamage struct {
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`
	Reason string `json:"reason"`
}

type jsonPackets struct {
	Read      int64            `json:"read"`
	Delivered int64            `json:"delivered"`
	Lost      int64            `json:"lost"`
	Gaps      int64            `json:"gaps"`
	Duplicate int64            `json:"duplicate"`
	Reordered int64            `json:"reordered"`
	Late      int64            `json:"late"`
	Padding   int64            `json:"padding"`
	NotRTP    int64            `json:"not_rtp"`
	Stray     int64            `json:"stray"`
	Restarts  int64            `json:"restarts"`
	Payloads  map[string]int64 `json:"payload_types,omitempty"`
	SSRCs     map[string]int64 `json:"ssrcs,omitempty"`
}

func fileJSON(f mjr.Report) jsonFile {
	j := jsonFile{Records: f.Records, Truncated: f.Truncated, Skipped: f.Skipped}
	for _, d := range f.Damages {
		j.Damages = append(j.Damages, jsonDamage{d.Offset, d.Length, d.Reason})
	}
	return j
}

// jsonPart is one file of a recording in parts.
type jsonPart struct {
	Input   string   `json:"input"`
	Part    int      `json:"part,omitempty"`
	Missing int      `json:"missing_before,omitempty"` // parts
	LeftOut string   `json:"left_out,omitempty"`
	File    jsonFile `json:"file"`
}

func partJSON(p mjr.PartReport) jsonPart {
	j := jsonPart{Input: p.Name, Part: p.Number, Missing: p.Missing, File: fileJSON(p.Report)}
	if p.Left != nil {
		j.LeftOut = p.Left.Error()
	}
	return j
}

func packetsJSON(p stream.Report) jsonPackets {
	return jsonPackets{
		Read: p.Read, Delivered: p.Delivered, Lost: p.Lost, Gaps: p.Gaps, Duplicate: p.Duplicate,
		Reordered: p.Reordered, Late: p.Late, Padding: p.Padding, NotRTP: p.NotRTP, Stray: p.Stray,
		Restarts: p.Restarts, Payloads: textKeys(p.Payloads), SSRCs: textKeys(p.SSRCs),
	}
}

// textKeys makes numbers the names of JSON members.
func textKeys[K uint8 | uint32](m map[K]int64) map[string]int64 {
	if len(m) == 0 {
		return nil
	}
	t := make(map[string]int64, len(m))
	for k, n := range m {
		t[strconv.FormatUint(uint64(k), 10)] = n
	}
	return t
}

func errorJSON(err error) *jsonError {
	j := &jsonError{Message: err.Error(), Exit: exitCode(err)}
	var exit *exitError
	if errors.As(err, &exit) {
		j.Hint = exit.hint
	}
	return j
}
